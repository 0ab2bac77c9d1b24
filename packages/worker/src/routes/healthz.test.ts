import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { readerRequest, request, requestWith } from "../../test/batches.ts";
import type { Env } from "../env.ts";

describe("/healthz", () => {
  it("tells how old the oldest count is that D1 does not have", async () => {
    await request("/track/?labels=a");
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 0 });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 60 });
    await readerRequest("/report/");
    expect(await (await request("/healthz")).json()).toMatchObject({ ok: true, oldest_unflushed_seconds: 0 });
    vi.useRealTimers();
  });

  it("answers 503 when nothing was flushed for ten minutes, until the next flush", async () => {
    await request("/track/?labels=a");
    vi.setSystemTime(Date.now() + 590_000);
    expect((await request("/healthz")).status).toBe(200);
    vi.setSystemTime(Date.now() + 11_000);
    const stale = await request("/healthz");
    expect(stale.status).toBe(503);
    expect(await stale.json()).toMatchObject({ ok: false, database: true, silent: [] });
    await readerRequest("/report/");
    expect((await request("/healthz")).status).toBe(200);
    vi.useRealTimers();
  });

  it("asks one object of each day for a stranger, and all of them for a reader", async () => {
    for (let shard = 0; shard < 64; shard++) {
      const [source, object] = [`source-${shard}`, `2026-11-${20 + (shard % 3)}/${shard}`];
      await env.DB.prepare("INSERT INTO flush (source, object, day, watermark) VALUES (?1, ?2, ?3, 0)")
        .bind(source, object, object.slice(0, 10))
        .run();
    }
    const asked: string[] = [];
    const stub = { readBacklog: async () => ({ gone: false, names: 0, rows: 0 }) };
    const DAY_COUNTER = { getByName: (name: string) => (asked.push(name), stub) } as unknown as Env["DAY_COUNTER"];
    expect((await requestWith({ DAY_COUNTER }, "/healthz")).status).toBe(200);
    expect(asked.map((name) => name.slice(0, 10)).toSorted()).toEqual(["2026-11-20", "2026-11-21", "2026-11-22"]);
    const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect((await requestWith({ DAY_COUNTER }, "/healthz", { headers })).status).toBe(200);
    expect(asked).toHaveLength(3 + 64);
  });

  it("answers 503 and says what is wrong when the database or an object does not answer", async () => {
    await request("/track/?labels=a");
    const { default: worker } = await import("../index.ts");
    const broken = {
      ...env,
      DAY_COUNTER: { getByName: () => ({ readBacklog: () => Promise.reject(new Error("no")) }) },
    } as unknown as Env;
    const silent = await worker.fetch(new Request("https://tracker.example/healthz"), broken);
    expect(silent.status).toBe(503);
    expect(await silent.json()).toMatchObject({ ok: false, database: true, silent: [expect.stringMatching(/\/0$/)] });
    await env.DB.prepare("DROP TABLE flush").run();
    const down = await request("/healthz");
    expect(down.status).toBe(503);
    expect(await down.json()).toMatchObject({ ok: false, database: false });
  });
});
