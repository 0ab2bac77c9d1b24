import type { Context } from "hono";
import { CHANGES, type ChangeRow } from "../../d1/changes.ts";
import type { AppEnv } from "../../http/context.ts";
import type { View } from "../../http/view.ts";
import { ChangeFigure } from "./change-figure.tsx";
import { CHANGE_NAMES } from "./change-tabs.tsx";
import { formatDay, formatNumber } from "./format.ts";
import { linkTo } from "./links.ts";

/** Which labels changed by more than chance, the most certain ones of each kind. */
export function WhatChanged({ c, view, rows }: { c: Context<AppEnv>; view: View; rows: readonly ChangeRow[] }) {
  return (
    <section class="what" aria-labelledby="what-changed">
      <h2 id="what-changed">What changed</h2>
      {CHANGES.map((change) => {
        const changed = rows.filter((row) => row.change === change);
        return (
          <section class="list">
            <h3>
              <a href={linkTo(c, "labels", { show: change })}>{CHANGE_NAMES[change]}</a>
            </h3>
            {changed.length === 0 ? (
              <p class="quiet">none by more than chance</p>
            ) : (
              <ul class="change-list">
                {changed.map((row) => (
                  <li>
                    <a href={linkTo(c, "label", { label: row.label })} title={row.label}>
                      {row.label}
                    </a>
                    <span class="change">
                      {change === "quiet" ? (
                        <span class="less">since {formatDay(row.last, view.today)}</span>
                      ) : change === "new" ? (
                        <b class="more">{formatNumber(row.now)}</b>
                      ) : (
                        <ChangeFigure row={row} view={view} />
                      )}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </section>
  );
}
