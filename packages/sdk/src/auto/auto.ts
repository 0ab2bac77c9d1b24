import type { PingInput } from "../protocol/labels.ts";
import { elementKey } from "./element-key.ts";
import { ANNOTATED, AUTO_PING, USABLE } from "./usable.ts";

export { elementKey, USABLE };

/**
 * Counts clicks on all that visitors can use, also on what is added later and inside open shadow roots: by mouse, middle button,
 * touch or keyboard. Of nested elements the innermost counts. Where an annotation counts the click, only that does.
 *
 * @param track Counts a ping.
 */
export function countUsable(track: (ping: PingInput) => void): void {
  addEventListener("click", onClick, true);
  addEventListener("auxclick", onClick, true);

  function onClick(event: MouseEvent): void {
    // Up to the document and the window, which match nothing.
    const path = event.composedPath() as Element[];
    const find = (selector: string) => path.find((node) => node.matches?.(selector));
    const element = find(USABLE);
    // The right button opens a menu.
    if (element && event.button < 2 && !find(ANNOTATED)) track({ ...AUTO_PING, domId: elementKey(element) });
  }
}
