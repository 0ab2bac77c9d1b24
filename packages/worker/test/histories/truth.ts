import type { Day } from "@tracker/sdk/protocol";
import { add, sumByName } from "./sums.ts";

/** What must be counted: each batch that was delivered while it could be taken, once, by the day of its `at`. */
export class Truth {
  /** Counters by `day label`. */
  readonly rows = new Map<string, number>();
  /** Of them, each page's part, by `day label page`. */
  readonly pageRows = new Map<string, number>();

  count(day: Day, label: string, page: string | undefined): void {
    const key = `${day} ${label}`;
    add(this.rows, key, 1);
    if (page) add(this.pageRows, `${key} ${page}`, 1);
  }

  /** Takes away the counters that were deleted, and each page's part of them. */
  delete(counters: Iterable<[key: string, counter: number]>, isMeant: (key: string) => boolean): void {
    for (const [key, counter] of counters) add(this.rows, key, -counter);
    for (const [key, counter] of this.rows) if (counter === 0) this.rows.delete(key);
    for (const key of this.pageRows.keys()) if (isMeant(key)) this.pageRows.delete(key);
  }

  get days(): Map<string, number> {
    return sumsOf(this.rows, (key) => key.slice(0, 10));
  }

  get labels(): Map<string, number> {
    return sumsOf(this.rows, (key) => key.slice(11));
  }

  get pages(): Map<string, number> {
    return sumsOf(this.pageRows, (key) => key.slice(13));
  }
}

function sumsOf(counts: ReadonlyMap<string, number>, nameOf: (key: string) => string): Map<string, number> {
  return sumByName([...counts].map(([key, counter]) => ({ name: nameOf(key), counter })));
}
