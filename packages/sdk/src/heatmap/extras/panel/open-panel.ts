import type { CountedSpot, HeatmapState } from "../../heatmap-state.ts";
import { addStyle, make } from "../../shadow.ts";
import { readCounting } from "../../this-page.ts";
import { makeChoice } from "./choice.ts";
import { makeButton, makeLabelled } from "./controls.ts";
import { makeDetails } from "./details.ts";
import { makeMovable } from "./drag.ts";
import { makeFilter } from "./filter.ts";
import { listenToKeys } from "./keys.ts";
import { makeMeasures, makeRates, sumBefore, type Numbers } from "./numbers.ts";
import { makeRange } from "./range.ts";
import { makeFoldedList, makeList } from "./ranking.ts";
import { makeSection } from "./section.ts";
import { PANEL_STYLE } from "./style.ts";
import { makeTotal, sumUp } from "./total.ts";
import { keepOpen, writeLink } from "./view.ts";

/** Loads the fourth file, which has what people ask for. */
const loadTools = () => import("../../tools/tools.ts").catch(() => undefined);

/** Windows narrower than this start with the panel folded. */
const NARROW_PX = 600;

/** Unfolds the legend's card into a panel that tells what is counted here, and steers what is shown of it. */
export function openPanel(state: HeatmapState, signal: AbortSignal): { isLive(): boolean } {
  const { card, shadow, overlay, chosen = {} } = state;
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
  makeButton(header, "×", "Close", () => state.remove());
  setFolded(innerWidth < NARROW_PX);

  const rateOf = makeRates(state);
  const measures = makeMeasures(rateOf);
  const showTotal = makeTotal(body);
  const range = makeRange(body, state.range, () => {
    // Today is not over: beside a whole day it would say too little.
    if (range.isToday && numbers.value === "change") numbers.value = "clicks";
    ask();
  });
  const pages = makeChoice(
    body,
    "Pages",
    { one: "This page", all: "All pages" },
    chosen.pages === "all" ? "all" : "one",
    ask,
  );
  const numbers = makeChoice<Numbers>(
    body,
    "Numbers",
    { clicks: "Clicks", change: "Change", rate: "Rate" },
    chosen.show === "change" || chosen.show === "rate" ? chosen.show : "clicks",
    (value) => {
      if (value === "change" && range.isToday) range.chooseWeek();
      ask();
    },
  );
  const filter = makeFilter(body, chosen, () => {
    remember();
    state.show();
  });
  state.keep = filter.keep;
  const needs = { state, rateOf, signal };
  const details = makeDetails(async () => (await loadTools())?.createDetails(needs), needs);
  const showRanking = makeList(body, "Elements, the most counted first", details);
  const showUnused = makeFoldedList(body, "Never clicked", details);
  const showHidden = makeFoldedList(body, "Hidden now", details);
  const missing = makeSection(body, nameMissing());
  missing.addEventListener("toggle", () => {
    if (missing.open) void loadTools().then((tools) => tools?.listMissing(missing, nameMissing(), state));
  });
  const more = makeSection(body, "More");
  const live = makeLabelled(make(more, "footer"), "Live", { type: "checkbox", checked: true });
  const addTools = async (): Promise<void> => {
    const tools = await loadTools();
    if (tools) tools.addTools(more, state, link, signal);
    else make(more, "p", "The rest of the heat map does not load.");
  };
  more.addEventListener("toggle", () => void addTools(), { once: true });

  const showBoxes = overlay.show;
  overlay.show = (spots) => {
    showBoxes(spots);
    // A page that changes its path without loading is another page.
    if (state.range.page !== pageToAsk()) ask();
    else update();
  };
  const focusPanel = (): void => {
    setFolded(false);
    grip.focus();
  };
  listenToKeys(state, details, filter.search, focusPanel, signal);
  signal.addEventListener("abort", () => keepOpen(undefined));
  ask();
  return { isLive: () => live.checked };

  function nameMissing(): string {
    return state.range.page === undefined ? "Counted elsewhere" : "Counted here, but not found";
  }

  /** What this page's counts are called, where pages count apart and may be asked for apart. */
  function thisPage(): string | undefined {
    return state.token && readCounting()?.[0];
  }

  function pageToAsk(): string | undefined {
    return pages.value === "one" ? thisPage() : undefined;
  }

  /** Asks for what is chosen. */
  function ask(): void {
    state.measure = measures[numbers.value];
    remember();
    const { days, from, to } = range.days ?? state.range;
    const before = numbers.value === "change" || undefined;
    const question = { days, from, to, site, page: pageToAsk(), before };
    if (JSON.stringify(question) === JSON.stringify(state.range)) return state.show();
    state.range = question;
    missing.open = false;
    missing.firstElementChild!.textContent = nameMissing();
    card.ariaBusy = "true";
    state
      .refresh()
      // The card says what goes wrong.
      .catch(() => {})
      .finally(() => (card.ariaBusy = null));
  }

  /** What follows `#tracker-heatmap=` in a link to what is shown. */
  function link(): string | undefined {
    const { days, from, to } = range.days ?? {};
    return writeLink({
      ...chosen,
      days,
      from,
      to,
      pages: pages.value === "all" ? "all" : undefined,
      show: numbers.value === "clicks" ? undefined : numbers.value,
      category: filter.category,
      search: filter.search.value || undefined,
    });
  }

  function remember(): void {
    keepOpen(link());
  }

  function setFolded(isFolded: boolean): void {
    body.hidden = isFolded;
    fold.textContent = isFolded ? "+" : "–";
    fold.ariaLabel = isFolded ? "Unfold" : "Fold";
  }

  function update(): void {
    const { spots, unused, hidden, clicks, seen } = state;
    const by: Record<Numbers, (spot: CountedSpot) => number> = {
      clicks: ({ count }) => count,
      change: (spot) => Math.abs(spot.count - sumBefore(spot)),
      rate: ({ value }) => value,
    };
    const valueOf = by[numbers.value];
    const ranked = spots.toSorted((one, other) => valueOf(other) - valueOf(one));
    pages.field.hidden = thisPage() === undefined;
    // Rates of nothing seen are nothing to choose.
    (numbers.field.lastElementChild as HTMLElement).hidden = seen.length === 0 && numbers.value !== "rate";
    showTotal(sumUp(state, numbers.value === "change" ? range.words : ""));
    filter.update(clicks);
    showRanking(ranked, numbers.value === "clicks" ? undefined : ({ badge }) => badge);
    // A rate tells it already.
    showUnused(
      numbers.value === "rate" ? [] : unused,
      `${unused.length} of ${spots.length + unused.length} never clicked`,
    );
    showHidden(hidden, `${hidden.length} counted, but hidden now`);
    details.update(ranked, [...hidden, ...unused]);
  }
}
