/** The labels that LABELS allows: names, and patterns in which `*` stands for any text. */
export class ListedLabels {
  readonly #names: ReadonlySet<string>;
  /** Each pattern's texts between its asterisks. */
  readonly #patterns: readonly (readonly string[])[];

  constructor(entries: readonly string[]) {
    this.#names = new Set(entries.filter((entry) => !entry.includes("*")));
    this.#patterns = entries.filter((entry) => entry.includes("*")).map((entry) => entry.split("*"));
  }

  has(label: string): boolean {
    return this.#names.has(label) || this.#patterns.some((texts) => isMatch(label, texts));
  }

  /** Whether the label is listed by its own name: there are only so many of those. */
  hasName(label: string): boolean {
    return this.#names.has(label);
  }
}

/** Not a regular expression: some patterns' backtracking could be made to take minutes by the right label. */
function isMatch(label: string, texts: readonly string[]): boolean {
  const first = texts[0]!;
  const last = texts.at(-1)!;
  if (label.length < first.length + last.length || !label.startsWith(first) || !label.endsWith(last)) return false;
  let from = first.length;
  for (const text of texts.slice(1, -1)) {
    const found = label.indexOf(text, from);
    if (found < 0) return false;
    from = found + text.length;
  }
  return from <= label.length - last.length;
}
