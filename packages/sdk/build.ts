/**
 * Builds everything that is published or served, and prints what it weighs:
 *
 *     packages/sdk/dist/                 ES modules with their types, compiled file by file
 *     packages/sdk/dist/index.cjs        UMD, for require() and script loaders, with its types as .d.cts
 *     packages/sdk/dist/script/          tracker.js, and what it loads, for script tags: bundled and minified; and
 *                                        tracker.<hash>.js, all in one, for pages that check its integrity
 *     packages/worker/dist/browser/      the dashboard's scripts and its stylesheet, bundled and minified
 *     packages/worker/dist/assets/       what the Worker serves: packages/worker/public and the bundles
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build, type BuildOptions, type Plugin } from "esbuild";

const SDK = import.meta.dirname;
const DIST = join(SDK, "dist");
const PUBLIC = join(SDK, "../worker/public");
const BROWSER = join(SDK, "../worker/browser");
const BUNDLED = join(SDK, "../worker/dist/browser");
const ASSETS = join(SDK, "../worker/dist/assets");
const TSC = join(SDK, "../../node_modules/.bin/tsc");

/** Browsers from mid-2021 on. */
const BROWSERS = ["chrome91", "edge91", "firefox79", "safari14.1"];
const BUNDLE: BuildOptions = { bundle: true, target: BROWSERS, legalComments: "none", logLevel: "warning" };

compileModules();
const [scripts] = await Promise.all([bundleScripts(), bundleUmd(), bundleDashboard()]);
collectAssets(scripts);
printSizes(scripts);
printTag(scripts.find((file) => /tracker\.\w+\.js$/.test(file))!);

function compileModules(): void {
  const layers = ["tsconfig.protocol.json", "tsconfig.browser.json", "tsconfig.server.json"];
  const { status } = spawnSync(TSC, ["-b", ...layers], { cwd: SDK, stdio: "inherit" });
  if (status != 0) process.exit(1);
}

