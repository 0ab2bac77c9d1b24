import type { DetailsNeeds, PageDetails } from "../extras/panel/details.ts";
import { nameOf } from "../extras/panel/name-of.ts";
import { formatChange, formatRate, sumBefore } from "../extras/panel/numbers.ts";
import type { CountedSpot } from "../heatmap-state.ts";
import { addStyle, make } from "../shadow.ts";
import { makeDays } from "./days.ts";

const STYLE = `
.tip,.ring{position:fixed;pointer-events:none}
.tip{z-index:2147483647;width:max-content;max-width:min(320px,calc(100vw - 16px));min-width:0;
padding:8px 12px;border:1px solid #8885;border-radius:10px;font:13px/1.4 system-ui;color-scheme:light dark;color:CanvasText;
background:Canvas;box-shadow:0 8px 30px #0004}
.tip.pinned{pointer-events:auto}
.tip p{margin:0}
.tip strong{overflow-wrap:anywhere}
.tip a{display:block;color:LinkText}
.tip table{border-spacing:0}
.tip td{padding:1px 14px 0 0;vertical-align:top;overflow-wrap:anywhere}
.tip td:last-child{padding:1px 0 0;text-align:end;white-space:nowrap}
figure{width:220px;min-height:50px;margin:6px 0 0}
svg{display:block;fill:none;stroke:#7452d8;stroke-width:1.5}
.ring{z-index:2147483646;border-radius:6px;outline:3px solid #7452d8;outline-offset:3px}
@media(pointer:coarse){.tip a{min-height:44px;align-content:center}}`;

const GAP_PX = 10;
const ROWS_SHOWN = 6;

/** Makes the description and the ring. */
export function createDetails({ state, rateOf, signal }: DetailsNeeds): PageDetails {
  const { shadow } = state;
  addStyle(shadow, STYLE);
  const tip = make(shadow, "section");
  const ring = make(shadow, "section");
  tip.className = "tip";
  tip.role = "status";
  ring.className = "ring";
  const showDays = makeDays(state);
  let ranked: readonly CountedSpot[] = [];
  let spots: readonly CountedSpot[] = [];
  let element: Element | undefined;
  let said = "";
  /** What gets the focus back. */
  let pinnedBy: HTMLElement | undefined;
  hide();

  document.addEventListener(
    "pointerdown",
    (event) => {
      if (pinnedBy && !event.composedPath().includes(tip)) hide();
    },
    { capture: true, signal },
  );

  function spotOf(wanted: Element): CountedSpot | undefined {
    const { control } = wanted as HTMLLabelElement;
    return spots.find(({ elements }) => elements.includes(wanted) || (control && elements.includes(control)));
  }

  function show(wanted: Element | undefined, isRinged = false): void {
    const isMoving = !tip.hidden;
    element = wanted;
    pinnedBy = undefined;
    said = "";
    tip.hidden = !element;
    ring.hidden = !element || !isRinged;
    if (!element) return;
    describe();
    if (!isMoving) follow();
  }

  function hide(): void {
    tip.hidden = ring.hidden = true;
    pinnedBy = undefined;
  }

  function describe(): void {
    const spot = element && spotOf(element);
    if (!spot) return hide();
    const { name, id } = nameOf(spot);
    const rows = spot.rows.toSorted((one, other) => other[1] - one[1]);
    const facts = listFacts(spot);
    // What is said already is not said again to screen readers.
    const text = JSON.stringify([name, facts, rows]);
    if (text === said) return;
    said = text;
    tip.textContent = "";
    tip.style.colorScheme = state.card.style.colorScheme;
    tip.classList.toggle("pinned", !!pinnedBy);
    make(tip, "strong", name);
    if (id) make(tip, "small", ` ${id}`);
    make(tip, "p", facts.map((fact) => fact.replaceAll(" ", "\u00a0")).join(" · "));
    const table = make(tip, "table");
    for (const [, count, label, category] of rows.slice(0, ROWS_SHOWN)) {
      const row = make(table, "tr");
      for (const cell of [label, category, count.toLocaleString()]) make(row, "td", cell);
    }
    if (rows.length > ROWS_SHOWN) make(tip, "span", `and ${rows.length - ROWS_SHOWN} more labels`);
    showDays(tip, spot.keys[0]!);
    if (!pinnedBy) return;
    const link = make(tip, "a", "Open in dashboard") as HTMLAnchorElement;
    const counted = JSON.parse(spot.keys[0]!) as string | string[];
    const query =
      typeof counted == "string"
        ? `statistics?dom_id=${encodeURIComponent(counted)}`
        : `label?label=${encodeURIComponent(counted[0]!)}`;
    Object.assign(link, {
      href: `${state.endpoint.replace(/\/$/, "")}/dashboard/${query}`,
      target: "_blank",
      rel: "noreferrer",
    });
    link.focus();
  }

  function listFacts(spot: CountedSpot): string[] {
    const { count, share } = spot;
    const rank = ranked.indexOf(spot) + 1;
    const rate = rateOf(spot);
    const before = sumBefore(spot);
    const facts = [count ? count.toLocaleString() : "Never clicked"];
    if (count) facts.push(share.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 }));
    if (rank) facts.push(`rank ${rank} of ${ranked.length}`);
    if (rate) facts.push(`${formatRate(rate.clicks / rate.seen)} of ${rate.seen.toLocaleString()} seen`);
    if (state.range.before) facts.push(`${formatChange(count, before)}, before ${before.toLocaleString()}`);
    return facts;
  }

  /** Keeps the description and the ring at the element while it moves. */
  function follow(): void {
    if (!element || tip.hidden || signal.aborted) return;
    const { left, top, bottom, width, height } = element.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const isSeen = height > 0 && bottom > 0 && top < innerHeight;
    const below = bottom + GAP_PX;
    const y = below + own.height < innerHeight ? below : Math.max(GAP_PX, top - own.height - GAP_PX);
    const x = Math.max(GAP_PX, Math.min(left, innerWidth - own.width - GAP_PX));
    Object.assign(tip.style, { left: `${x}px`, top: `${y}px`, visibility: isSeen ? "" : "hidden" });
    ring.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
    requestAnimationFrame(follow);
  }

  return {
    show(wanted) {
      if (!pinnedBy) show(wanted);
    },
    point(spot) {
      if (!pinnedBy) show(spot?.elements[0], true);
    },
    pin(spot) {
      show(spot.elements[0], true);
      if (tip.hidden) return;
      pinnedBy = shadow.activeElement as HTMLElement;
      said = "";
      describe();
    },
    close() {
      const isShown = !tip.hidden;
      const back = pinnedBy;
      hide();
      back?.focus({ preventScroll: true });
      hide();
      return isShown;
    },
    update(newRanked, others) {
      ranked = newRanked;
      spots = [...ranked, ...others];
      describe();
    },
  };
}
