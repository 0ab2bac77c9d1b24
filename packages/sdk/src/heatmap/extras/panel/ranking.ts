import type { CountedSpot } from "../../heatmap-state.ts";
import { heatColors } from "../../scale.ts";
import { make } from "../../shadow.ts";
import { nameOf, type Details } from "./details.ts";

/** Elements listed. */
const LISTED_MAX = 200;

/** Makes the list of elements, the most counted first; pointing at one shows it on the page, a click brings it into view. */
export function makeRanking(parent: HTMLElement, details: Details): (ranked: readonly CountedSpot[]) => void {
  const list = make(parent, "ol");
  list.ariaLabel = "Elements, the most counted first";
  let listed: readonly CountedSpot[] = [];

  const spotOf = ({ target }: Event): CountedSpot | undefined => {
    const line = (target as Element).closest("li");
    return line ? listed[[...list.children].indexOf(line)] : undefined;
  };
  for (const type of ["pointerover", "focusin"]) list.addEventListener(type, (event) => details.point(spotOf(event)));
  for (const type of ["pointerleave", "focusout"]) list.addEventListener(type, () => details.point(undefined));
  list.addEventListener("click", (event) => spotOf(event)?.elements[0]?.scrollIntoView({ block: "center" }));

  return (ranked) => {
    listed = ranked.slice(0, LISTED_MAX);
    while (list.children.length > listed.length) list.lastElementChild!.remove();
    // Lines are reused, so that the focus stays.
    let line = list.firstElementChild;
    for (const spot of listed) {
      const button = line?.firstElementChild ?? make(make(list, "li"), "button");
      line = line?.nextElementSibling ?? null;
      button.textContent = "";
      make(button, "i").style.background = heatColors(spot.heat ?? 0);
      make(button, "span", nameOf(spot));
      make(button, "em", spot.count.toLocaleString());
    }
  };
}
