/** What runs in the page: it finds elements by their place, which owes nothing to the tracker's own keys. */
export interface Probe {
  /** Everything in the page that is not the tracker's, by its place: attributes, and where it is laid out. */
  snapshot(): Record<string, string>;
  /** Some of the elements that can be used and are seen now, spread over the page: their places. */
  choose(most: number): string[];
  /** Brings an element into view, and says where to click it; nothing where something covers it. */
  aim(place: string): { x: number; y: number } | undefined;
  /** The places of the elements that clicks used, in turn. */
  clicks: string[];
  /** How many boxes are drawn of what was clicked. */
  boxes(): number;
  /**
   * Why an element has no box in the right place, or not with its number; nothing where it has.
   *
   * @param counts How often each place was clicked.
   */
  judge(place: string, counts: Record<string, number>): string | undefined;
  /** The element at a place, for people. */
  describe(place: string): string;
}

/** Installs it before the page's own scripts. It is sent to the page as text, so all that it needs is in it. */
export function installProbe(usable: string): void {
  if (window !== top) return;
  // As the browser has it: old libraries put their own in its place.
  const listOf = Array.from.bind(Array);
  const first = new WeakMap<Element, string>();
  const probe: Probe = { snapshot, choose, aim, clicks: [], boxes, judge, describe };
  Object.defineProperty(window, "probe", { value: probe, enumerable: false });

  addEventListener(
    "click",
    (event) => {
      const used = event.composedPath().find((node) => (node as Element).matches?.(usable)) as Element | undefined;
      if (used && event.button < 2) probe.clicks.push(first.get(used) ?? placeOf(used));
      const link = event.composedPath().find((node) => (node as Element).localName == "a") as HTMLAnchorElement;
      // The page stays.
      if (link && (link.origin != location.origin || link.target)) event.preventDefault();
    },
    true,
  );

  function isOurs(element: Element): boolean {
    const src = element.getAttribute("src") ?? "";
    return element.localName == "tracker-heatmap" || (element.localName == "script" && src.endsWith("/tracker.js"));
  }

  function childrenOf(parent: ParentNode): Element[] {
    return listOf(parent.children).filter((child) => !isOurs(child));
  }

  function placeOf(element: Element): string {
    const parent = element.parentNode;
    if (!parent) return "";
    const index = childrenOf(parent).indexOf(element);
    const { host } = parent as ShadowRoot;
    return host
      ? `${placeOf(host)}^${index}`
      : parent == document
        ? `${index}`
        : `${placeOf(parent as Element)}/${index}`;
  }

  function find(place: string): Element | undefined {
    let found: Element | undefined;
    for (const [, how, index] of place.matchAll(/([/^]?)(\d+)/g)) {
      const parent: ParentNode | null | undefined = how == "" ? document : how == "^" ? found?.shadowRoot : found;
      found = parent ? childrenOf(parent)[Number(index)] : undefined;
      if (!found) return undefined;
    }
    return found;
  }

  function* walk(parent: ParentNode = document): Generator<Element> {
    for (const child of childrenOf(parent)) {
      yield child;
      if (child.shadowRoot) yield* walk(child.shadowRoot);
      yield* walk(child);
    }
  }

  function snapshot(): Record<string, string> {
    const lines: Record<string, string> = {};
    for (const element of walk()) {
      const { left, top, width, height } = element.getBoundingClientRect();
      const rect = [left + scrollX, top + scrollY, width, height].map(Math.round).join();
      const attributes = listOf(element.attributes, ({ name, value }) => `${name}=${value}`).join(" ");
      lines[placeOf(element)] = `${element.localName} ${attributes} ${rect}`;
    }
    return lines;
  }

  function choose(most: number): string[] {
    const all = listOf(walk()).filter((element) => element.matches(usable));
    for (const element of all) first.set(element, placeOf(element));
    const seen = all.filter((element) => (element as HTMLInputElement).type != "file" && aim(first.get(element)!));
    scrollTo(0, 0);
    const step = Math.max(1, seen.length / most);
    return listOf({ length: Math.min(most, seen.length) }, (_, index) => first.get(seen[Math.floor(index * step)]!)!);
  }

  function aim(place: string): { x: number; y: number } | undefined {
    const element = find(place);
    if (!element?.checkVisibility()) return undefined;
    const seen = pointOf(element);
    if (seen) return seen;
    element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    return pointOf(element);
  }

  /** Where a click would reach an element as the page is scrolled now. */
  function pointOf(element: Element): { x: number; y: number } | undefined {
    const rect = listOf(element.getClientRects()).find(({ width, height }) => width >= 8 && height >= 8);
    if (!rect) return undefined;
    const x = rect.left + rect.width / 2;
    const y = rect.top + rect.height / 2;
    // What the heat map lays over the page does not cover it.
    let hit = topmost(document, x, y);
    while (hit?.shadowRoot) {
      const deeper: Element | undefined = topmost(hit.shadowRoot, x, y);
      if (!deeper || deeper == hit) break;
      hit = deeper;
    }
    for (
      let node: Node | null = hit ?? null;
      node;
      node = (node as Element).assignedSlot ?? node.parentNode ?? (node as ShadowRoot).host
    ) {
      if (node == element) return { x, y };
      // A click on a part that can be used itself is that part's.
      if ((node as Element).matches?.(usable)) return undefined;
    }
    return undefined;
  }

  function topmost(tree: DocumentOrShadowRoot, x: number, y: number): Element | undefined {
    return tree.elementsFromPoint(x, y).find((element) => !isOurs(element));
  }

  interface Box extends DOMRect {
    number: number | undefined;
  }

  function readBoxes(): Box[] {
    const root = document.querySelector("tracker-heatmap")?.shadowRoot;
    return listOf(root?.querySelectorAll("div:not(.cold)") ?? [], (div) => {
      const text = div.querySelector("b")?.firstChild?.textContent?.replaceAll(/\D/g, "");
      return Object.assign(div.getBoundingClientRect(), { number: text ? Number(text) : undefined });
    }).filter(({ width, height }) => width > 0 && height > 0);
  }

  function boxes(): number {
    return readBoxes().length;
  }

  function judge(place: string, counts: Record<string, number>): string | undefined {
    const element = find(place);
    if (!element) return "the element is gone";
    if (!aim(place)) return "the element is covered";
    const shown = readBoxes();
    let wrong = "no box";
    for (const [target, own] of targetsOf(element, place)) {
      for (const box of shown) {
        if (!isAround(box, target)) continue;
        // Within one thing to click one box has the sum.
        const nested = Object.keys(counts).filter(
          (other) => other == own || (other + "/").startsWith(`${own}/`) || other.startsWith(`${own}^`),
        );
        const sum = nested.reduce((total, other) => total + counts[other]!, 0);
        if (box.number === undefined || box.number == counts[place] || box.number == sum) return undefined;
        wrong = `its box says ${box.number}, clicked ${counts[place]}${sum == counts[place] ? "" : ` (${sum} with its parts)`}`;
      }
    }
    return wrong;
  }

  function describe(place: string): string {
    const html = (find(place)?.cloneNode() as Element | undefined)?.outerHTML ?? "";
    return `${place} ${html.slice(0, 120)}`;
  }

  /** Where an element's box may be: at itself, at its picture or its label, or at the thing to click that it lies in. */
  function targetsOf(element: Element, place: string): [Element, string][] {
    const targets: [Element, string][] = [[element, place]];
    for (const picture of element.querySelectorAll("img,svg")) targets.push([picture, place]);
    for (const label of (element as HTMLInputElement).labels ?? []) targets.push([label, place]);
    for (
      let outer: Node | null = element;
      outer;
      outer = (outer as Element).parentNode ?? (outer as ShadowRoot).host ?? null
    ) {
      if (outer != element && (outer as Element).matches?.(usable))
        targets.push([outer as Element, placeOf(outer as Element)]);
    }
    return targets;
  }

  /** Whether a box is at an element: not beyond it, and around a good part of one of its lines. */
  function isAround(box: DOMRect, element: Element): boolean {
    const slack = 4;
    const whole = element.getBoundingClientRect();
    const isWithin =
      box.left >= whole.left - slack &&
      box.top >= whole.top - slack &&
      box.right <= whole.right + slack &&
      box.bottom <= whole.bottom + slack;
    return (
      isWithin &&
      listOf(element.getClientRects()).some((line) => {
        const width = Math.min(box.right, line.right, innerWidth) - Math.max(box.left, line.left, 0);
        const height = Math.min(box.bottom, line.bottom, innerHeight) - Math.max(box.top, line.top, 0);
        const seenWidth = Math.min(line.right, innerWidth) - Math.max(line.left, 0);
        const seenHeight = Math.min(line.bottom, innerHeight) - Math.max(line.top, 0);
        return width > 0 && height > 0 && width * height >= 0.5 * seenWidth * seenHeight;
      })
    );
  }
}
