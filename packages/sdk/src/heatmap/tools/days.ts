import type { DayCount } from "../../protocol/stats.ts";
import type { HeatmapState } from "../heatmap-state.ts";
import { make } from "../shadow.ts";

const DAYS = 30;
/** How long one points at an element before its days are asked for: passing over many asks for none. */
const REST_MS = 250;
const WIDTH = 220;
const HEIGHT = 32;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes a function that draws the last 30 days of an element into a figure of its own, once they are there. Each element's are asked for
 * once.
 */
export function makeDays(state: HeatmapState): (parent: HTMLElement, key: string) => void {
  const answers = new Map<string, readonly DayCount[]>();

  return (parent, key) => {
    const { site, page } = state.range;
    const body = JSON.stringify({ site, page, days: DAYS, by: "day", dom_ids: 0 }).replace(/0}$/, () => `[${key}]}`);
    const figure = make(parent, "figure");
    const show = (days: readonly DayCount[]): void => {
      answers.set(body, days);
      draw(figure, days);
    };
    const known = answers.get(body);
    if (known) return show(known);
    setTimeout(() => {
      // Where they are not to be had, as in public, the rest of the description stands without.
      if (figure.isConnected) state.read<DayCount[]>(body).then(show, () => show([]));
    }, REST_MS);
  };
}

function draw(figure: HTMLElement, days: readonly DayCount[]): void {
  if (days.length === 0) return figure.remove();
  const highest = Math.max(1, ...days.map(([, count]) => count));
  const points = days.map(
    ([, count], index) => `${(index * WIDTH) / (days.length - 1)},${HEIGHT - 1 - (count * (HEIGHT - 2)) / highest}`,
  );
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polyline");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.ariaHidden = "true";
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  figure.replaceChildren(svg);
  make(figure, "figcaption", `Last ${DAYS} days, at most ${highest.toLocaleString()} a day`);
}
