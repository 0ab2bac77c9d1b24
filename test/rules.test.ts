import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runRules } from "./attacks/rules.ts";
import { bundle } from "./support/bundle.ts";
import { startReceiver, type Receiver } from "./support/receiver.ts";
import { startWorker, type Worker } from "./support/worker.ts";

const ROOT = join(import.meta.dirname, "..");
const SECRET = `whsec_${Buffer.from("24 bytes that nobody knows").toString("base64")}`;
const MINUTE_MS = 60_000;

let receiver: Receiver;
let folder: string;
let file: string;
let worker: Worker;

beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), "tracker-rules-"));
  file = join(folder, "worker.js");
  await bundle(join(ROOT, "packages/worker/test/rules-worker.ts"), file);
  start();
});
afterEach(async () => {
  receiver.close();
  await worker.kill();
});

function start(): void {
  worker = startWorker(file, folder, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET });
}

/** The cron at a time. With `rule` there is one that becomes true. */
async function run(now: number, rule?: object): Promise<string> {
  const day = new Date(now).toISOString().slice(0, 10);
  const body = JSON.stringify({ now, rule, counts: rule ? [[day, "<!channel> & co", 12]] : [] });
  return (await fetch(await worker.url, { method: "POST", body })).text();
}

const REACHES = { kind: "reaches", label: "<!channel> & co", number: 10 };

// The long form, a thousand days: npm run attack -- rules.
it("tells what becomes true once, however often the cron is killed and the receiver fails", async () => {
  const { crossings, killed, ...figures } = await runRules(30, 1);
  expect(crossings).toBeGreaterThan(20);
  expect(killed).toBeGreaterThan(20);
  expect(figures).toMatchObject({ lost: 0, invented: 0, repeated: 0 });
});

it("signs, so that the documentation's snippet tells the tracker's messages from others", async () => {
  const [, snippet = ""] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, "docs/rules-and-webhook.md"), "utf8")) ?? [];
  writeFileSync(join(folder, "verify.mjs"), snippet);
  const { isFromTracker } = (await import(join(folder, "verify.mjs"))) as {
    isFromTracker(headers: object, body: string, secret: string): boolean;
  };
  await run(Date.now(), REACHES);
  const [{ headers, body }] = receiver.deliveries as [Receiver["deliveries"][0]];
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": (JSON.parse(body) as { id: string }).id,
  });
  expect(isFromTracker(headers, body, SECRET)).toBe(true);
  expect(isFromTracker(headers, body.replace("12", "13"), SECRET)).toBe(false);
  expect(isFromTracker({ ...headers, "webhook-timestamp": "1795824000" }, body, SECRET)).toBe(false);
  expect(isFromTracker({ ...headers, "webhook-signature": undefined }, body, SECRET)).toBe(false);
  expect(isFromTracker(headers, body, `whsec_${"A".repeat(32)}`)).toBe(false);
});

it("writes text that Slack shows as it is: a label cannot call everybody", async () => {
  await run(Date.now(), REACHES);
  const { text, ...fields } = JSON.parse(receiver.deliveries[0]!.body) as Record<string, unknown>;
  expect(text).toMatch(/^“&lt;!channel&gt; &amp; co” has reached 10 on [\d-]{10}: 12 so far\.\nhttps:\/\/t\.example\//);
  expect(fields).toMatchObject({ type: "reaches", label: "<!channel> & co", count: 12 });
});

it("follows no redirect, and tries again later", async () => {
  const now = Date.now();
  receiver.react = () => "redirect";
  await run(now, REACHES);
  await run(now + MINUTE_MS);
  expect(receiver.deliveries.map(({ path }) => path)).toEqual(["/"]);
  receiver.react = () => "ok";
  await run(now + 2 * MINUTE_MS);
  await run(now + 60 * MINUTE_MS);
  expect(receiver.deliveries.map(({ path, reaction }) => [path, reaction])).toEqual([
    ["/", "redirect"],
    ["/", "ok"],
  ]);
});

it("does not read an answer without end", async () => {
  receiver.react = () => "endless";
  expect(await run(Date.now(), REACHES)).toBe("done");
  receiver.react = () => "ok";
  await run(Date.now() + 60 * MINUTE_MS);
  expect(receiver.deliveries).toHaveLength(1);
});

it("waits ten seconds for a receiver that hangs, and sends it the same again", async () => {
  const now = Date.now();
  receiver.react = () => "hang";
  expect(await run(now, REACHES)).toBe("done");
  receiver.react = () => "ok";
  await run(now + 2 * MINUTE_MS);
  const [first, second] = receiver.deliveries;
  expect(second).toMatchObject({ body: first!.body, reaction: "ok" });
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
});

it("sends a message that a killed process had begun to send, under the same id", async () => {
  const now = Date.now();
  receiver.react = () => "hang";
  const killed = run(now, REACHES).catch(() => "killed");
  await expect.poll(() => receiver.deliveries.length).toBe(1);
  await worker.kill();
  expect(await killed).toBe("killed");
  start();
  receiver.react = () => "ok";
  await run(now + 2 * MINUTE_MS);
  expect(receiver.deliveries.map(({ body }) => body)).toEqual([
    receiver.deliveries[0]!.body,
    receiver.deliveries[0]!.body,
  ]);
});
