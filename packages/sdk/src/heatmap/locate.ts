import { HOST_ATTRIBUTE } from "./host.ts";

/** What of a page can carry counts. */
export interface Located {
  /** Elements by the DOM id that their actions are counted under. */
  elements: Map<string, Element[]>;
  /** The trees they live in: the root, and the open shadow roots below it. */
  trees: ParentNode[];
}

/** Finds the elements below the root, open shadow roots included, that have an id or name one in `data-track`. */
export function locate(root: ParentNode): Located {
  const located: Located = { elements: new Map(), trees: [] };
  visit(root, located);
  return located;
}

function visit(tree: ParentNode, located: Located): void {
  located.trees.push(tree);
  for (const element of tree.querySelectorAll("*")) {
    for (const domId of domIdsOf(element)) {
      const same = located.elements.get(domId);
      if (same) same.push(element);
      else located.elements.set(domId, [element]);
    }
    if (element.shadowRoot && !element.hasAttribute(HOST_ATTRIBUTE)) visit(element.shadowRoot, located);
  }
}

function domIdsOf(element: Element): Set<string> {
  const labels = element.getAttribute("data-track")?.split("|") ?? [];
  return new Set([element.id, ...labels.map((ping) => ping.split(":")[2]?.trim() ?? "")].filter(Boolean));
}
