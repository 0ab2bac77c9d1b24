import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { expect, it } from "vitest";
import * as client from "../packages/sdk/src/index.ts";
import { NODES } from "./support/nodes.ts";
import { COMPATIBILITY_DATE } from "./support/worker-config.ts";

// A page's module may also run where the page is rendered, from its first line on. There nothing counts, nothing throws, and nothing
// keeps the process from ending.

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");

/** Calls everything that is exported, in any order. */
const CALLS = `
  track("before init:a:b", {});
  autotrack({ selector: "a", label: () => "click" });
  trackAnnotated();
  init({ endpoint: "https://tracker.example.com", beforeSend: (ping) => ping });
  init({ pages: matchPages("/*") });
  trackAnnotated();
  trackUsable();
  trackSeen();
  track(["a", { label: "b", count: 2 }]);
  for (let call = 0; call < 10_000; call++) track("label " + call);
  const calls = Promise.all([flush(), optOut(), flush(), optIn(), flush()]);`;
const NAMES = "autotrack, flush, init, matchPages, optIn, optOut, track, trackAnnotated, trackSeen, trackUsable";

it("has no export that is not called here", () => {
  expect(Object.keys(client).toSorted().join(", ")).toBe(NAMES);
});

it.each(Object.entries(NODES))("every export does nothing in Node %s", async (_version, node) => {
  for (const source of [
    `import { ${NAMES} } from "@tracker/sdk"; ${CALLS} await calls; console.log("fine");`,
    `const { ${NAMES} } = require("@tracker/sdk"); ${CALLS} calls.then(() => console.log("fine"));`,
  ]) {
    const type = source.startsWith("import") ? "module" : "commonjs";
    const { stdout, stderr } = await run(node, [`--input-type=${type}`, "--eval", source], { cwd: ROOT });
    // Node warns of a localStorage that it has no file for as soon as it is looked at.
    expect({ stdout, stderr }).toEqual({ stdout: "fine\n", stderr: "" });
  }
});

it("every export does nothing in a Worker, also while its module is loaded", async () => {
  const { outputFiles } = await build({
    stdin: {
      resolveDir: ROOT,
      contents: `
        import { ${NAMES} } from "@tracker/sdk";
        ${CALLS}
        export default { async fetch() { ${CALLS.replace("const calls", "const again")} await again; return new Response("fine"); } };`,
    },
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["workerd", "worker", "browser"],
  });
  const contents = outputFiles[0]!.text;
  const miniflare = new Miniflare({
    cf: false,
    workers: [
      {
        config: {
          name: "page",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: { mainModule: "page.js", modulesRoot: "/", modules: { "page.js": { type: "esm", contents } } },
        },
      },
    ],
  });
  try {
    const answer = await miniflare.dispatchFetch("http://shop.example/");
    expect(await answer.text()).toBe("fine");
  } finally {
    await miniflare.dispose();
  }
});
