import type { Context } from "hono";
import { flushAll } from "../counting/flush.ts";
import { Refusal } from "../http/refuse.ts";
import type { AppEnv } from "../http/context.ts";

/** `/report/`: flushes all there is, now. */
export async function report(c: Context<AppEnv>): Promise<Response> {
  const { failed } = await flushAll(c.env);
  if (failed.length > 0) throw new Refusal("unavailable", `not flushed, kept for the next time: ${failed.join(", ")}`);
  c.header("cache-control", "no-store");
  return c.text("ok");
}
