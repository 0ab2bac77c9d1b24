import type { HeatmapState } from "../../heatmap-state.ts";
import type { Details } from "./details.ts";

/**
 * Listens to keys: Esc closes the description, then the heat map; Alt+Shift+H hides the heat map, to use the page, and shows it again.
 */
export function listenToKeys(
  state: HeatmapState,
  details: Details,
  search: HTMLInputElement,
  focusPanel: () => void,
  signal: AbortSignal,
): void {
  const { host } = state.shadow;
  document.addEventListener(
    "keydown",
    (event) => {
      const { key, code, altKey, shiftKey, defaultPrevented } = event;
      // By its place: with Alt the key may write another letter.
      if (altKey && shiftKey && code === "KeyH") {
        event.preventDefault();
        if (!host.toggleAttribute("off")) focusPanel();
      }
      // In the search field Esc clears first.
      const isSearching = event.composedPath()[0] === search && search.value;
      if (key === "Escape" && !defaultPrevented && !isSearching && !details.close()) state.remove();
    },
    { signal },
  );
}
