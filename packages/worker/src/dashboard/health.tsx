import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { flushAll } from "../counting/flush.ts";
import { logError } from "../log.ts";
import { readLatest } from "../statistics/latest.ts";
import { LatestPings } from "./latest.tsx";
import { readHealth, type ObjectHealth } from "../statistics/health.ts";
import { queryExactly } from "../statistics/read.ts";
import { readSelection } from "../http/parameters.ts";
import { selectSums } from "../d1/sums.ts";
import { formatAge, formatCount, formatNumber } from "./parts/format.ts";
import { Card } from "./parts/card.tsx";
import { RefusedList, type RefusedSum } from "./parts/refused-list.tsx";
import type { AppEnv } from "../http/context.ts";
import { REFUSED } from "../model/key.ts";

// Cloudflare's price of a row written, in Durable Objects and in D1 alike.
const DOLLARS_PER_ROW = 1 / 1_000_000;

/** What a flush by hand did. */
interface Outcome {
  text: string;
  isFailure: boolean;
}

/** `GET /dashboard/health`: whether counts arrive where they should, what that costs, and what is refused. */
export function showHealth(c: Context<AppEnv>): Promise<Response> {
  return renderHealth(c);
}

/** `POST /dashboard/flush`: flushes now, and says what became of it. */
export async function submitFlush(c: Context<AppEnv>): Promise<Response> {
  const { statistics, failed } = await flushAll(c.env);
  if (failed.length === 0) {
    return renderHealth(c, { text: `Flushed: ${formatCount(statistics, "row")} changed in D1.`, isFailure: false });
  }
  c.status(503);
  return renderHealth(c, {
    text: `Not flushed: ${failed.join(", ")}. These counts are kept where they are; the next flush tries again.`,
    isFailure: true,
  });
}

async function renderHealth(c: Context<AppEnv>, outcome?: Outcome): Promise<Response> {
  const now = Date.now();
  const today = readConfig(c.env).calendar.dayOf(now);
  const { subject } = readSelection(c, { from: today, to: today });
  const [health, latest, refused] = await Promise.all([
    readHealth(c.env, now),
    readLatest(c.env, now),
    // Where an object does not answer, this page says so, and shows the rest.
    queryExactly<RefusedSum>(c.env, subject, (known) => [
      selectSums(c.env.DB, known, { labels: [REFUSED] }, ["category"], { order: ["counter", "desc"], limit: 20 }),
    ]).catch((error: unknown) => logError("refused_not_read", error)),
  ]);
  const written = health.journalRows + health.statisticRows;
  return c.render(
    <>
      <div class="heading">
        <h1>Setup & health</h1>
        <form method="post" action="flush">
          <button>Flush now</button>
        </form>
      </div>
      {outcome && (
        <p role={outcome.isFailure ? "alert" : "status"} class={outcome.isFailure ? "notice failure" : "notice"}>
          {outcome.text}
        </p>
      )}
      <LatestPings {...latest} />
      <section class="cards" aria-label="State">
        <div class="card">
          <h2>Last flush</h2>
          <p class="figure words">{health.flushedAt ? formatAge(health.flushedAt, now) : "none yet"}</p>
          <p class="change">every two minutes while there is something to flush; many names wait up to 30</p>
        </div>
        <Card name="Not flushed" value={health.unflushed} />
        <div class="card">
          <h2>Rows written today</h2>
          <p class="figure">{formatNumber(written)}</p>
          <p class="change">
            {formatNumber(health.journalRows)} in journals, {formatNumber(health.statisticRows)} in D1
          </p>
        </div>
        <div class="card">
          <h2>Estimated cost today</h2>
          <p class="figure">${(written * DOLLARS_PER_ROW).toFixed(4)}</p>
          <p class="change">for rows written, at $1 a million</p>
        </div>
      </section>
      <div class="lists">
        <ObjectList objects={health.objects} now={now} />
        <RefusedList sums={refused?.results[0]} day={today} />
      </div>
    </>,
    { title: "Setup & health" },
  );
}

function ObjectList({ objects, now }: { objects: readonly ObjectHealth[]; now: number }) {
  return (
    <section class="list">
      <h2>Days not closed yet</h2>
      {objects.length === 0 ? (
        <p>Nothing was counted in the last days.</p>
      ) : (
        <table class="objects">
          <thead>
            <tr>
              <th scope="col">Day and shard</th>
              <th scope="col">Flushed</th>
              <th scope="col" class="number">
                Not flushed
              </th>
            </tr>
          </thead>
          <tbody>
            {objects.map(({ object, flushedAt, unflushed }) => (
              <tr>
                <th scope="row">{object}</th>
                <td>{flushedAt ? formatAge(flushedAt, now) : "never"}</td>
                <td class="number">
                  {unflushed === undefined ? <b class="less">no answer</b> : formatNumber(unflushed)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
