import { addDays, type Day } from "../../protocol/day.ts";
import type { HeatmapState } from "../heatmap-state.ts";
import { make } from "../shadow.ts";

/** The most counted DOM ids asked for. */
const ASKED_MAX = 500;
/** Of those that are not on the page, this many are listed. */
const LISTED_MAX = 100;

interface Answer {
  to: Day;
  rows: { dom_id: string; counter: number }[];
}

/** The list of what is counted under DOM ids that this page does not have. */
export interface Missing {
  /** What it has is no longer true; opened again, it asks again. */
  close(): void;
}

export function makeMissing(parent: HTMLElement, state: HeatmapState): Missing {
  const details = make(parent, "details") as HTMLDetailsElement;
  make(details, "summary", "Counted, but not on this page");
  const list = make(details, "ol");
  details.addEventListener("toggle", () => {
    if (details.open) void ask();
  });

  async function ask(): Promise<void> {
    list.textContent = "";
    try {
      const rows = await readAll();
      const here = new Set(state.rows.map(([domId]) => domId));
      const missing = rows.filter(({ dom_id: domId }) => domId && !here.has(domId)).slice(0, LISTED_MAX);
      for (const { dom_id: domId, counter } of missing) {
        const line = make(list, "li");
        make(line, "span", `#${domId}`);
        make(line, "em", counter.toLocaleString());
      }
      if (!missing.length) make(list, "li", "None: everything counted has its element here.");
    } catch (error) {
      make(list, "li", (error as Error).message);
    }
  }

  async function readAll(): Promise<Answer["rows"]> {
    const { days, from, to, site } = state.range;
    const query = new URLSearchParams({ group: "dom_id", limit: `${ASKED_MAX}` });
    if (site) query.set("site", site);
    // Only the server knows which day it is there.
    const today = to ?? (await state.read<Answer>(`api/statistics?group=day&limit=1`)).to;
    query.set("to", today);
    query.set("from", from ?? addDays(today, 1 - (days ?? 1)));
    return (await state.read<Answer>(`api/statistics?${query}`)).rows;
  }

  return {
    close() {
      details.open = false;
    },
  };
}
