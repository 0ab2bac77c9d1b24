import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage } from "./support/page.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");

const USES = `
import { autotrack, flush, init, optIn, optOut, track, trackAnnotated, type Options, type PingInput } from "@tracker/sdk";
const options: Options = { endpoint: "https://t.shop.example", beforeSend: (ping) => ping.count > 1 && ping };
const ping: PingInput = { label: "a" };
init(options);
track(ping);
track("a|b");
export const functions: Function[] = [autotrack, flush, optIn, optOut, trackAnnotated];
// @ts-expect-error a label is text
track({ label: 5 });
`;

const USES_OTHERS = `
import { showHeatmap, type Heatmap } from "@tracker/sdk/heatmap";
import { parseLabels } from "@tracker/sdk/protocol";
import { Tracker } from "@tracker/sdk/server";
export const heatmap = (): Heatmap => showHeatmap({ endpoint: "/" });
export const rejected: { index: number }[] = parseLabels("a").rejected;
export const closed: Promise<void> = new Tracker({ endpoint: "https://t.shop.example" }).close();
`;

describe("the packed SDK, installed in an empty project", () => {
  const folder = mkdtempSync(join(tmpdir(), "tracker-package-"));
  const node = async (...args: string[]) => (await run(process.execPath, args, { cwd: folder })).stdout.trim();

  beforeAll(async () => {
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: join(ROOT, "packages/sdk"),
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    writeFileSync(join(folder, "package.json"), `{"name":"empty","private":true}`);
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("brings no other package along", () => {
    const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object };
    expect(Object.keys(packages)).toEqual(["", "node_modules/@tracker/sdk"]);
  });

  it("is imported as modules, where nothing happens without a page", async () => {
    const printed = await node(
      "--input-type=module",
      "--eval",
      `import { init, track } from "@tracker/sdk";
       import { showHeatmap } from "@tracker/sdk/heatmap";
       import { parseLabels } from "@tracker/sdk/protocol";
       import { Tracker } from "@tracker/sdk/server";
       init({ endpoint: "https://t.shop.example" });
       track("a");
       console.log(typeof showHeatmap, parseLabels("a:b").pings[0].category, new Tracker({ endpoint: "https://t.shop.example" }).dropped);`,
    );
    expect(printed).toBe("function b 0");
  });

  it("is required", async () => {
    const printed = await node(
      "--eval",
      `const { init, track } = require("@tracker/sdk"); init(); console.log(typeof track);`,
    );
    expect(printed).toBe("function");
  });

  it.each([
    ["ESNext", "Bundler", "ts"],
    ["NodeNext", "NodeNext", "mts"],
    ["NodeNext", "NodeNext", "cts"],
  ])("has types for module %s, resolution %s, in a .%s file", async (module, moduleResolution, extension) => {
    const project = join(folder, `types-${moduleResolution}-${extension}`);
    mkdirSync(project);
    writeFileSync(join(project, `uses.${extension}`), USES);
    // The others are modules only, which CommonJS may load but TypeScript does not let it name.
    if (extension != "cts") writeFileSync(join(project, `uses-others.${extension}`), USES_OTHERS);
    const compilerOptions = { module, moduleResolution, strict: true, noEmit: true, types: [], lib: ["ES2022", "DOM"] };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*"] }));
    const checked = await run("npx", ["tsc", "-p", project], { cwd: ROOT }).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe("");
  });

  it.each([
    ["@tracker/sdk/script/tracker.js", "a script tag"],
    ["@tracker/sdk", "a script tag, as UMD"],
  ])("runs %s from %s", async (name) => {
    const file = createRequire(join(folder, "package.json")).resolve(name);
    const browser = await launchBrowser();
    const page = await browser.newPage();
    const site = await servePage(`<script src="tracker.js"></script>`);
    await page.route("**/tracker.js", (route) => route.fulfill({ path: file, contentType: "text/javascript" }));
    await page.goto(site.url);
    const sent = page.waitForRequest("**/track/");
    await page.evaluate(() => {
      const { tracker } = window as unknown as { tracker: typeof import("@tracker/sdk") };
      tracker.init({});
      tracker.track("a:b:c");
      return tracker.flush();
    });
    expect((await sent).postDataJSON()).toMatchObject({ v: 1, pings: [["a", "b", "c", 1]] });
    await browser.close();
    site.close();
  });
});
