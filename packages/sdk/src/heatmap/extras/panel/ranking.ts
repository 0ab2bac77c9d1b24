import type { CountedSpot } from "../../heatmap-state.ts";
import { heatColors } from "../../scale.ts";
import { make } from "../../shadow.ts";
import type { Details } from "./details.ts";
import { nameOf } from "./name-of.ts";
import { makeSection } from "./section.ts";

/** Elements listed. */
const LISTED_MAX = 200;

/** Fills a list with elements, and with what is said of each below its count. */
export type ShowList = (spots: readonly CountedSpot[], noteOf?: (spot: CountedSpot) => string) => void;

/** Makes a list of elements: pointing at one shows it on the page, a click brings it into view and pins its description. */
export function makeList(parent: HTMLElement, name: string, details: Details): ShowList {
  const list = make(parent, "ol");
  list.ariaLabel = name;
  let listed: readonly CountedSpot[] = [];

  const spotOf = ({ target }: Event): CountedSpot | undefined => {
    const line = (target as Element).closest("li");
    return line ? listed[[...list.children].indexOf(line)] : undefined;
  };
  for (const type of ["pointerover", "focusin"]) list.addEventListener(type, (event) => details.point(spotOf(event)));
  for (const type of ["pointerleave", "focusout"]) list.addEventListener(type, () => details.point(undefined));
  list.addEventListener("click", (event) => {
    const spot = spotOf(event);
    if (!spot) return;
    spot.elements[0]!.scrollIntoView({ block: "center" });
    details.pin(spot);
  });
  list.addEventListener("keydown", (event) => {
    const line = (event.target as Element).closest("li");
    const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling }[event.key];
    if (!next) return;
    (next.firstElementChild as HTMLElement).focus();
    event.preventDefault();
  });

  return (spots, noteOf) => {
    listed = spots.slice(0, LISTED_MAX);
    while (list.children.length > listed.length) list.lastElementChild!.remove();
    // All is read before anything is written.
    const named = listed.map((spot) => ({ spot, ...nameOf(spot) }));
    // Lines are reused, so that the focus stays.
    let line = list.firstElementChild;
    for (const { spot, name, id } of named) {
      const button = line?.firstElementChild ?? make(make(list, "li"), "button");
      line = line?.nextElementSibling ?? null;
      button.textContent = "";
      const swatch = make(button, "i");
      if (spot.heat === undefined) swatch.className = "unused";
      else swatch.style.background = heatColors(spot.heat);
      make(make(button, "span", name), "small", id);
      make(make(button, "em", spot.count ? spot.count.toLocaleString() : ""), "small", noteOf?.(spot));
    }
  };
}

/** Makes a list that opens when its summary is clicked. It is not there while it is empty. */
export function makeFoldedList(
  parent: HTMLElement,
  name: string,
  details: Details,
): (spots: readonly CountedSpot[], summary: string) => void {
  const section = makeSection(parent, "");
  const showList = makeList(section, name, details);
  let listed: readonly CountedSpot[] = [];
  section.addEventListener("toggle", () => showList(section.open ? listed : []));
  return (spots, summary) => {
    listed = spots;
    section.hidden = spots.length === 0;
    section.firstElementChild!.textContent = summary;
    if (section.open) showList(spots);
  };
}
