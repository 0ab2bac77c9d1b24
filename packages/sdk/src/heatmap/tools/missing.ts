import type { TopDomId } from "../../protocol/stats.ts";
import type { HeatmapState } from "../heatmap-state.ts";
import { make } from "../shadow.ts";

const LISTED_MAX = 100;

/** Lists what is counted under DOM ids that this page does not have. */
export async function listMissing(parent: HTMLElement, name: string, state: HeatmapState): Promise<void> {
  parent.querySelector("ol")?.remove();
  const list = make(parent, "ol");
  list.ariaLabel = name;
  // Makes the list scrollable by keyboard: nothing in it can have the focus.
  list.tabIndex = 0;
  const note = make(list, "li", "Loading…");
  try {
    const { before: _, ...question } = state.range;
    const rows = await state.read<TopDomId[]>(JSON.stringify(question));
    const here = new Set(state.clicks.map(([domId]) => domId));
    const missing = rows.filter(([domId]) => !here.has(domId)).slice(0, LISTED_MAX);
    for (const [domId, counter] of missing) {
      const line = make(list, "li");
      make(line, "span", /^[\w-]+$/.test(domId) ? `#${domId}` : domId);
      make(line, "em", counter.toLocaleString());
    }
    if (missing.length > 0) note.remove();
    else note.textContent = "Nothing: all that was counted has its element here.";
  } catch (error) {
    note.textContent = (error as Error).message;
  }
}
