import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API } from "./hostile/api.ts";
import { BODIES } from "./hostile/bodies.ts";
import { CROSS_ORIGIN } from "./hostile/cross-origin.ts";
import { IMAGES } from "./hostile/images.ts";
import { IMPORTS } from "./hostile/imports.ts";
import { PAGES } from "./hostile/pages.ts";
import { PATHS } from "./hostile/paths.ts";
import { READS } from "./hostile/reads.ts";
import { batch, codeOf, SALT, send, sendBytes, SETTINGS, TOKEN, type Answer, type Hostile } from "./hostile/request.ts";
import { SENDERS } from "./hostile/senders.ts";
import { TEXTS } from "./hostile/texts.ts";
import { change, readCounters } from "./support/databases.ts";
import { bundleWorker, startWorker, useWorker, type Worker } from "./support/worker.ts";

const TABLE: Record<string, Hostile[]> = {
  bodies: BODIES,
  senders: SENDERS,
  paths: PATHS,
  reads: READS,
  api: API,
  imports: IMPORTS,
  images: IMAGES,
  "cross-origin": CROSS_ORIGIN,
  pages: PAGES,
};

const folder = mkdtempSync(join(tmpdir(), "tracker-hostile-"));
let worker: Worker;
let url: string;
/** What is right in all that was sent, by `label:category:domId`. */
const expected = new Map<string, number>();

/** Of names so long that those beyond a site's bytes count as (other). */
let sentLong = 0;

function expectCounts(counts: Record<string, number>): void {
  for (const [key, count] of Object.entries(counts)) expected.set(key, (expected.get(key) ?? 0) + count);
}

type Schema = { properties?: { error?: { properties: { code: { enum: string[] } } } } };
type Described = Record<string, { responses: Record<number, { content: Record<string, { schema: Schema }> }> }>;
/** The operations of `/api/openapi.json`, by path without a slash at its end. */
let described: Map<string, Described>;

/** That the description knows this status, and of a refusal its code. Other paths and methods are none of its matter. */
function expectDescribed(
  { path = "/track/", body, method = body === undefined ? "GET" : "POST" }: Partial<Hostile>,
  answer: Answer,
): void {
  const [pathname = ""] = path.split("?");
  const operation = described.get(pathname.replace(/\/$/, ""))?.[method.toLowerCase()];
  if (!operation) return;
  const { content } = operation.responses[answer.status] ?? {};
  expect(content, `${method} ${pathname} is not described to answer ${answer.status}`).toBeDefined();
  const codes = content!["application/json"]?.schema.properties?.error?.properties.code.enum;
  const { error } = (answer.headers["content-type"] == "application/json" ? JSON.parse(answer.text) : {}) as {
    error?: { code: string };
  };
  if (error) expect(codes, `${method} ${pathname} is not described to refuse as ${error.code}`).toContain(error.code);
}

beforeAll(async () => {
  const bundle = await bundleWorker();
  await useWorker(bundle, folder, SETTINGS, async () => {});
  change(folder, "signing", `UPDATE signing SET salt = '${SALT}'`);
  worker = startWorker(bundle, folder, SETTINGS);
  url = await worker.url;
  const answer = await send(url, { path: "/api/openapi.json", headers: { authorization: `Bearer ${TOKEN}` } });
  const { paths } = JSON.parse(answer.text) as { paths: Record<string, Described> };
  described = new Map(Object.entries(paths).map(([path, operations]) => [path.replace(/\/$/, ""), operations]));
});

afterAll(async () => {
  await worker.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.entries(TABLE))("%s", (_group, rows) => {
  it.each(rows)("$name", async ({ status, code, counts = {}, ...request }) => {
    const answer = await send(url, request);
    expect({ status: answer.status, code: codeOf(answer.text) }, answer.text.slice(0, 300)).toEqual({ status, code });
    expectDescribed(request, answer);
    // A page can read why, and no browser takes it for anything else.
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    // Nothing of the inside gets out.
    expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|SQLITE|D1_ERROR/);
    expectCounts(counts);
    // An honest visitor is served right after it.
    expect((await send(url, { body: batch({ pings: [["honest"]] }) })).status).toBe(200);
    expectCounts({ "honest::": 1 });
  });
});

describe("texts", () => {
  it.each(TEXTS)("%s is a label, a category and a DOM id like any other", async (text) => {
    const answer = await send(url, { body: batch({ pings: [[text, text, text]] }) });
    expect(JSON.parse(answer.text)).toMatchObject({ accepted: 1, rejected: [] });
    expectCounts({ [`${text}:${text}:${text}`]: 1 });
    // Asked for often, it is not more. (A statement of D1 takes 90 of them.)
    const query = JSON.stringify({ dom_ids: Array(200).fill(text), site: "shop.example" });
    const stats = await send(url, { path: "/get_stats/", headers: { authorization: `Bearer ${TOKEN}` }, body: query });
    expect(JSON.parse(stats.text)).toEqual([[text, 1, text, text]]);
  });
});