/** esbuild knows no UMD: a wrapper gives its CommonJS output a `module`, and the page `window.tracker`. */
async function bundleUmd(): Promise<void> {
  await build({
    ...BUNDLE,
    entryPoints: [join(SDK, "src/index.ts")],
    outfile: join(DIST, "index.cjs"),
    format: "cjs",
    banner: {
      js: `(function (root, load) {
  if (typeof module == "object" && module.exports) return load(module);
  var own = { exports: {} };
  load(own);
  if (typeof define == "function" && define.amd) define(function () { return own.exports; });
  else root.tracker = own.exports;
})(typeof self != "undefined" ? self : this, function (module) {`,
    },
    footer: { js: "});" },
  });
  // The types of a CommonJS file may not come from ES modules, so they are written once more.
  for (const file of globSync(["index.d.ts", "{track,recovery,protocol}/*.d.ts"], { cwd: DIST })) {
    const types = readFileSync(join(DIST, file), "utf8");
    writeFileSync(join(DIST, file.replace(/ts$/, "cts")), types.replace(/(from ".*)\.ts";/g, '$1.cts";'));
  }
}

/** What script tags load; resolves to the files. */
async function bundleScripts(): Promise<string[]> {
  const script: BuildOptions = { ...BUNDLE, minify: true, metafile: true, outdir: join(DIST, "script") };
  const module: BuildOptions = { ...script, format: "esm", target: "es2022", plugins: [loadApart()] };
  const forAll: BuildOptions = { ...module, target: BROWSERS };
  // Both are loaded by their names for as long as they are cached: what belongs together is named by its content.
  const recovery = await bundleNamed("recovery", { ...forAll, entryPoints: [join(SDK, "src/recovery/recovery.ts")] });
  const pinned = await bundleNamed("tracker", {
    ...script,
    entryPoints: [join(SDK, "src/script-pinned.ts")],
    format: "iife",
  });
  const results = await Promise.all([
    build({
      ...script,
      entryPoints: { tracker: join(SDK, "src/script.ts") },
      format: "iife",
      define: { RECOVERY_FILE: JSON.stringify(basename(recovery)) },
    }),
    build({
      ...forAll,
      entryPoints: { auto: join(SDK, "src/auto/auto.ts"), seen: join(SDK, "src/seen/seen.ts") },
    }),
    build({
      ...module,
      entryPoints: {
        owner: join(SDK, "src/owner/owner.ts"),
        heatmap: join(SDK, "src/heatmap.ts"),
        "heatmap-extras": join(SDK, "src/heatmap/extras/add-extras.ts"),
        "heatmap-panel": join(SDK, "src/heatmap/extras/panel/open-panel.ts"),
        "heatmap-tools": join(SDK, "src/heatmap/tools/tools.ts"),
      },
    }),
  ]);
  const files = results.flatMap(({ metafile }) => Object.keys(metafile?.outputs ?? {})).map((file) => resolve(file));
  return [...files, recovery, pinned];
}

/**
 * What another file has is loaded from there: the keys of elements, the heat map, after its boxes the overlay's extras and the panel, and its tools
 * where they are asked for.
 */
function loadApart(): Plugin {
  const files: Record<string, string> = {
    auto: "auto",
    heatmap: "heatmap",
    "add-extras": "heatmap-extras",
    "open-panel": "heatmap-panel",
    tools: "heatmap-tools",
  };
  return {
    name: "load-apart",
    setup({ onResolve }) {
      onResolve({ filter: /\/(auto|heatmap|add-extras|open-panel|tools)\.ts$/ }, ({ path, kind }) =>
        kind == "entry-point" ? undefined : { path: `./${files[basename(path, ".ts")]}.js`, external: true },
      );
    },
  };
}

/** Bundles to a file whose name changes with its content, so that it may be cached for ever. Returns the file. */
async function bundleNamed(name: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...options, write: false });
  const code = outputFiles[0]!.contents;
  const file = join(DIST, `script/${name}.${createHash("sha256").update(code).digest("hex").slice(0, 8)}.js`);
  for (const old of globSync(join(DIST, `script/${name}.*.js`))) if (old != file) rmSync(old, { force: true });
  mkdirSync(join(DIST, "script"), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, code);
  return file;
}

/** What the dashboard's pages load. Charts are a file of their own, for the pages that have one. */
async function bundleDashboard(): Promise<void> {
  const entryPoints = ["dashboard.js", "chart.js", "dashboard.css"].map((file) => join(BROWSER, file));
  await build({ ...BUNDLE, entryPoints, outdir: BUNDLED, format: "esm", target: "es2022", minify: true });
}

/** Makes the folder hold these files and no others; only what changed is written: `wrangler dev` watches it. */
function collectAssets(scripts: string[]): void {
  const sources = new Map(scripts.map((file) => [basename(file), file]));
  for (const file of listFiles(PUBLIC)) sources.set(file, join(PUBLIC, file));
  for (const file of listFiles(BUNDLED)) sources.set(`assets/${file}`, join(BUNDLED, file));
  for (const file of listFiles(ASSETS)) if (!sources.has(file)) rmSync(join(ASSETS, file));
  for (const [file, source] of sources) {
    const asset = join(ASSETS, file);
    if (!existsSync(asset) || !sameBytes(source, asset)) cpSync(source, asset);
  }
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => statSync(join(folder, file)).isFile());
}

function sameBytes(one: string, other: string): boolean {
  return readFileSync(one).equals(readFileSync(other));
}

function printSizes(scripts: string[]): void {
  for (const file of scripts) {
    const code = readFileSync(file);
    console.log(`${basename(file)}  ${code.length} bytes, ${brotliCompressSync(code).length} with brotli`);
  }
}

/** The tag for pages that check what they load. */
function printTag(file: string): void {
  const digest = createHash("sha384").update(readFileSync(file)).digest("base64");
  console.log(`<script src="…/${basename(file)}" integrity="sha384-${digest}" crossorigin async></script>`);
}
