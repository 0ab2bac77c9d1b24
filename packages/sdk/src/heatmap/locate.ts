import { elementKey, USABLE } from "../auto/auto.ts";
import type { StatDetail } from "../protocol/stats.ts";
import { HOST } from "./shadow.ts";

/** What a row of statistics is counted under, as JSON: its DOM id; without one, its label and category. */
export function keyOf([domId, , label, category]: StatDetail): string {
  // Lists are written by hand: on pages with an old Prototype.js, JSON.stringify() turns a list into text.
  return domId ? JSON.stringify(domId) : `[${JSON.stringify(label)},${JSON.stringify(category)}]`;
}

/**
 * Finds the elements below the root, open shadow roots included, that have an id, say in `data-track` what they count, or
 * count without being annotated: by what they are counted under, as {@link keyOf} writes it.
 *
 * @param onTree Called with each tree that is looked through.
 */
export function locate(root: ParentNode, onTree: (tree: ParentNode) => void): Map<string, Element[]> {
  const elements = new Map<string, Element[]>();
  const known = new Map<Element, string>();
  // The loop also visits the shadow trees that it appends.
  const trees = [root];
  for (const tree of trees) {
    onTree(tree);
    for (const element of tree.querySelectorAll(`:not(${HOST})`)) {
      for (const key of keysOf(element, known)) elements.set(key, [...(elements.get(key) ?? []), element]);
      if (element.shadowRoot) trees.push(element.shadowRoot);
    }
  }
  return elements;
}

function keysOf(element: Element, known: Map<Element, string>): Set<string> {
  const keys = new Set(element.id && [JSON.stringify(element.id)]);
  if (element.matches(USABLE)) keys.add(JSON.stringify(elementKey(element, known)));
  for (const ping of element.getAttribute("data-track")?.split("|") ?? []) {
    const [label, category = "", domId] = ping.trim().split(/\s*:\s*/);
    keys.add(keyOf([domId || element.id, 0, label!, category]));
  }
  return keys;
}
