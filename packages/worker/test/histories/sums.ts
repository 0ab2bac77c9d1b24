/** A counter and what it counts. */
export interface Sum {
  name: string;
  counter: number;
}

export function sumByName(rows: Iterable<Sum>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, counter } of rows) add(sums, name, counter);
  return sums;
}

export function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
