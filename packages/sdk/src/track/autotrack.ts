import { track, type Pings } from "./tracker.ts";
import { guard } from "./warn.ts";

/** Which clicks to count, and as what. */
export interface AutotrackOptions {
  /** The elements whose clicks count; of nested ones, the innermost. */
  selector: string;
  /** What a click counts; nothing if it returns nothing. Pings without a DOM id get the element's `id`. */
  label: (element: HTMLElement) => Pings | null | undefined | false;
}

/** How often elements that count when they are seen are looked for: on a busy page cheaper than hearing of each change. */
const LOOK_EVERY_MS = 1_000;

/**
 * Counts clicks on elements that one cannot annotate, also on those added later and inside open shadow roots: by
 * mouse, middle button or keyboard. It never delays or prevents what a click does.
 *
 * @example autotrack({ selector: "a[href^=http]", label: (link) => `${link.hostname}:outbound` });
 */
export function autotrack(options: AutotrackOptions): void {
  listen("click", options);
  listen("auxclick", options);
}

/**
 * Counts what visitors do with annotated elements. Script tags start it by themselves. To be called once.
 *
 * - `data-track="label:category"` counts clicks, as {@link autotrack} does;
 * - with `data-track-on="submit"` a form that is sent;
 * - with `data-track-on="view"` an element that comes into view, once.
 */
export function trackAnnotated(): void {
  autotrack({ selector: "[data-track]:not([data-track-on])", label: readLabel });
  listen("submit", { selector: "[data-track-on=submit]", label: readLabel });
  const seen = new WeakSet();
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && !seen.has(target)) {
        seen.add(target);
        track(readLabel(target as HTMLElement), target);
      }
    }
  });
  setInterval(() => {
    for (const element of document.querySelectorAll("[data-track-on=view]")) observer.observe(element);
  }, LOOK_EVERY_MS);
}

/** A list, because a list is not nothing: what is empty is warned about. */
function readLabel({ dataset }: HTMLElement): string[] {
  return [dataset["track"]!];
}

function listen(type: string, options: AutotrackOptions): void {
  // Caught on its way down: a page may stop it before it comes up.
  addEventListener(
    type,
    (event) =>
      guard("not a ping", () => {
        // The path leads out of open shadow roots, up to the document and the window, which match nothing.
        const path = event.composedPath() as HTMLElement[];
        const element = path.find((node) => node.matches?.(options.selector));
        // The right button opens a menu; a form that is sent has none.
        if (element && !((event as MouseEvent).button > 1)) track(options.label(element) || [], element);
      }),
    true,
  );
}
