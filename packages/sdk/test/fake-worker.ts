import { afterEach, beforeEach, vi } from "vitest";
import { decodeBatch, type DecodedBatch } from "../src/protocol/batch.ts";
import { Tracker, type TrackerOptions } from "../src/server/tracker.ts";

/** When the tests' clock starts. */
export const NOW = Date.parse("2026-11-23T12:00:00Z");

/** What the Worker that this stands for was sent. */
export const requests: (DecodedBatch & { url: string; bytes: number; headers: Record<string, string> })[] = [];
/** What it answers next; then it accepts. */
export const answers: (() => Response | Promise<Response>)[] = [];
/** What the client reported as dropped. */
export const drops: [code: string, count: number][] = [];

export const accept = (rejected: object[] = []) =>
  Response.json({ accepted: 1, duplicate: false, rejected, now: Date.now() });
export const refuse = (status: number, code: string, headers = {}) =>
  Response.json({ error: { code, message: `about ${code}` }, now: Date.now() }, { status, headers });
export const wrongClock = (code: string, now: number) => () =>
  Response.json({ error: { code, message: "" }, now }, { status: 400 });
export const unreachable = () => Promise.reject(new TypeError("fetch failed"));
export const forever = <Item>(item: Item) => Array.from({ length: 10_000 }, () => item);

beforeEach(() => {
  for (const list of [requests, answers, drops]) list.length = 0;
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.stubGlobal("fetch", async (url: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
    const batch = decodeBatch(body);
    if (!batch.ok) throw new Error(`not a batch: ${batch.message}`);
    requests.push({ ...batch.value, url, headers, bytes: Buffer.byteLength(body) });
    return (answers.shift() ?? accept)();
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

export const makeTracker = (options: Partial<TrackerOptions> = {}) =>
  new Tracker({
    endpoint: "https://tracker.example.com/t/",
    onDrop: ({ code }, count) => void drops.push([code, count]),
    ...options,
  });

export const sent = () =>
  requests.map(({ pings }) => pings.map((ping) => [ping.label, ping.category, ping.domId, ping.count].join(":")));
