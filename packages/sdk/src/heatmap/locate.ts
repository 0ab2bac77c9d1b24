import type { StatDetail } from "../protocol/stats.ts";
import { HOST } from "./shadow.ts";

/** What of a page can carry counts. */
export interface Located {
  /** Elements by what their actions are counted under, as {@link keyOf} writes it. */
  elements: Map<string, Element[]>;
  /** The trees they live in: the root, and the open shadow roots below it. */
  trees: ParentNode[];
}

/** What a row of statistics is counted under, as JSON: its DOM id; without one, its label and category. */
export function keyOf([domId, , label, category]: StatDetail): string {
  return JSON.stringify(domId || [label, category]);
}

/** Finds the elements below the root, open shadow roots included, that have an id or say in `data-track` what they count. */
export function locate(root: ParentNode): Located {
  const elements: Located["elements"] = new Map();
  const trees = [root];
  // The loop meets the trees that are found on the way.
  for (const tree of trees) {
    for (const element of tree.querySelectorAll(`:not(${HOST})`)) {
      for (const key of keysOf(element)) elements.set(key, [...(elements.get(key) ?? []), element]);
      if (element.shadowRoot) trees.push(element.shadowRoot);
    }
  }
  return { elements, trees };
}

function keysOf(element: Element): Set<string> {
  const keys = new Set(element.id && [JSON.stringify(element.id)]);
  for (const ping of element.getAttribute("data-track")?.split("|") ?? []) {
    const [label = "", category = "", domId = element.id] = ping.trim().split(/\s*:\s*/);
    keys.add(keyOf([domId, 0, label, category]));
  }
  return keys;
}
