import type { CountedSpot, HeatmapState } from "../../heatmap-state.ts";
import { make } from "../../shadow.ts";

const GAP_PX = 10;
const ROWS_SHOWN = 6;

/** Says what the number of an element is made of, while one points at it or it has the focus. */
export interface Details {
  /** Describes an element and draws a ring around it on the page. Undefined hides both. */
  point(spot: CountedSpot | undefined): void;
  /** Takes new counts. */
  update(ranked: readonly CountedSpot[]): void;
}

export function createDetails({ shadow }: HeatmapState, signal: AbortSignal): Details {
  const tip = make(shadow, "section");
  const ring = make(shadow, "section");
  tip.className = "tip";
  tip.role = "status";
  ring.className = "ring";
  let ranked: readonly CountedSpot[] = [];
  let element: Element | undefined;
  hide();

  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(
      type,
      (event) => {
        const path = event.composedPath();
        if (!path.includes(shadow)) show(path.find((target) => target instanceof Element && spotOf(target)) as Element);
      },
      { capture: true, signal },
    );
  }

  function spotOf(wanted: Element): CountedSpot | undefined {
    // A label stands for its field, which may be hidden.
    const { control } = wanted as HTMLLabelElement;
    return ranked.find(({ elements }) => elements.includes(wanted) || (control && elements.includes(control)));
  }

  function show(wanted: Element | undefined, isRinged = false): void {
    const isMoving = !tip.hidden;
    element = wanted;
    tip.hidden = !element;
    ring.hidden = !element || !isRinged;
    if (!element) return;
    describe();
    if (!isMoving) follow();
  }

  function hide(): void {
    tip.hidden = ring.hidden = true;
  }

  function describe(): void {
    const spot = element && spotOf(element);
    if (!spot) return hide();
    tip.textContent = "";
    make(tip, "strong", nameOf(spot));
    const share = spot.share.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
    make(
      tip,
      "span",
      ` ${spot.count.toLocaleString()} · ${share} · rank ${ranked.indexOf(spot) + 1} of ${ranked.length}`,
    );
    const table = make(tip, "table");
    const rows = spot.rows.toSorted((one, other) => other[1] - one[1]);
    for (const [, count, label, category] of rows.slice(0, ROWS_SHOWN)) {
      const row = make(table, "tr");
      for (const text of [label, category, count.toLocaleString()]) make(row, "td", text);
    }
    if (rows.length > ROWS_SHOWN) make(tip, "span", `and ${rows.length - ROWS_SHOWN} more labels`);
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
    tip.style.cssText = isSeen ? `left:${x}px;top:${y}px` : "visibility:hidden";
    ring.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
    requestAnimationFrame(follow);
  }

  return {
    point: (spot) => show(spot?.elements[0], true),
    update(spots) {
      ranked = spots;
      describe();
    },
  };
}

/** What people call it: its DOM id, or without one its label. */
export function nameOf({ rows }: CountedSpot): string {
  const [domId, , label] = rows[0]!;
  return domId ? `#${domId}` : label;
}
