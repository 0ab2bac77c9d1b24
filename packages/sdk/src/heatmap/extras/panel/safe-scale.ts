import type { Scale } from "../../scale.ts";

/**
 * Blue, green and yellow, each step darker or lighter than the one before, which every eye sees. Hot stands out: on a light page
 * it is dark blue, on a dark one light yellow. Numbers on it are black or white.
 */
export function makeSafeScale(isDarkPage: boolean): Scale {
  return isDarkPage
    ? (heat) => `oklch(${0.4 + 0.48 * heat} .13 ${262 - 160 * heat})`
    : (heat) => `oklch(${0.75 - 0.4 * heat} .13 ${110 + 152 * heat})`;
}

/** Whether the page is dark: by its background, or where it has none by its colour scheme. */
export function isDarkPage(): boolean {
  const context = document.createElement("canvas").getContext("2d")!;
  // What the browser draws behind a page that has no background.
  context.fillStyle =
    getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
    matchMedia("(prefers-color-scheme: dark)").matches
      ? "#000"
      : "#fff";
  for (const element of [undefined, document.documentElement, document.body]) {
    if (element) context.fillStyle = getComputedStyle(element).backgroundColor;
    context.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return red + green + blue < 3 * 128;
}
