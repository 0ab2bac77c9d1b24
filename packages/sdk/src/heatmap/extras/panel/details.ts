import type { CountedSpot, HeatmapState } from "../../heatmap-state.ts";
import type { Rate } from "./numbers.ts";

/** Says what the number of an element is made of, while one points at it or it has the focus. */
export interface Details {
  /** Describes a spot and draws a ring around its element. Undefined hides both. */
  point(spot: CountedSpot | undefined): void;
  /** The same to stay, with a link into the dashboard that gets the focus. */
  pin(spot: CountedSpot): void;
  /** Hides the description; false where none is shown. */
  close(): boolean;
  /** Takes new counts. */
  update(ranked: readonly CountedSpot[], others: readonly CountedSpot[]): void;
}

/** Details that know what one points at on the page. */
export interface PageDetails extends Details {
  /** Describes the spot of an element; without one, hides what is shown. */
  show(element: Element | undefined): void;
}

/** What tools.ts takes to make them. */
export interface DetailsNeeds {
  state: HeatmapState;
  rateOf(spot: CountedSpot): Rate | undefined;
  signal: AbortSignal;
}

/** The element of a spot on the way of an event. A label stands for its field, which may be hidden. */
function findSpot(spots: readonly CountedSpot[], event: Event): Element | undefined {
  const elements = new Set(spots.flatMap(({ elements }) => elements));
  const path = event.composedPath() as HTMLLabelElement[];
  return path.find((node) => elements.has(node) || (node.control && elements.has(node.control)));
}

/** Makes details that load when one points at an element for the first time. */
export function makeDetails(load: () => Promise<PageDetails | undefined>, { state, signal }: DetailsNeeds): Details {
  let details: PageDetails | undefined;
  let loading: Promise<PageDetails | undefined> | undefined;
  let lists: [readonly CountedSpot[], readonly CountedSpot[]] = [[], []];
  let latest: ((details: Details & PageDetails) => void) | undefined;

  /** What is wanted last is done when they are there. */
  function run(wanted: (details: PageDetails) => void): void {
    if (details) return wanted(details);
    latest = wanted;
    loading ??= load();
    void loading.then((loaded) => {
      if (!details) loaded?.update(...lists);
      details = loaded;
      if (loaded) latest?.(loaded);
      latest = undefined;
    });
  }

  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(
      type,
      (event) => {
        if (event.composedPath().includes(state.shadow)) return;
        const element = findSpot(lists.flat(), event);
        if (element || details) run((loaded) => loaded.show(element));
      },
      { capture: true, signal },
    );
  }
  return {
    point: (spot) => run((loaded) => loaded.point(spot)),
    pin: (spot) => run((loaded) => loaded.pin(spot)),
    close: () => details?.close() ?? false,
    update(...given) {
      lists = given;
      details?.update(...given);
    },
  };
}
