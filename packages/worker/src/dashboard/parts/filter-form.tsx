import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import type { StatisticsParameters } from "../../http/read-statistics.ts";
import { NAMES } from "./columns.ts";
import { lowerFirst } from "./format.ts";
import { HiddenParameters } from "./hidden-parameters.tsx";

const FIELDS = ["label", "category", "dom_id", "page"] as const;

/** What a list of rows is filtered by, beside the site and the period. */
export function FilterForm({ c, parameters }: { c: Context<AppEnv>; parameters: StatisticsParameters }) {
  return (
    <form class="filter" method="get" role="search" aria-label="Filter">
      <HiddenParameters c={c} except={["search", "group", ...FIELDS]} />
      <label class="wide">
        Search
        <input type="search" name="search" value={parameters.search} placeholder="labels, categories, ids" />
      </label>
      {FIELDS.map((name) => (
        <label>
          {NAMES[name]}
          <input name={name} value={parameters[name]} autocomplete="off" />
        </label>
      ))}
      <label>
        Show
        <select name="group">
          <option value="">rows</option>
          {(["label", "category", "dom_id", "page", "day", "site"] as const).map((group) => (
            <option value={group} selected={group === parameters.group}>
              sums by {lowerFirst(NAMES[group])}
            </option>
          ))}
        </select>
      </label>
      <button class="primary">Filter</button>
    </form>
  );
}
