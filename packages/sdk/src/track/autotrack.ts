import { hasPage } from "./page.ts";
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
 * mouse, middle button or keyboard. It never delays or prevents what a click does. Does nothing where there is no page.
 *
 * @example autotrack({ selector: "a[href^=http]", label: (link) => `${link.hostname}:outbound` });
 */
export function autotrack(options: AutotrackOptions): void {
  listen("click", options);
  listen("auxclick", options);
}

/**
 * Counts what visitors do with annotated elements. Script tags start it by themselves. To be called once. Does nothing where
 * there is no page.
 *
 * - `data-track="label:category"` counts clicks, as {@link autotrack} does;
 * - with `data-track-on="submit"` a form that is sent;
 * - with `data-track-on="view"` an element that comes into view, once.
 */
export function trackAnnotated(): void {
  if (!hasPage()) return;
  autotrack({ selector: "[data-track]:not([data-track-on])", label: readLabel });
  listen("submit", { selector: "[data-track-on=submit]", label: readLabel });
  const seen = new WeakSet<Element>();
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && !seen.has(target)) {
        seen.add(target);
        track(readLabel(target), target);
      }
    }
  });
  setInterval(() => {
    // Not `document.querySelectorAll`: an image can have that name.
    const elements = Document.prototype.querySelectorAll.call(document, "[data-track-on=view]");
    for (const element of elements) observer.observe(element);
  }, LOOK_EVERY_MS);
}

/** In a list, so that an empty attribute is warned of, not ignored. */
function readLabel(element: Element): string[] {
  return [element.getAttribute("data-track")!];
}

function listen(type: string, options: AutotrackOptions): void {
  if (!hasPage()) return;
  // Caught on its way down: a page may stop it before it comes up.
  addEventListener(
    type,
    (event) =>
      guard("not a ping", () => {
        const { selector, label } = options;
        // The path leads out of open shadow roots, up to the document and the window, which match nothing.
        const element = event.composedPath().find((target) => matches(target, selector)) as HTMLElement | undefined;
        // The right button opens a menu; a form that is sent has none.
        const isRightButton = (event as MouseEvent).button > 1;
        if (element && !isRightButton) track(label(element) || [], element);
      }),
    true,
  );
}

function matches(target: EventTarget, selector: string): boolean {
  // By the prototype: in a form, a field can have that name.
  return target instanceof Element && Element.prototype.matches.call(target, selector);
}
