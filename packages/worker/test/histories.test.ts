import { env } from "cloudflare:workers";
import fc from "fast-check";
import { it, vi } from "vitest";
import { History, type Tally } from "./histories/history.ts";
import { steps } from "./histories/steps.ts";

const numRuns = Number(env.HISTORIES);
const seed = Number(env.HISTORIES_SEED || Math.floor(Math.random() * 2 ** 31));

it(`is exact at every step of a random history (seed ${seed})`, { timeout: numRuns * 10_000 }, async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  let histories = 0;
  const tally: Tally = new Map();
  await fc.assert(
    fc.asyncProperty(steps, (history) => new History(++histories, tally).run(history)),
    { numRuns, seed, endOnFailure: env.HISTORIES_SHRINK === "false" },
  );
  vi.useRealTimers();
  // oxlint-disable-next-line no-console -- npm run attack -- histories reads this line.
  console.log(`histories ${JSON.stringify({ histories, ...Object.fromEntries(tally) })}`);
});
