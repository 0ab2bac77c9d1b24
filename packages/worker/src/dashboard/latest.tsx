import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { CountedPing, RefusedPing } from "../counting/contract.ts";
import type { AppEnv } from "../http/context.ts";
import { splitKey } from "../model/key.ts";
import { readLatest } from "../statistics/latest.ts";
import { formatAge, formatCount } from "./parts/format.ts";

/** What mends a refusal, by its code. Others say it themselves. */
const MENDS: Record<string, string> = {
  site_unknown: "If this page is yours, add its host to SITES and deploy.",
  site_not_yours: "Leave out data-site, or send it from that site.",
  bot: "A program must send the token, or set COUNT_BOTS.",
  rate_limited: "It is sent again later. Servers should send the token.",
  label_not_listed: "Add the label to LABELS, or correct it.",
  clock_ahead: "The tag corrects its clock and sends it again.",
  too_old: "Pings are taken for 48 hours.",
  bad_json: "Is it what encodeBatch() makes?",
};

/** `GET /dashboard/latest`: the part of "Setup & health" that its script asks for again and again. */
export async function showLatest(c: Context<AppEnv>): Promise<Response> {
  return c.html(<LatestPings {...await readLatest(c.env, Date.now())} />);
}

/** Whether the tag was seen, and what was counted and refused last. */
export function LatestPings({ counted, refused }: { counted: CountedPing[]; refused: RefusedPing[] }) {
  const now = Date.now();
  const seen = new Map<string, number>();
  for (const { at, key } of counted.toReversed()) seen.set(splitKey(key)[0], at);
  return (
    <div data-latest>
      {[...seen].map(([site, at]) => (
        <p class="notice">
          Tag seen{site && ` on ${site}`}: the latest ping was counted {formatAge(at, now)}.
        </p>
      ))}
      {seen.size === 0 && (
        <p class="notice">
          No ping was counted in the last three days. Click something on a page with the tag; it shows here within
          seconds
          <noscript>, when you reload this page</noscript>.
        </p>
      )}
      <div class="lists">
        <Pings
          title="Counted last"
          none="Nothing yet."
          rows={counted.map(({ at, key, count }) => {
            const [site, label, category, domId, page] = splitKey(key);
            return (
              <tr>
                <th scope="row">
                  {label} <small>{[category, domId && `#${domId}`, page, site].filter(Boolean).join(" · ")}</small>
                </th>
                <td>{count > 1 && formatCount(count, "time")}</td>
                <td>{formatAge(at, now)}</td>
              </tr>
            );
          })}
        />
        <Pings
          title="Refused last"
          none="Nothing since the counter woke up: refusals are kept in its memory alone."
          rows={refused.map(({ at, sender, code, message }) => (
            <tr>
              <th scope="row">
                {message}. {MENDS[code]} <small>{[code, sender].filter(Boolean).join(" · ")}</small>
              </th>
              <td>{formatAge(at, now)}</td>
            </tr>
          ))}
        />
      </div>
    </div>
  );
}

function Pings({ title, none, rows }: { title: string; none: string; rows: Child[] }) {
  return (
    <section class="list latest">
      <h2>{title}</h2>
      {rows.length > 0 ? (
        <table>
          <tbody>{rows}</tbody>
        </table>
      ) : (
        <p>{none}</p>
      )}
    </section>
  );
}
