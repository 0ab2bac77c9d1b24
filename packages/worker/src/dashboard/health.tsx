import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { readHealth } from "../statistics/health.ts";
import { queryExactly } from "../statistics/read.ts";
import { readQuestion } from "../http/parameters.ts";
import { selectSums } from "../d1/sums.ts";
import { formatAge, formatNumber } from "./format.ts";
import { Card, TopList } from "./parts.tsx";
import type { AppEnv } from "../http/context.ts";
import { REFUSED } from "../model/key.ts";

// Cloudflare's price of a row written, in Durable Objects and in D1 alike.
const DOLLARS_PER_ROW = 1 / 1_000_000;

/** `GET /dashboard/health`: whether counts arrive where they should, what that costs, and what is refused. */
export async function showHealth(c: Context<AppEnv>): Promise<Response> {
  const now = Date.now();
  const today = readConfig(c.env).calendar.dayOf(now);
  const { subject } = readQuestion(c, { from: today, to: today });
  const [health, refused] = await Promise.all([
    readHealth(c.env, now),
    queryExactly<{ category: string; counter: number }>(c.env, subject, (known) => [
      selectSums(c.env.DB, known, { labels: [REFUSED] }, ["category"], { order: ["counter", "desc"], limit: 20 }),
    ]),
  ]);
  const reasons = refused.results[0]!.map(({ category, counter }) => ({ name: category, counter }));
  const total = reasons.reduce((sum, { counter }) => sum + counter, 0);
  const written = health.journalRows + health.statisticRows;
  return c.render(
    <>
      <div class="heading">
        <h1>Health</h1>
        <form method="post" action="flush">
          <button>Flush now</button>
        </form>
      </div>
      <section class="cards" aria-label="State">
        <div class="card">
          <h2>Last flush</h2>
          <p class="figure words">{health.flushedAt ? formatAge(health.flushedAt, now) : "none yet"}</p>
          <p class="change">every two minutes, while there is something to flush</p>
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
          <h2>That costs</h2>
          <p class="figure">${(written * DOLLARS_PER_ROW).toFixed(4)}</p>
          <p class="change">at $1 a million rows</p>
        </div>
      </section>
      <div class="lists">
        <section class="list">
          <h2>What still counts</h2>
          {health.objects.length === 0 ? (
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
                {health.objects.map(({ object, flushedAt, unflushed }) => (
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
        {total > 0 ? (
          <TopList
            title="Refused today"
            sums={reasons}
            total={total}
            hrefOf={({ name }) => `statistics?label=${encodeURIComponent(REFUSED)}&category=${name}`}
          />
        ) : (
          <section class="list">
            <h2>Refused today</h2>
            <p>No ping was refused.</p>
          </section>
        )}
      </div>
    </>,
    { title: "Health" },
  );
}
