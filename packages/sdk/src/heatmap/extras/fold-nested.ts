import { USABLE } from "../../auto/usable.ts";
import type { CountedSpot, HeatmapState } from "../heatmap-state.ts";
import type { Spot } from "../overlay.ts";
import { heatOf } from "../scale.ts";
import { parentOf } from "./cover.ts";

/** A counted element that takes up more of the window than this is a part of the page, not a thing to click. */
const PART_OF_WINDOW = 1 / 3;

/** What lies within one thing to click, itself included. */
type Nest = Map<Element, CountedSpot>;

/**
 * Draws one box for a thing to click whose parts are counted too, such as a row with buttons or a logo of several shapes, with the
 * sum: their own boxes would lie on each other. While one points at it, or it has the focus, each part has its own.
 */
export function foldNested(state: HeatmapState, signal: AbortSignal): void {
  const { overlay } = state;
  const { show } = overlay;
  let nests = new Map<Element, Nest>();
  let unfolded: Element | undefined;

  overlay.show = () => {
    nests = findNests(state.spots);
    const sums = [...nests].map(([outer, nest]) => sumUp(outer, nest).count);
    state.highest = Math.max(state.highest, ...sums);
    for (const spot of state.spots) spot.color = colorOf(spot.count);
    show(draw());
  };

  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(
      type,
      (event) => {
        const pointed = event.composedPath().find((target) => nests.has(target as Element)) as Element | undefined;
        if (pointed === unfolded) return;
        unfolded = pointed;
        show(draw());
      },
      { capture: true, signal },
    );
  }

  function draw(): Spot[] {
    const folded = [...nests].filter(([outer]) => outer !== unfolded);
    const hidden = new Set(folded.flatMap(([, nest]) => [...nest.keys()]));
    const alone = state.spots.map((spot) => ({ ...spot, elements: spot.elements.filter((one) => !hidden.has(one)) }));
    return [...alone, ...folded.map(([outer, nest]) => sumUp(outer, nest))];
  }

  function sumUp(outer: Element, nest: Nest): Spot {
    let count = 0;
    let share = 0;
    for (const spot of new Set(nest.values())) {
      count += spot.count;
      share += spot.share;
    }
    return { elements: [outer], count, share, color: colorOf(count) };
  }

  function colorOf(count: number): string {
    return state.scale(heatOf(count, state.highest));
  }
}

/** The things to click that have more than one counted element, by their outermost element. */
function findNests(spots: readonly CountedSpot[]): Map<Element, Nest> {
  const counted = new Set(spots.flatMap(({ elements }) => elements));
  const outers = new Map<Element, Element | undefined>();
  const nests = new Map<Element, Nest>();
  for (const spot of spots) {
    for (const element of spot.elements) {
      const outer = findOuter(element) ?? element;
      const nest = nests.get(outer) ?? new Map<Element, CountedSpot>();
      nests.set(outer, nest.set(element, spot));
    }
  }
  for (const [outer, nest] of nests) if (nest.size < 2) nests.delete(outer);
  return nests;

  /** The outermost thing to click that an element is or lies in. Elements share most of their ancestors. */
  function findOuter(element: Element | null): Element | undefined {
    if (!element || element === document.body) return undefined;
    if (!outers.has(element)) {
      const isThing = element.matches(USABLE) || (counted.has(element) && isSmall(element));
      outers.set(element, findOuter(parentOf(element)) ?? (isThing ? element : undefined));
    }
    return outers.get(element);
  }
}

function isSmall(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width * height < innerWidth * innerHeight * PART_OF_WINDOW;
}
