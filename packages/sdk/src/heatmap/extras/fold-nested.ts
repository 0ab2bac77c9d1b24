import { USABLE } from "../../auto/usable.ts";
import { describe, makeSpot, setHeat } from "./collect-spots.ts";
import type { CountedSpot, HeatmapState } from "../heatmap-state.ts";
import { parentOf } from "./is-visible.ts";

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
  let sums = new Map<Element, CountedSpot>();
  let unfolded: Element | undefined;

  overlay.show = () => {
    nests = findNests(state.spots);
    sums = new Map([...nests].map(([outer, nest]) => [outer, sumUp(outer, nest)]));
    setHeat(state, [...state.spots, ...sums.values()], state.hidden);
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

  function draw(): CountedSpot[] {
    const folded = [...sums].filter(([outer]) => outer !== unfolded);
    const within = new Set(folded.flatMap(([outer]) => [...nests.get(outer)!.keys()]));
    const alone = state.spots.map((spot) => ({ ...spot, elements: spot.elements.filter((one) => !within.has(one)) }));
    return [...alone, ...state.hidden, ...state.unused, ...folded.map(([, sum]) => sum)];
  }

  function sumUp(outer: Element, nest: Nest): CountedSpot {
    const parts = [...new Set(nest.values())];
    const sum = makeSpot(
      parts.flatMap(({ keys }) => keys),
      [outer],
      parts.flatMap(({ rows }) => rows),
    );
    for (const { share } of parts) sum.share += share;
    describe(state, sum);
    return sum;
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
