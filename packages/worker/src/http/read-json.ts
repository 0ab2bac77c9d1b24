import type { Context } from "hono";
import type { AppEnv } from "./context.ts";
import { Refusal } from "./refuse.ts";

/** The body, which is one JSON object. @throws Refusal where it is not. */
export async function readJson(c: Context<AppEnv>): Promise<unknown> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body == "object" && body !== null && !Array.isArray(body)) return body;
  throw new Refusal("bad_json", "the body is not a JSON object");
}
