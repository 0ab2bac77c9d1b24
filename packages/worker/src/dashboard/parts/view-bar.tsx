import { addDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import type { View } from "../../http/view.ts";
import { COMPARISONS, RANGES, type Comparison, type RangeName } from "../../model/period.ts";
import { formatDays } from "./format.ts";
import { HiddenParameters } from "./hidden-parameters.tsx";
import { linkHere } from "./links.ts";

const RANGE_NAMES: Record<RangeName, string> = {
  today: "Today",
  "7d": "7 days",
  "30d": "30 days",
  "last-week": "Last week",
  "last-month": "Last month",
};

const COMPARISON_NAMES: Record<Comparison, string> = {
  before: "the period before",
  weekdays: "the same weekdays",
  none: "nothing",
};

/** How much of it a page uses: all, not the comparison, or the site alone. */
export type Bar = "all" | "period" | "site";

/** The line above a page: which site, which days, and what they are compared with. */
export function ViewBar(props: { c: Context<AppEnv>; view: View; bar: Bar }) {
  const { c, view, bar } = props;
  const isCompared = bar === "all";
  if (bar === "site") return <SiteBar c={c} view={view} />;
  return (
    <section class="view" aria-label="Site and period">
      <nav class="ranges" aria-label="Period">
        {RANGES.map((range) => (
          <a href={linkHere(c, { range, from: "", to: "" })} aria-current={range === view.range ? "true" : undefined}>
            {RANGE_NAMES[range]}
          </a>
        ))}
      </nav>
      <details class="dates">
        <summary aria-current={view.range ? undefined : "true"}>Dates…</summary>
        <form method="get">
          <HiddenParameters c={c} except={["range", "from", "to"]} />
          <label>
            First day <input type="date" name="from" value={view.from} max={view.today} required />
          </label>
          <label>
            Last day <input type="date" name="to" value={view.to} max={view.today} required />
          </label>
          <button class="primary">Show</button>
        </form>
      </details>
      <form method="get" class="choices">
        <HiddenParameters c={c} except={isCompared ? ["site", "compare"] : ["site"]} />
        <SiteChoice view={view} />
        {isCompared && (
          <label>
            compared with{" "}
            <select name="compare">
              {COMPARISONS.map((comparison) => (
                <option value={comparison} selected={comparison === view.comparison}>
                  {COMPARISON_NAMES[comparison]}
                </option>
              ))}
            </select>
          </label>
        )}
        <noscript>
          <button>Show</button>
        </noscript>
      </form>
      <p>
        <Days c={c} view={view} />
      </p>
    </section>
  );
}

/** Which days these are, and why nothing is compared where that is so. */
function Days({ c, view }: { c: Context<AppEnv>; view: View }) {
  const { today, before, notCompared, firstDay } = view;
  const days = formatDays(view, today);
  if (before) {
    return (
      <>
        {days}, compared with {formatDays(before, today)}
      </>
    );
  }
  if (notCompared === "today" && view.from < today) {
    const complete = { range: "", from: view.from, to: addDays(today, -1) };
    return (
      <>
        {days}. Today is not over, so nothing is compared. <a href={linkHere(c, complete)}>Only days that are over</a>
      </>
    );
  }
  if (notCompared === "today") return <>{days}. Today is not over, so nothing is compared.</>;
  if (notCompared === "uncovered" && firstDay) {
    return (
      <>
        {days}. Nothing is compared: counts begin on {formatDays({ from: firstDay, to: firstDay }, today)}.
      </>
    );
  }
  return <>{days}</>;
}

/** For a page whose period is its own. */
function SiteBar({ c, view }: { c: Context<AppEnv>; view: View }) {
  if (view.sites.length < 2 && !view.site) return null;
  return (
    <section class="view" aria-label="Site">
      <form method="get" class="choices">
        <HiddenParameters c={c} except={["site"]} />
        <SiteChoice view={view} />
        <noscript>
          <button>Show</button>
        </noscript>
      </form>
    </section>
  );
}

function SiteChoice({ view: { site, sites } }: { view: View }) {
  const names = [...new Set([...sites.filter(Boolean), ...(site ? [site] : [])])];
  if (names.length < 2 && !site) return null;
  return (
    <label>
      <span class="unseen">Site</span>
      <select name="site">
        <option value="">All sites</option>
        {names.map((name) => (
          <option value={name} selected={name === site}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
