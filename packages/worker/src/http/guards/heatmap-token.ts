import type { Context } from "hono";
import type { Env } from "../../env.ts";
import type { AppEnv } from "../context.ts";
import type { Found } from "./callers.ts";
import { judgeGuess } from "./rate-limit.ts";
import { signToken, verifyToken } from "./signed-token.ts";

const HEATMAP_SECONDS = 3_600;

/** A token for the overlay on a live page: reads the statistics of one site for an hour, and nothing else. */
export function makeHeatmapToken(env: Env, site: string, now: number): Promise<string> {
  return signToken(env, "heatmap", { site }, now + HEATMAP_SECONDS * 1000);
}

/** Whom a heat map's token stands for: a viewer of its site. A wrong one counts as a guess; one that is over was right. */
export async function findHeatmapViewer(c: Context<AppEnv>, token: string): Promise<Found> {
  const verified = await verifyToken(c.env, "heatmap", token);
  await judgeGuess(c, async () => verified.ok || verified.code == "token_expired" || undefined);
  return verified.ok ? { ok: true, caller: { role: "viewer", site: verified.site } } : verified;
}
