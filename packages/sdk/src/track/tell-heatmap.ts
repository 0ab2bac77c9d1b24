import { COUNTING, type Counting } from "../protocol/watched.ts";
import { mayCount } from "./choice.ts";
import { nameOfPage } from "./page-name.ts";

/** Lets heat maps ask how this page counts, at any moment: scripts change paths and choices. */
export function tellHeatmap(): void {
  Reflect.set(globalThis, COUNTING, (): Counting => [nameOfPage(location.pathname), mayCount()]);
}
