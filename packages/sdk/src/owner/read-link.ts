import type { Chosen } from "../heatmap.ts";

/**
 * Reads what follows `#tracker-heatmap=` in a link: a token, and what is chosen. The panel writes it.
 *
 * @example readLink("eyJ…&days=7&show=change")
 */
export function readLink(link: string): Chosen {
  const { days, ...chosen } = Object.fromEntries(new URLSearchParams(`token=${link}`));
  return { ...chosen, ...(days && { days: Number(days) }) };
}
