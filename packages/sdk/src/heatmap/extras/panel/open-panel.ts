import type { HeatmapState } from "../../heatmap-state.ts";
import { addStyle, make } from "../../shadow.ts";
import { makeButton, makeLabelled } from "./controls.ts";
import { createDetails } from "./details.ts";
import { makeMovable } from "./drag.ts";
import { makeFilter } from "./filter.ts";
import { makeMissing } from "./missing.ts";
import { makeRange } from "./range.ts";
import { makeRanking } from "./ranking.ts";
import { PANEL_STYLE } from "./style.ts";

/** Windows narrower than this start with the panel folded. */
const NARROW_PX = 600;

/** Unfolds the legend's card into a panel that tells what is counted here, and steers what is shown of it. */
export function openPanel(state: HeatmapState, signal: AbortSignal): { isLive(): boolean } {
  const { card, shadow, overlay } = state;
  const { site } = state.range;
  addStyle(shadow, PANEL_STYLE);
  card.ariaLabel = "Heat map";

  const header = make(card, "header");
  const body = make(card, "article");
  card.prepend(header);
  const grip = make(header, "button", "Heat map");
  grip.title = "Drag to move, or use the arrow keys";
  makeMovable(card, grip, signal);
  const fold = makeButton(header, "", "", () => setFolded(!body.hidden));
  makeButton(header, "×", "Close", state.remove);
  setFolded(innerWidth < NARROW_PX);

  const total = make(body, "output");
  makeRange(body, state.range, (range) => {
    state.range = site ? { ...range, site } : range;
    missing.close();
    state.refresh().catch(() => {});
  });
  const filter = makeFilter(body, state.show);
  state.keep = filter.keep;
  const details = createDetails(state, signal);
  const showRanking = makeRanking(body, details);
  const missing = makeMissing(body, state);
  const footer = make(body, "footer");
  const live = makeLabelled(footer, "Live", { type: "checkbox", checked: true });

  const showBoxes = overlay.show;
  overlay.show = (spots) => {
    showBoxes(spots);
    update();
  };
  update();

  document.addEventListener(
    "keydown",
    (event) => {
      // In the search field Esc clears first.
      const isSearching = event.composedPath()[0] === filter.search && filter.search.value;
      if (event.key === "Escape" && !event.defaultPrevented && !isSearching) state.remove();
    },
    { signal },
  );
  return { isLive: () => live.checked };

  function setFolded(isFolded: boolean): void {
    body.hidden = isFolded;
    fold.textContent = isFolded ? "+" : "–";
    fold.ariaLabel = isFolded ? "Unfold" : "Fold";
  }

  function update(): void {
    const ranked = state.spots.toSorted((one, other) => other.count - one.count);
    let sum = 0;
    for (const { count } of ranked) sum += count;
    total.textContent = "";
    make(total, "strong", sum.toLocaleString());
    const elements = ranked.length == 1 ? "element" : "elements";
    make(total, "span", sum ? ` on ${ranked.length} ${elements}` : " actions on this page in these days");
    filter.update(state.clicks);
    showRanking(ranked);
    details.update(ranked);
  }
}
