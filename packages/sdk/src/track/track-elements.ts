import * as auto from "../auto/auto.ts";
import { countSeen } from "../seen/seen.ts";
import { hasPage } from "./page.ts";
import { note, track } from "./tracker.ts";

let hasAuto = false;

/**
 * Counts clicks on all that visitors can use, without annotations: label `click`, category `auto`, the element's key as DOM id.
 * Script tags with `data-auto="true"` start it by themselves. To be called once.
 */
export function trackUsable(): void {
  hasAuto = true;
  if (hasPage()) auto.countUsable(track);
}

/**
 * Counts elements that are seen under the label `(seen)`: annotated ones, and all that visitors can use where
 * {@link trackUsable} was called before. Script tags with `data-seen="true"` start it by themselves. To be called once.
 */
export function trackSeen(): void {
  if (hasPage()) countSeen(note, hasAuto ? auto : undefined);
}
