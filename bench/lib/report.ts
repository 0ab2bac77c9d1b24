/** A benchmark: what it measures is kept in results.json, and docs/performance.md is written from there. */
export interface Bench<Result> {
  /** Its heading in docs/performance.md. */
  title: string;
  /** What this machine lacks to measure it, and how to get it. Absent, or undefined: nothing. */
  findMissing?(): string | undefined;
  /** @param results What the benchmarks before it measured. */
  measure(results: Results): Promise<Result>;
  /** Markdown. */
  render(result: Result): string;
}

export type Results = Record<string, unknown>;

/** A Markdown table, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const isText = (column: number): boolean => rows.some((row) => /[a-z]{3}/i.test(String(row[column])));
  return [line(head), line(head.map((_, column) => (isText(column) ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** `12345` → `12,345`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Three significant digits. */
export function short(value: number): string {
  return value >= 1000 ? whole(value) : String(Number(value.toPrecision(3)));
}
