import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { bundleWorker, startWorker } from "./worker.ts";

/** A whole tracker in half a second: the Worker with its scripts, pages and rate limits. `npm start` has wrangler around it. */
export interface Tracker {
  url: string;
  token: string;
  /** Where its data is; start another one with it to see what lasts. */
  persistTo: string;
  stop(): Promise<void>;
}

/**
 * Starts a tracker on a free port. Only `/report/` flushes it.
 *
 * @param options.persistTo default: a new, empty folder.
 * @param options.vars settings of wrangler.toml that differ, such as `{ PUBLIC_STATS: "true" }`.
 */
export async function startTracker({
  persistTo = mkdtempSync(join(tmpdir(), "tracker-")),
  vars = {},
}: { persistTo?: string; vars?: Record<string, string> } = {}): Promise<Tracker> {
  const token = randomBytes(16).toString("hex");
  const worker = startWorker(await bundleWorker(), persistTo, { ...vars, ADMIN_TOKEN: token }, true);
  return { url: await worker.url, token, persistTo, stop: () => worker.kill() };
}

/** Opens the link that `npm start` prints, and waits for the page that it leads to. */
export async function logIn(page: Page, { url, token }: Pick<Tracker, "url" | "token">): Promise<void> {
  await page.goto(`${url}/login/#token=${token}`);
  await page.waitForURL(`${url}/dashboard/`);
}
