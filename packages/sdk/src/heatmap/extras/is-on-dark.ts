import { parentOf } from "./is-visible.ts";

/** Colours that are more transparent than this show what is behind them. */
const OPAQUE_MIN = 128;

let canvas: CanvasRenderingContext2D | undefined;
const read = new Map<string, readonly number[]>();

/** Whether what people see behind an element is dark; for the root element, whether the page is. */
export function isOnDark(element: Element): boolean {
  const root = document.documentElement;
  for (
    let behind: Element | null = element === root ? document.body : parentOf(element);
    behind;
    behind = parentOf(behind)
  ) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = readColor(getComputedStyle(behind).backgroundColor);
    if (alpha >= OPAQUE_MIN) return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
  }
  // What the browser draws behind a page that has no background.
  return getComputedStyle(root).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Red, green, blue and opacity, from 0 to 255, of any CSS colour. */
function readColor(css: string): readonly number[] {
  const known = read.get(css);
  if (known) return known;
  canvas ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = css;
  canvas.fillRect(0, 0, 1, 1);
  const color = [...canvas.getImageData(0, 0, 1, 1).data];
  read.set(css, color);
  return color;
}
