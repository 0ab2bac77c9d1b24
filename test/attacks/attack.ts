import { table, whole } from "../../bench/lib/report.ts";
import type { MemoryFigures } from "../support/memory.ts";

/** Something that goes on for minutes. Its figures stand in a document, between the marks of its name. */
export interface Attack {
  document: "docs/reliability.md" | "SECURITY.md";
  /**
   * Runs it.
   *
   * @param options.isShort A trial of a minute or so.
   * @param options.seed Where its steps are random: that one history again.
   * @returns Markdown, and what is wrong.
   */
  run(options: { isShort: boolean; seed?: number | undefined }): Promise<{ lines: string[]; failures: string[] }>;
}

// Half of what the platform gives to an isolate, which may hold several objects.
export const HEAP_MAX_MB = 64;

/** The texts whose condition holds. */
export function failuresOf(conditions: Record<string, boolean>): string[] {
  return Object.keys(conditions).filter((failure) => conditions[failure]);
}

/** Memory while something was done, as Markdown. */
export function memoryTable({ heapMb, workerdMb }: MemoryFigures): string {
  const rows = Object.entries({ heap: heapMb, workerd: workerdMb });
  return table(
    ["memory, MB", "before", "at the half", "at the most", "after"],
    rows.map(([name, { before, half, most, after }]) => [name, ...[before, half, most, after].map(whole)]),
  );
}
