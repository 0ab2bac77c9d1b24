import { DOM_ID_MAX_CHARS } from "../protocol/limits.ts";

// An element's key is its id or a CSS selector, read from left to right: each step leads to the first element that fits. So
// `document.querySelector(key)` is the element, unless one of its ancestors is within another just like it.
//
//     key   = id                     an id that people wrote; before ">" and " " it is "#" id
//           | "main"                 the page's main part
//           | scope " " name         the scope's first link to this path, or its first element of this name
//           | parent ">" step        its place among its siblings
//           | host ">>" key          in an open shadow root: the host's key, then the element's in that tree
//     step  = name or tag [ ":nth-of-type(" n ")" ]    without a position: the first of its siblings that fits
//     scope = the key of the nearest landmark, or element with an id
//
// What is inserted after an element never changes its key. What is inserted before it does so only if it is like the element
// or like one that the element is in: a sibling with the same tag, the same link in the same scope, the same id.
//
// Keys are made of tags, ids, roles, types, names of fields and paths of links. Never of texts, values, queries or fragments.

/** Parts of a page: the same link in two of them is two links. */
const LANDMARK = /^(body|main|header|nav|footer|aside|form|dialog)$/;
/** Words, as people write them: libraries make ids with numbers, colons, or letters without a vowel. */
const WRITTEN = /^(?!radix|.*_r_|.*[^aeiouy_-]{6})[a-z]+([_-]+[a-z]+)*$/i;
/** A link's path, up to its query or fragment: ASCII without quotes, `\` and `@`. No `mailto:` and the like. */
const PATH = /^(?!(?!https?:)[^/]*:)([!$->A-[\]-~]+)([?#]|$)/i;
/** An element's own id, which is its key as it is, unless that is the key of another element. */
const OWN_ID = /^#(?!(main|body|html)$)([\w-]+)$/;
/** Descriptions that tell an element from most others, wherever it stands: by `href` or `name`. */
const NAMED = /\[[hn]/;
/** The place at the end of a key. */
const POSITION = /\((\d+)\)$/;
/** How much of a key that is too long is kept as it is. */
const KEPT_CHARS = 200;

/**
 * The name under which clicks on an element are counted: leads to this element alone, and is the same after a reload and
 * when a framework draws the page again. At most 250 characters.
 *
 * @param known Keys that were found before; give one map for many elements of a page that does not change meanwhile.
 */
export function elementKey(element: Element, known: Map<Element, string> = new Map()): string {
  const key = findKey(element, known).replace(OWN_ID, "$2");
  return key.length > DOM_ID_MAX_CHARS ? shorten(key) : key;
}

function findKey(element: Element, known: Map<Element, string>): string {
  const key = known.get(element) ?? makeKey(element, known);
  known.set(element, key);
  return key;
}

function makeKey(element: Element, known: Map<Element, string>): string {
  const tree = element.getRootNode() as ShadowRoot;
  const inTree = tree.host ? `${findKey(tree.host, known)}>>` : "";
  const { localName, parentElement } = element;
  const anchor = findAnchor(element);
  if (anchor && tree.querySelector(anchor) === element) return inTree + anchor;
  if (!inTree && (!parentElement || localName == "body")) return localName;

  const description = describe(element);
  const scope = NAMED.test(description) && findScope(element);
  if (scope && scope.querySelector(description) === element) {
    return (scope === tree ? inTree : `${findKey(scope as Element, known)} `) + description;
  }
  return `${parentElement ? findKey(parentElement, known) : `${inTree}:host`}>${findStep(element, description, known)}`;
}

/** What a page should have only once. */
function findAnchor(element: Element): string | false {
  // Not `element.id`: a form has its fields as properties, also one with the name "id".
  const id = element.getAttribute("id");
  return WRITTEN.test(id ?? "") ? "#" + id : element.localName == "main" && "main";
}

/** What an element is: a link by its path, others by their name, role or type. */
function describe(element: Element): string {
  const tag = CSS.escape(element.localName);
  const read = (attribute: string): string => element.getAttribute(attribute) ?? "";
  const [, path, more] = (tag == "a" && PATH.exec(read("href"))) || [];
  if (path) return `${tag}[href${more && "^"}="${path}${more}"]`;
  const attribute = ["name", "role", "type"].find((name) => WRITTEN.test(read(name)));
  return attribute ? `${tag}[${attribute}="${read(attribute)}"]` : tag;
}

/** The nearest part of the page that the element is in. */
function findScope({ parentElement, parentNode }: Element): ParentNode {
  if (!parentElement) return parentNode!;
  return findAnchor(parentElement) || LANDMARK.test(parentElement.localName) ? parentElement : findScope(parentElement);
}

function findStep(element: Element, description: string, known: Map<Element, string>): string {
  // Whether a sibling before it fits, too.
  if (!element.matches(`${description}~*`)) return description;
  let position = 1;
  let sibling: Element | null = element;
  let before: RegExpExecArray | null = null;
  // Counting thousands of siblings, each from the first one, would take a second.
  while (!before && (sibling = sibling.previousElementSibling)) {
    if (sibling.localName == element.localName) {
      before = POSITION.exec(known.get(sibling)!);
      position += before ? +before[1]! : 1;
    }
  }
  return description + `:nth-of-type(${position})`;
}

/** Keeps a key's end, and a digest of the whole. */
function shorten(key: string): string {
  let digest = 0;
  for (const char of key) digest = (digest * 31 + char.charCodeAt(0)) >>> 0;
  return `~${digest}~${key.slice(-KEPT_CHARS)}`;
}