describe("bytes that are not one request", () => {
  const good = batch({ pings: [["hostile"]] });
  it.each([
    ["no HTTP", "hostile\r\n\r\n"],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
    ["another protocol's version", "POST /track/ HTTP/9.9\r\nhost: x\r\n\r\n"],
    ["a Content-Length that is a text", `POST /track/ HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n${good}`],
    ["a negative Content-Length", `POST /track/ HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n${good}`],
    [
      "a chunk of no size",
      "POST /track/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhostile\r\n0\r\n\r\n",
    ],
    ["a header without a colon", "GET /track/?labels=hostile HTTP/1.1\r\nhost x\r\n\r\n"],
    ["a header of a megabyte", `GET /track/?labels=hostile HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(1_000_000)}\r\n\r\n`],
    [
      "a body that ends before its Content-Length",
      `POST /track/ HTTP/1.1\r\nhost: x\r\norigin: https://shop.example\r\ncontent-length: 9000\r\n\r\n${good}`,
    ],
  ])("%s counts nothing, and does no harm", async (_name, bytes) => {
    expect(await sendBytes(url, bytes)).not.toMatch(/^HTTP\/1.1 (200|5)/);
    expect((await send(url, { body: batch({ pings: [["honest"]] }) })).status).toBe(200);
    expectCounts({ "honest::": 1 });
  });
});

describe("what is sent to make reads fail", () => {
  const reads = ["/api/statistics", "/api/timeseries", "/api/export", "/dashboard/", "/healthz"];

  async function expectReads(): Promise<void> {
    for (const path of reads) {
      const answer = await send(url, { path, headers: { authorization: `Bearer ${TOKEN}` } });
      expect(answer.status, `${path}: ${answer.text.slice(0, 300)}`).toBe(200);
    }
  }

  it("60 sites, each with a name of its own, are listed together", async () => {
    for (let site = 0; site < 60; site++) {
      const headers = { origin: `https://site-${site}.blog.example` };
      expect((await send(url, { headers, body: batch({ pings: [[`of site ${site}`]] }) })).status).toBe(200);
      expectCounts({ [`of site ${site}::`]: 1 });
    }
    await expectReads();
  });

  it("47 requests with names as long as they may be are read while D1 has none of them", async () => {
    const wide = "€".repeat(230);
    for (let request = 0; request < 47; request++) {
      const pings = Array.from({ length: 38 }, (_, index) => [`${wide}${request} ${index}`, wide.slice(0, 90), wide]);
      const answer = JSON.parse((await send(url, { body: batch({ pings }) })).text) as { accepted: number };
      expect(answer.accepted).toBe(pings.length);
      sentLong += pings.length;
    }
    await expectReads();
  });

  it("retries of one batch with any time of its day count once", async () => {
    const body = JSON.parse(batch({ pings: [["corrected"]] })) as { at: number };
    const midnight = body.at - (body.at % 86_400_000);
    for (const at of [body.at, midnight, body.at - 1, Math.floor((midnight + body.at) / 2)]) {
      expect((await send(url, { body: JSON.stringify({ ...body, at }) })).status).toBe(200);
    }
    expectCounts({ "corrected::": 1 });
  });
});

describe("after all of them", () => {
  it("the counts are exactly those of the good ones", async () => {
    expect(Object.values(TABLE).flat().length).toBeGreaterThan(650);
    const report = await send(url, { path: "/report/", headers: { authorization: `Bearer ${TOKEN}` } });
    expect(report.text).toBe("ok");
    await worker.kill();
    const counted = [...readCounters(folder)].map(([key, count]) => [key.slice("2026-01-01 ".length), count] as const);
    const isLong = (key: string): boolean => key.startsWith("€") || key.startsWith("(other):");
    const others = counted.filter(([key]) => !key.startsWith("(refused):"));
    expect(Object.fromEntries(others.filter(([key]) => !isLong(key)))).toEqual(Object.fromEntries(expected));
    expect(others.filter(([key]) => isLong(key)).reduce((sum, [, count]) => sum + count, 0)).toBe(sentLong);
    expect(others.some(([key]) => key.startsWith("(other):"))).toBe(true);
    // One in a hundred for a hundred: of so few, hardly any.
    expect(counted.filter(([key]) => key.startsWith("(refused):")).every(([, count]) => count % 100 == 0)).toBe(true);
  });
});
