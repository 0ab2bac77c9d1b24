/**
 * Builds everything that is published or served, and prints what it weighs:
 *
 *     packages/sdk/dist/                 ES modules with their types, compiled file by file
 *     packages/sdk/dist/index.cjs        UMD, for require() and script loaders, with its types as .d.cts
 *     packages/sdk/dist/script/          tracker.js and heatmap.js for script tags: bundled and minified
 *     packages/worker/dist/assets/       what the Worker serves: packages/worker/public and dist/script
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build, type BuildOptions, type Plugin } from "esbuild";

const SDK = import.meta.dirname;
const DIST = join(SDK, "dist");
const WORKER = join(SDK, "../worker");
const TSC = join(SDK, "../../node_modules/.bin/tsc");

/** Browsers from early 2021 on. */
const BROWSERS = ["chrome87", "edge88", "firefox78", "safari14.1"];
const BUNDLE: BuildOptions = { bundle: true, target: BROWSERS, legalComments: "none", logLevel: "warning" };
const MINIFIED: BuildOptions = { ...BUNDLE, minify: true, outdir: join(DIST, "script") };

compileModules();
await Promise.all([bundleUmd(), bundleTracker(), bundleHeatmap()]);
collectAssets();
printSizes();

function compileModules(): void {
  const layers = ["tsconfig.protocol.json", "tsconfig.browser.json", "tsconfig.server.json"];
  const { status } = spawnSync(TSC, ["-b", ...layers], { cwd: SDK, stdio: "inherit" });
  if (status != 0) process.exit(1);
}

/** esbuild knows no UMD: a wrapper gives its CommonJS output a `module`, and the page `window.tracker`. */
async function bundleUmd(): Promise<void> {
  if (!existsSync(join(SDK, "src/index.ts"))) return;
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
  for (const file of globSync(["index.d.ts", "{track,protocol}/*.d.ts"], { cwd: DIST })) {
    const types = readFileSync(join(DIST, file), "utf8");
    writeFileSync(join(DIST, file.replace(/ts$/, "cts")), types.replace(/(from ".*)\.ts";/g, '$1.cts";'));
  }
}

async function bundleTracker(): Promise<void> {
  if (!existsSync(join(SDK, "src/script.ts"))) return;
  await build({ ...MINIFIED, entryPoints: { tracker: join(SDK, "src/script.ts") }, format: "iife" });
}

/** The overlay, and a second file that it loads when its boxes are on the page. Neither shares a chunk with the other. */
async function bundleHeatmap(): Promise<void> {
  const options: BuildOptions = { ...MINIFIED, format: "esm", target: "es2022" };
  const loadLater: Plugin = {
    name: "load-later",
    setup({ onResolve }) {
      onResolve({ filter: /\/extras\.ts$/ }, ({ kind }) =>
        kind == "dynamic-import" ? { path: "./heatmap-extras.js", external: true } : undefined,
      );
    },
  };
  await build({ ...options, entryPoints: { heatmap: join(SDK, "src/heatmap.ts") }, plugins: [loadLater] });
  await build({ ...options, entryPoints: { "heatmap-extras": join(SDK, "src/heatmap/extras.ts") } });
}

/** Copies what changed: `wrangler dev` starts over when a file is written. */
function collectAssets(): void {
  for (const from of [join(WORKER, "public"), join(DIST, "script")]) {
    cpSync(from, join(WORKER, "dist/assets"), {
      recursive: true,
      filter: (file, copy) => statSync(file).isDirectory() || !existsSync(copy) || !sameBytes(file, copy),
    });
  }
}

function sameBytes(one: string, other: string): boolean {
  return readFileSync(one).equals(readFileSync(other));
}

function printSizes(): void {
  for (const file of globSync(join(DIST, "script/*.js")).toSorted()) {
    const code = readFileSync(file);
    console.log(`${relative(SDK, file)}  ${code.length} bytes, ${brotliCompressSync(code).length} brotli`);
  }
}
