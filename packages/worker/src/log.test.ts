import { encodeBatch } from "@tracker/sdk/protocol";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf, requestWith } from "../test/batches.ts";
import { logError } from "./log.ts";

const LABEL = "secret-label";
const ADDRESS = "203.0.113.77";
const AGENT = "SecretBrowser/128.0";

let lines: string[];

beforeEach(() => {
  lines = [];
  for (const level of ["debug", "log", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.join(" ")));
  }
});
afterEach(() => vi.restoreAllMocks());

describe("what the Worker logs", () => {
  /** Every statement fails, with an error that quotes data as V8's JSON.parse does. */
  const DB = new Proxy(env.DB, {
    get: () => () => {
      throw new Error(`Unexpected token 's', "{${LABEL}}" is not valid JSON`);
    },
  });
  const DAY_COUNTER = new Proxy(env.DAY_COUNTER, {
    get: (target, name) =>
      name == "getByName" || name == "get"
        ? () => new Proxy({}, { get: () => () => Promise.reject(new Error(`the object has no "${LABEL}"`)) })
        : Reflect.get(target, name),
  });
  const LABELS = encodeURIComponent(`${LABEL}:${LABEL}:${LABEL}`);
  const csv = `day,label,category,dom_id,counter\n2025-01-01,${LABEL},,,1`;

  it.each<[path: string, body?: string]>([
    [`/track/?labels=${LABELS}`],
    [`/track.gif?labels=${LABELS}`],
    ["/track/", encodeBatch(batchOf(`${LABEL}:${LABEL}:${LABEL}`))],
    [`/${LABEL}/track/`, encodeBatch(batchOf(LABEL))],
    ["/track/", LABEL],
    [`/get_stats/?dom_ids=${LABEL}`],
    ["/get_stats/", JSON.stringify({ dom_ids: [LABEL] })],
    [`/api/statistics?label=${LABEL}`],
    [`/api/export?label=${LABEL}`],
    ["/api/import", csv],
    [`/dashboard/label?label=${LABEL}`],
    [`/dashboard/statistics?search=${LABEL}`],
    ["/report/"],
    ["/healthz"],
    [`/${LABEL}`],
    [`/login?token=${env.ADMIN_TOKEN}`],
  ])("has no label, address, user agent or token when all fails at %s", async (path, body) => {
    const headers = {
      authorization: `Bearer ${env.ADMIN_TOKEN}`,
      "cf-connecting-ip": ADDRESS,
      "user-agent": AGENT,
      referer: `https://shop.example/${LABEL}`,
    };
    const init = body === undefined ? { headers } : { headers, body, method: "POST" };
    await (await requestWith({ DB, DAY_COUNTER }, path, init)).text();
    for (const line of lines) {
      for (const secret of [LABEL, ADDRESS, AGENT, env.ADMIN_TOKEN]) expect(line).not.toContain(secret);
    }
  });

  it("still says what failed, and where", async () => {
    await requestWith({ DB }, `/get_stats/?dom_ids=${LABEL}`, {
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` },
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "request_failed", reason: `Unexpected token 's', "…" is not valid JSON`, route: "GET /get_stats" },
    ]);
  });

  it("keeps an object's name", () => {
    logError("tail_failed", new Error("it hangs"), { object: "2026-11-24/0" });
    expect(lines).toEqual(['{"event":"tail_failed","reason":"it hangs","object":"2026-11-24/0"}']);
  });
});
