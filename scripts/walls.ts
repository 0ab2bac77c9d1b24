/**
 * Checks which file may import which: no circle, and no arrow against the rooms of ARCHITECTURE.md. Imports of types count.
 *
 *     node scripts/walls.ts
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync } from "oxc-parser";

/** Each room, and the rooms that it may import from beside itself. A room is a folder, or one file. */
export type Rooms = Record<string, readonly string[]>;

/** Every source file and what it imports: paths of files, or names of packages. */
export type Imports = Map<string, string[]>;

const SDK = "packages/sdk/src";
const WORKER = "packages/worker/src";
const PROTOCOL = [`${SDK}/protocol`];
const BASIS = [`${WORKER}/env.ts`, `${WORKER}/log.ts`, `${WORKER}/model`];
const COUNTED = [...BASIS, `${WORKER}/config`, `${WORKER}/d1`];
const READ = [...COUNTED, `${WORKER}/counting`, `${WORKER}/statistics`];

const ROOMS: Rooms = {
  [`${SDK}/protocol`]: [],
  [`${SDK}/protocol.ts`]: PROTOCOL,
  // It knows the page that loads it only by what that gives it.
  [`${SDK}/recovery`]: PROTOCOL,
  [`${SDK}/track`]: [...PROTOCOL, `${SDK}/auto`, `${SDK}/seen`, `${SDK}/recovery`, `${SDK}/owner`],
  [`${SDK}/index.ts`]: [...PROTOCOL, `${SDK}/track`],
  [`${SDK}/auto`]: PROTOCOL,
  [`${SDK}/seen`]: [...PROTOCOL, `${SDK}/auto`],
  [`${SDK}/script.ts`]: [`${SDK}/track`],
  [`${SDK}/script-pinned.ts`]: [`${SDK}/track`, `${SDK}/recovery`],
  [`${SDK}/owner`]: [...PROTOCOL, `${SDK}/heatmap.ts`],
  // heatmap.js loads heatmap-extras.js by its loader alone; that loads the panel, and the panel its tools.
  [`${SDK}/heatmap/extras`]: [...PROTOCOL, `${SDK}/auto`, `${SDK}/heatmap`, `${SDK}/heatmap/tools`],
  [`${SDK}/heatmap/tools`]: [...PROTOCOL, `${SDK}/auto`, `${SDK}/heatmap`, `${SDK}/heatmap/extras`],
  [`${SDK}/heatmap/load-extras.ts`]: [...PROTOCOL, `${SDK}/heatmap`, `${SDK}/heatmap/extras`],
  [`${SDK}/heatmap`]: [...PROTOCOL, `${SDK}/auto`, `${SDK}/heatmap/load-extras.ts`],
  [`${SDK}/heatmap.ts`]: [...PROTOCOL, `${SDK}/heatmap`],
  [`${SDK}/server`]: PROTOCOL,
  [`${SDK}/server.ts`]: [...PROTOCOL, `${SDK}/server`],
  [`${WORKER}/env.ts`]: [],
  [`${WORKER}/log.ts`]: [],
  [`${WORKER}/model`]: [],
  [`${WORKER}/config`]: BASIS,
  [`${WORKER}/d1`]: BASIS,
  [`${WORKER}/journal`]: BASIS,
  [`${WORKER}/counting`]: [...COUNTED, `${WORKER}/journal`],
  [`${WORKER}/statistics`]: [...COUNTED, `${WORKER}/counting`],
  [`${WORKER}/http`]: READ,
  [`${WORKER}/routes`]: [...READ, `${WORKER}/http`],
  [`${WORKER}/dashboard`]: [...READ, `${WORKER}/http`],
  [`${WORKER}/app.ts`]: [...READ, `${WORKER}/http`, `${WORKER}/routes`, `${WORKER}/dashboard`],
  [`${WORKER}/index.ts`]: [...READ, `${WORKER}/app.ts`],
};

// The Worker runs without Node, and knows of the SDK only what both ends agree on.
const FOREIGN = /^node:|^@tracker\/sdk(?!\/protocol$)/;

/** Reads the imports of all product code below a folder; tests may import anything. */
export function readImports(root: string): Imports {
  const files = globSync("packages/*/src/**/*.{ts,tsx}", { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
}

function importsOf(file: string, source: string): string[] {
  const { module } = parseSync(file, source);
  const names = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    // Those whose name is not made at run time.
    ...module.dynamicImports.flatMap(
      ({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1).match(/^[\w./@-]+$/)?.[0] ?? [],
    ),
  ];
  return [...new Set(names)].map((name) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}

/** A sentence for each import that its room does not allow. */
export function findWrongArrows(imports: Imports, rooms: Rooms): string[] {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    const room = roomOf(file, rooms);
    if (room === undefined) {
      wrong.push(`${file} is in no room: give its folder a line in scripts/walls.ts and in ARCHITECTURE.md`);
      continue;
    }
    for (const target of targets) {
      const other = roomOf(target, rooms);
      const isAllowed = other === undefined ? !isForeign(file, target) : other === room || rooms[room]!.includes(other);
      if (!isAllowed)
        wrong.push(`${file} imports ${target}; ${room} may import ${rooms[room]!.join(", ") || "nothing"}`);
    }
  }
  return wrong;
}

/** The files of each circle, from the first that is met back to itself. */
export function findCircles(imports: Imports): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

function roomOf(file: string, rooms: Rooms): string | undefined {
  return Object.keys(rooms).find((room) => file === room || file.startsWith(`${room}/`));
}

function isForeign(file: string, target: string): boolean {
  return target.includes("/test/") || (file.startsWith(WORKER) && FOREIGN.test(target));
}

if (import.meta.main) {
  const imports = readImports(join(import.meta.dirname, ".."));
  const circles = findCircles(imports).map((files) => `a circle: ${files.join(" -> ")}`);
  const problems = [...circles, ...findWrongArrows(imports, ROOMS)];
  for (const problem of problems) console.error(problem);
  console.log(`${imports.size} files, ${problems.length} wrong imports`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
