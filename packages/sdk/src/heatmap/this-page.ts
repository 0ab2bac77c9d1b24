import { COUNTING, type Counting } from "../protocol/watched.ts";

/** How this page counts; undefined where no tracker runs on it. */
export function readCounting(): Counting | undefined {
  return (globalThis as { [COUNTING]?: () => Counting })[COUNTING]?.();
}
