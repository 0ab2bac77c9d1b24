const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

export function formatShare(part: number, whole: number): string {
  return SHARE.format(whole ? part / whole : 0);
}

/** How much more than before; nothing where there was nothing to compare with. */
export function formatChange(now: number, before: number): string | undefined {
  return before ? PERCENT.format(now / before - 1) : undefined;
}

/** A path with those parameters that have a value. */
export function hrefOf(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}
