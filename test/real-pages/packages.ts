import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The npm packages that the pages come from, each at one version. Together they are some 40 MB to download, once. */
const VERSIONS: Readonly<Record<string, string>> = {
  "@picocss/pico": "2.1.1",
  "@ptkdev/svelte-spa-boilerplate": "2.0.0",
  "@shoelace-style/shoelace": "2.20.1",
  bootstrap: "5.2.3",
  "gentelella-rtl": "1.4.0",
  jquery: "1.12.4",
  "jquery-ui-dist": "1.13.3",
  "leaflet-draw": "1.0.4",
  rapidoc: "9.3.8",
  "reveal.js": "6.0.2",
  "startbootstrap-agency": "7.0.12",
  "startbootstrap-resume": "7.0.6",
  "startbootstrap-sb-admin-2": "4.1.4",
  "swagger-ui-dist": "5.35.0",
  todomvc: "0.1.1",
};

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/real-pages");

/** The folder of a package; downloads it when it is not there yet. Only its files: no dependencies, and nothing in it is run. */
export function unpack(name: string): string {
  const version = VERSIONS[name];
  if (version === undefined) throw new Error(`${name} has no version in ${import.meta.filename}`);
  const folder = join(CACHE, `${name.replace("/", "+")}@${version}`);
  if (existsSync(folder)) return join(folder, "package");
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, "unfinished-"));
  const packed = run("npm", ["pack", "--silent", `${name}@${version}`], unfinished).trim();
  run("tar", ["-xzf", packed], unfinished);
  rmSync(join(unfinished, packed));
  renameSync(unfinished, folder);
  return join(folder, "package");
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
