import { createDetails, nameOf } from "./details.ts";
import { makeMovable } from "./drag.ts";
import type { CountedSpot, HeatmapState, Range } from "./heatmap-state.ts";
import { createMissing } from "./missing.ts";
import { PANEL_STYLE } from "./panel-style.ts";
import { heatScale, safeScale } from "./scale.ts";
import { make } from "./shadow.ts";

/** Windows narrower than this start with the panel folded. */
const NARROW_PX = 600;
/** Elements listed. */
const LIST_MAX = 200;

const RANGES: Record<string, Range> = { Today: {}, "7 days": { days: 7 }, "30 days": { days: 30 } };

/** Unfolds the legend's card into a panel that tells what is counted here, and steers what is shown of it. */
export function openPanel(state: HeatmapState, signal: AbortSignal): { isLive(): boolean } {
  const { card, shadow } = state;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PANEL_STYLE);
  shadow.adoptedStyleSheets.push(sheet);
  card.ariaLabel = "Heat map";

  const details = createDetails(state, signal);
  const header = make(card, "header");
  card.prepend(header);
  const body = make(card, "main");
  makeHeader();
  const total = make(body, "output");
  makeRanges();
  const [category, search] = makeFilters();
  const list = make(body, "ol");
  list.ariaLabel = "Elements, the most counted first";
  const missing = createMissing(state, body);
  const live = makeSwitch("Live", true);
  const safe = makeSwitch("Colour-blind safe", false);
  safe.onchange = () => {
    state.scale = safe.checked ? safeScale : heatScale;
    card.style.setProperty("--bar", `linear-gradient(90deg in oklch,${state.scale(0)},${state.scale(1)})`);
    state.show();
  };

  document.addEventListener(
    "keydown",
    (event) => {
      // In the search field Esc first clears.
      const isSearching = event.composedPath()[0] === search && search.value;
      if (event.key === "Escape" && !event.defaultPrevented && !isSearching) state.remove();
    },
    { signal },
  );
  const { overlay } = state;
  const showBoxes = overlay.show;
  overlay.show = (spots) => {
    showBoxes(spots);
    update();
  };
  update();
  return { isLive: () => live.checked };

  function makeHeader(): void {
    const grip = make(header, "button", "Heat map");
    grip.title = "Drag to move, or use the arrow keys";
    makeMovable(card, grip, signal);
    const fold = make(header, "button");
    const setFolded = (folded: boolean) => {
      body.hidden = folded;
      fold.textContent = folded ? "+" : "–";
      fold.ariaLabel = folded ? "Unfold" : "Fold";
      fold.ariaExpanded = `${!folded}`;
    };
    fold.onclick = () => setFolded(!body.hidden);
    setFolded(innerWidth < NARROW_PX);
    const close = make(header, "button", "×");
    close.ariaLabel = "Close";
    close.onclick = state.remove;
  }

  function makeRanges(): void {
    const fieldset = make(body, "fieldset");
    fieldset.ariaLabel = "Days";
    const { from, to, site } = state.range;
    const own = make(body, "p");
    own.className = "row";
    const ends = ["First day", "Last day"].map((name, index) => {
      const input = make(own, "input") as HTMLInputElement;
      Object.assign(input, { type: "date", ariaLabel: name, value: [from, to][index] ?? "" });
      input.onchange = () => ends.every(({ value }) => value) && setRange({ from: ends[0]!.value, to: ends[1]!.value });
      return input;
    });
    own.hidden = !from;
    for (const name of [...Object.keys(RANGES), "Own"]) {
      const label = make(fieldset, "label", name);
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "range", checked: name === (from ? "Own" : "Today") });
      label.append(input);
      input.onchange = () => {
        own.hidden = name in RANGES;
        if (name in RANGES) setRange(RANGES[name]!);
        else ends[0]!.focus();
      };
    }

    function setRange(range: Range): void {
      state.range = site ? { ...range, site } : range;
      missing.forget();
      state.refresh().catch(() => {});
    }
  }

  function makeFilters(): [HTMLSelectElement, HTMLInputElement] {
    const row = make(body, "p");
    row.className = "row";
    const category = make(row, "select") as HTMLSelectElement;
    const search = make(row, "input") as HTMLInputElement;
    category.ariaLabel = "Category";
    Object.assign(search, { type: "search", placeholder: "Search labels", ariaLabel: "Search labels and ids" });
    state.keep = ([domId, , label, itsCategory]) =>
      (category.selectedIndex < 1 || category.value === itsCategory) &&
      `${label}\n${domId}`.toLowerCase().includes(search.value.toLowerCase());
    category.onchange = search.oninput = state.show;
    return [category, search];
  }

  function makeSwitch(text: string, checked: boolean): HTMLInputElement {
    const label = make(body, "label");
    const input = make(label, "input") as HTMLInputElement;
    Object.assign(input, { type: "checkbox", checked });
    label.append(text);
    return input;
  }

  function update(): void {
    const ranked = state.spots.toSorted((one, other) => other.count - one.count);
    const sum = ranked.reduce((sum, { count }) => sum + count, 0);
    total.textContent = "";
    make(total, "strong", sum.toLocaleString());
    make(total, "span", sum ? ` on ${ranked.length} elements` : " actions on this page in these days");
    updateCategories();
    updateList(ranked.slice(0, LIST_MAX));
    details.update(ranked);
  }

  function updateCategories(): void {
    const categories = [...new Set(state.rows.map((row) => row[3]))].toSorted((a, b) => a.localeCompare(b));
    const names = ["All categories", ...categories];
    // An open menu would close if nothing new came and it were made anew.
    if (names.join("\n") === [...category.options].map(({ text }) => text).join("\n")) return;
    const { value, selectedIndex } = category;
    category.replaceChildren(...names.map((name, index) => new Option(name || "(none)", index ? name : "")));
    if (selectedIndex > 0) category.value = value;
  }

  /** Reuses the lines, so that the focus stays where it is. */
  function updateList(ranked: CountedSpot[]): void {
    while (list.children.length > ranked.length) list.lastElementChild!.remove();
    for (const [index, spot] of ranked.entries()) {
      const button = (list.children[index]?.firstElementChild ?? make(make(list, "li"), "button")) as HTMLButtonElement;
      button.textContent = "";
      make(button, "i").style.background = spot.color;
      make(button, "span", nameOf(spot));
      make(button, "em", spot.count.toLocaleString());
      button.onpointerenter = button.onfocus = () => details.point(spot);
      button.onpointerleave = button.onblur = () => details.point(undefined);
      button.onclick = () => spot.elements[0]?.scrollIntoView({ block: "center" });
    }
  }
}
