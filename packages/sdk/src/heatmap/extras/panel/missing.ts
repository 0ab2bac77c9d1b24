import type { TopDomId } from "../../../protocol/stats.ts";
import type { HeatmapState } from "../../heatmap-state.ts";
import { make } from "../../shadow.ts";

const LISTED_MAX = 100;

/** The list of what is counted under DOM ids that this page does not have. */
export interface Missing {
  /** Closes the list, because its counts are outdated. Opened again, it asks again. */
  close(): void;
}

export function makeMissing(parent: HTMLElement, state: HeatmapState): Missing {
  const details = make(parent, "details") as HTMLDetailsElement;
  make(details, "summary", "Counted elsewhere");
  const list = make(details, "ol");
  list.ariaLabel = "Counted elsewhere";
  // Makes the list scrollable by keyboard: nothing in it can have the focus.
  list.tabIndex = 0;
  details.addEventListener("toggle", () => {
    if (details.open) void ask();
  });

  async function ask(): Promise<void> {
    list.textContent = "";
    try {
      const rows = await state.read<TopDomId[]>("get_stats/", JSON.stringify(state.range));
      const here = new Set(state.clicks.map(([domId]) => domId));
      const missing = rows.filter(([domId]) => !here.has(domId)).slice(0, LISTED_MAX);
      for (const [domId, counter] of missing) {
        const line = make(list, "li");
        make(line, "span", `#${domId}`);
        make(line, "em", counter.toLocaleString());
      }
      if (!missing.length) make(list, "li", "Nothing: all that was counted has its element here.");
    } catch (error) {
      make(list, "li", (error as Error).message);
    }
  }

  return {
    close() {
      details.open = false;
    },
  };
}
