import fc from "fast-check";

/** A tree of elements. */
export interface Tree {
  tag: string;
  attributes: Record<string, string>;
  /** Whether its children are in an open shadow root. */
  hasShadow: boolean;
  children: Tree[];
}

const TAGS = [
  "div",
  "div",
  "span",
  "ul",
  "li",
  "a",
  "a",
  "button",
  "input",
  "p",
  "main",
  "nav",
  "header",
  "footer",
  "form",
  "x-card",
];
/** Attributes that a key may be made of. */
const ATTRIBUTES = fc.record(
  {
    id: fc.constantFrom("menu", "sign-up", "main", "order_form"),
    name: fc.constantFrom("email", "q", "plan", "user[age]", "id"),
    href: fc.constantFrom(
      "/",
      "/pricing",
      "/pricing?a",
      "/blog/post",
      "post#top",
      "https://shop.example/a",
      "mailto:x",
      "",
    ),
    type: fc.constantFrom("button", "checkbox", "search"),
    role: fc.constantFrom("button", "tab"),
  },
  { requiredKeys: [] },
);

/** Any tree that is so deep. */
const treeOf = (depth: number): fc.Arbitrary<Tree> =>
  fc.record({
    tag: fc.constantFrom(...TAGS),
    attributes: ATTRIBUTES,
    hasShadow: fc.boolean(),
    children: depth > 0 ? fc.array(treeOf(depth - 1), { maxLength: 4 }) : fc.constant([]),
  });

/** Any tree. */
export const arbitraryTree = treeOf(4);

/** To be run in a page: defines what draws trees there. */
export function drawTree(): void {
  let elements: Element[] = [];
  let count = 0;

  function make(tree: Tree, noise: string): Element {
    const element = document.createElement(tree.tag);
    elements.push(element);
    count++;
    for (const [name, value] of Object.entries(tree.attributes)) {
      element.setAttribute(name, name == "href" && value.includes("?") ? `${value}=${noise}#${noise}` : value);
    }
    if (!tree.attributes["id"])
      element.id = [`:r${noise}${count}:`, `radix-${noise}`, `${noise}-${count}`, `_r_${noise}_`][count % 4]!;
    element.className = `css-${noise}${count}`;
    element.setAttribute("value", noise);
    element.setAttribute("title", noise);
    const root =
      tree.hasShadow && /^(div|span|p|x-card)$/.test(tree.tag) ? element.attachShadow({ mode: "open" }) : element;
    root.append(noise, document.createComment(noise));
    for (const child of tree.children) root.append(make(child, noise), noise);
    return element;
  }

  /** In the order of the document, a shadow root's elements after their host. */
  function listAll(tree: ParentNode): Element[] {
    return [...tree.children].flatMap((element) => [
      element,
      ...listAll(element.shadowRoot ?? element),
      ...(element.shadowRoot ? listAll(element) : []),
    ]);
  }

  /** Reads a key from left to right, each time taking the first element that fits. */
  function resolve(key: string): Element | null {
    let tree: ParentNode | null = document;
    if (!/^(main|body|html)$/.test(key) && document.getElementById(key)) return document.getElementById(key);
    for (const [, combinator, step] of key.matchAll(/(>>|>| |^)(:host|(?:"[^"]*"|[^> "])+)/g)) {
      if (combinator == ">>") tree = (tree as Element).shadowRoot;
      if (step == ":host") continue;
      const isChild = combinator == ">";
      tree = (isChild ? [...tree!.children].find((child) => child.matches(step!)) : tree!.querySelector(step!)) ?? null;
      if (!tree) return null;
    }
    return tree as Element;
  }

  const page = window as unknown as { keys: { elementKey(element: Element, known?: Map<Element, string>): string } };
  Object.assign(window, {
    draw(tree: Tree, noise: string) {
      elements = [];
      // What was drawn before must not matter, nor may generated ids be the same again.
      document.body.replaceChildren(make(tree, noise), make(tree, noise));
    },
    readKeys: () => elements.map((element) => page.keys.elementKey(element)),
    /** The same, asked for together as the heat map does, from the last element to the first and the other way round. */
    readKeysTogether: () =>
      [false, true].map((isReversed) => {
        const known = new Map<Element, string>();
        const keys = new Map<Element, string>();
        const asked = isReversed ? elements.toReversed() : elements;
        for (const element of asked) keys.set(element, page.keys.elementKey(element, known));
        return elements.map((element) => keys.get(element)!);
      }),
    /** The keys that do not lead back to their element. Those that are cut are no selectors. */
    findLost: () =>
      elements
        .map((element) => [page.keys.elementKey(element), element] as const)
        .filter(([key, element]) => !key.startsWith("~") && resolve(key) !== element)
        .map(([key]) => key),
    /** Inserts a tree somewhere; gives how many elements come before it. */
    insertAfter(tree: Tree, place: number) {
      const before = [...elements];
      const all = listAll(document.body);
      const element = all[place % all.length]!;
      element.after(make(tree, "new"));
      elements = before;
      const inserted = listAll(document.body).indexOf(element.nextElementSibling!);
      return before.filter((other) => listAll(document.body).indexOf(other) < inserted).length;
    },
    /** Inserts a tree somewhere, within an element of a kind of its own, with other ids, links and names. */
    insertStranger(tree: Tree, place: number) {
      const rename = ({ attributes, children, tag, ...rest }: Tree): Tree => ({
        ...rest,
        tag: tag == "main" ? "aside" : tag,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, `new${value}`])),
        children: children.map(rename),
      });
      const before = [...elements];
      const all = listAll(document.body);
      const stranger = { tag: "x-banner", attributes: {}, hasShadow: false, children: [rename(tree)] };
      all[place % all.length]!.before(make(stranger, "new"));
      elements = before;
    },
  });
}
