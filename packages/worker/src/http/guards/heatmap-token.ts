import type { Context } from "hono";
import { noteOpening } from "../../d1/heatmap-openings.ts";
import type { Env } from "../../env.ts";
import { logError } from "../../log.ts";
import type { AppEnv } from "../context.ts";
import type { Found } from "./callers.ts";
import { judgeGuess } from "./rate-limit.ts";
import { signToken, verifyToken } from "./signed-token.ts";

const HEATMAP_SECONDS = 3_600;
/** How long the dashboard may wait for a heat map to open. Later requests of it need not be noted. */
const OPENING_MS = 60_000;

/**
 * A token for the overlay on a live page: reads the statistics of one site for an hour, and nothing else.
 *
 * @param opening What the dashboard asks by whether this heat map has opened.
 */
export function makeHeatmapToken(env: Env, site: string, now: number, opening?: string): Promise<string> {
  return signToken(env, "heatmap", { site, opening }, now + HEATMAP_SECONDS * 1000);
}

/** Whom a heat map's token stands for: a viewer of its site. A wrong one counts as a guess; one that is over was right. */
export async function findHeatmapViewer(c: Context<AppEnv>, token: string): Promise<Found> {
  const verified = await verifyToken(c.env, "heatmap", token);
  await judgeGuess(c, async () => verified.ok || verified.code == "token_expired" || undefined);
  if (!verified.ok) return verified;
  const { site, opening, issuedAt } = verified;
  const now = Date.now();
  if (opening && now < issuedAt + OPENING_MS) {
    const noted = noteOpening(c.env.DB, opening, now);
    c.executionCtx.waitUntil(noted.catch((error: unknown) => logError("opening_not_noted", error)));
  }
  return { ok: true, caller: { role: "viewer", site } };
}
