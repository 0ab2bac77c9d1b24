import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { Tracker } from "@tracker/sdk/server";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFaultyProxy, type Fault, type FaultyProxy } from "./support/faulty-proxy.ts";
import { COMPATIBILITY_DATE } from "./support/worker-config.ts";
import { NODES } from "./support/nodes.ts";
import { bundleWorker, startWorker, type Worker } from "./support/worker.ts";

const TOKEN = "the-token-of-these-tests";
const SERVER = join(import.meta.dirname, "../packages/sdk/dist/server.js");

describe("Tracker", () => {
  let worker: Worker;
  let proxy: FaultyProxy;

  beforeAll(async () => {
    const settings = { ADMIN_TOKEN: TOKEN, SITES: "shop.example news.example" };
    worker = startWorker(await bundleWorker(), mkdtempSync(join(tmpdir(), "tracker-")), settings);
  });
  beforeEach(async () => {
    proxy = await startFaultyProxy(await worker.url);
  });
  afterEach(() => proxy.close());
  afterAll(() => worker.kill());

  it("counts exactly while requests and answers are lost, and reads what it has counted", async () => {
    const tracker = new Tracker({ endpoint: proxy.url, token: TOKEN, site: "shop.example" });
    const faults: Fault[] = ["none", "answer lost", "none", "request lost", "none", "503"];
    let turn = 0;
    proxy.fault = () => faults[turn++ % faults.length]!;
    for (let index = 0; index < 5000; index++) {
      tracker.incr({ label: `label ${index % 100}`, category: "exact", domId: `id:${index % 7}` });
      if (index % 1000 == 0) await tracker.flush();
    }
    await tracker.close({ withinMs: 60_000 });
    expect(tracker.dropped).toBe(0);
    expect(proxy.answers.some(({ duplicate }) => duplicate)).toBe(true);
    const { rows, final } = await tracker.statistics({ group: "dom_id", category: "exact" });
    expect(rows.reduce((sum, { counter }) => sum + counter, 0)).toBe(5000);
    expect(rows).toHaveLength(7);
    expect(final).toBe(false);
    const stats = await tracker.stats({ domIds: ["id:0"], site: "shop.example" });
    expect(stats.reduce((sum, [, counter]) => sum + counter, 0)).toBe(715);
  });

  it("throws the Worker's reason where it may not read", async () => {
    const tracker = new Tracker({ endpoint: proxy.url, token: "wrong" });
    await expect(tracker.stats({ domIds: ["a"] })).rejects.toMatchObject({ code: "unauthorized", status: 401 });
    await expect(tracker.statistics({ limit: 5000 })).rejects.toThrow("token");
  });

  it("counts from inside a Worker that makes one for each request, also while answers are lost", async () => {
    const { outputFiles } = await build({
      stdin: {
        resolveDir: import.meta.dirname,
        contents: `
          import { Tracker } from "@tracker/sdk/server";
          export default {
            async fetch(request, env, context) {
              const tracker = new Tracker({ endpoint: "${proxy.url}", token: "${TOKEN}", site: "shop.example" });
              tracker.incrLabels("inside:workers");
              context.waitUntil(tracker.close());
              return new Response("read");
            },
          };`,
      },
      bundle: true,
      format: "esm",
      write: false,
    });
    const contents = outputFiles[0]!.text;
    const manifest = {
      mainModule: "news.js",
      modulesRoot: "/",
      modules: { "news.js": { type: "esm" as const, contents } },
    };
    const news = new Miniflare({
      cf: false,
      workers: [{ config: { name: "news", compatibilityDate: COMPATIBILITY_DATE, manifest } }],
    });
    const faults: Fault[] = ["answer lost", "request lost"];
    proxy.fault = () => faults.shift() ?? "none";
    for (let visit = 0; visit < 3; visit++) {
      expect(await (await news.dispatchFetch("http://news.example/")).text()).toBe("read");
    }
    const tracker = new Tracker({ endpoint: proxy.url, token: TOKEN });
    const readRows = async () => (await tracker.statistics({ category: "workers", group: "label" })).rows;
    await expect.poll(readRows).toEqual([{ label: "inside", counter: 3 }]);
    await news.dispose();
  });

  describe.each(Object.entries(NODES))("in Node %s", (version, node) => {
    /** Runs a module that has a `tracker`, and returns what it printed as JSON. */
    async function run(module: string, site = "news.example"): Promise<unknown> {
      const script = `
        import { Tracker } from ${JSON.stringify(SERVER)};
        const tracker = new Tracker({ endpoint: "${proxy.url}", token: "${TOKEN}", site: "${site}" });
        ${module}`;
      const child = spawn(node, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
      const [printed, [code]] = await Promise.all([readText(child.stdout), once(child, "close")]);
      expect(code).toBe(0);
      return printed === "" ? undefined : (JSON.parse(printed) as unknown);
    }

    it("counts exactly while requests and answers are lost", async () => {
      const faults: Fault[] = ["answer lost", "request lost"];
      proxy.fault = () => faults.shift() ?? "none";
      const category = `faults ${version}`;
      const answer = await run(`
        for (let index = 0; index < 3000; index++) {
          tracker.incr({ label: "label " + (index % 100), category: "${category}" });
          if (index % 1000 == 0) await tracker.flush();
        }
        await tracker.close({ withinMs: 60_000 });
        const { rows } = await tracker.statistics({ group: "category", category: "${category}" });
        console.log(JSON.stringify({ rows, dropped: tracker.dropped }));`);
      expect(answer).toEqual({ rows: [{ category, counter: 3000 }], dropped: 0 });
    });

    it("ends when it has sent what it counted, with and without close()", async () => {
      const label = `ended ${version}`;
      for (const end of ["", "await tracker.close();"]) await run(`tracker.incrLabels("${label}|${label}"); ${end}`);
      const tracker = new Tracker({ endpoint: proxy.url, token: TOKEN });
      expect((await tracker.statistics({ group: "label", label })).rows).toEqual([{ label, counter: 4 }]);
    });

    it("tries at once when it closes in a pause, and reports what was not answered in time", async () => {
      const label = `closed ${version}`;
      let turn = 0;
      proxy.fault = () => (turn++ < 2 ? "503" : "none");
      expect(
        await run(`
          tracker.incr({ label: "${label}" }, 100);
          await tracker.flush();
          await tracker.close({ withinMs: 60_000 });
          console.log(JSON.stringify(tracker.dropped));`),
      ).toBe(0);
      proxy.fault = () => "503";
      expect(
        await run(`
          const drops = [];
          const other = new Tracker({ endpoint: "${proxy.url}", onDrop: ({ code }, count) => drops.push([code, count]) });
          other.incr({ label: "${label}" }, 7);
          await other.close({ withinMs: 200 });
          console.log(JSON.stringify(drops));`),
      ).toEqual([["closed", 7]]);
      const tracker = new Tracker({ endpoint: proxy.url, token: TOKEN });
      proxy.fault = () => "none";
      expect((await tracker.statistics({ group: "label", label })).rows).toEqual([{ label, counter: 100 }]);
    });
  });
});
