import type { Context } from "hono";
import type { AppEnv } from "../app.tsx";
import { askByName } from "../flush.ts";
import { listOpenObjects } from "../statistic.ts";

/** `GET /healthz`: whether D1 and the open objects answer, and how old the oldest count is that D1 does not have. */
export async function healthz(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  const open = await listOpenObjects(c.env.DB);
  const sinces = await Promise.all(
    open.map(async (object) => {
      const tail = await askByName(c.env)(object, { source: object.source, after: object.watermark, maxRows: 1 });
      return tail.gone ? now : (tail.since ?? now);
    }),
  );
  c.header("cache-control", "no-store");
  return c.json({ ok: true, oldest_unflushed_seconds: Math.round((now - Math.min(now, ...sinces)) / 1000), now });
}
