import type { Day } from "@tracker/sdk/protocol";
import type { RefusedReason } from "../../http/guards/count-refused.ts";
import { REFUSED } from "../../model/key.ts";
import { Estimate } from "./estimate.tsx";
import { hrefOf } from "./format.ts";

const MEANINGS: Record<RefusedReason, string> = {
  bot: "bots and programs without the token",
  prefetch: "pages that a browser loaded ahead of a click",
  embedded: "pictures, frames and links, which are no actions",
  rate_limited: "too many requests from one address",
  label_not_listed: "labels that LABELS does not list",
  site_unknown: "pages of hosts that SITES does not list",
  site_not_yours: "pages that named a site other than their own",
};

export interface RefusedSum {
  category: string;
  counter: number;
}

/** What was refused on a day, by reason. Without sums: they could not be read. */
export function RefusedList({ sums, day }: { sums: readonly RefusedSum[] | undefined; day: Day }) {
  if (!sums?.length) {
    return (
      <section class="list">
        <h2>Refused today</h2>
        <p>{sums ? "No ping was refused." : "Refused pings could not be read: a day does not answer."}</p>
      </section>
    );
  }
  return (
    <section class="list">
      <h2>
        Refused today <small>estimated from one in a hundred</small>
      </h2>
      <table class="reasons">
        <thead class="unseen">
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Count</th>
          </tr>
        </thead>
        <tbody>
          {sums.map(({ category, counter }) => (
            <tr>
              <th scope="row">
                <a href={hrefOf("statistics", { label: REFUSED, category, from: day, to: day })}>
                  {MEANINGS[category as RefusedReason] ?? category}
                </a>{" "}
                <small>{category}</small>
              </th>
              <td class="number">
                <Estimate value={counter} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
