import { COUNTING, type Counting } from "../protocol/watched.ts";
import { mayCount } from "./choice.ts";
import { nameOfPage } from "./page-name.ts";

/** Lets heat maps ask how this page counts, at any moment: scripts change paths and choices. */
export function tellHeatmap(): void {
  (globalThis as { [COUNTING]?: () => Counting })[COUNTING] = () => [nameOfPage(location.pathname), mayCount()];
}
