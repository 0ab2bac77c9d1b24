/** The heat map's own element on the page. */
export const HOST = "tracker-heatmap";

// The page's styles reach the host, but not past an important declaration from inside its shadow root
// (https://drafts.csswg.org/css-scoping/#cascading).
const STYLE = ":host{all:initial!important;direction:ltr!important;position:absolute!important}";

/**
 * Puts an element of our own on the page, beside `<body>`, with a shadow root: neither can style the other. The style sheet is
 * made as an object, which a Content-Security-Policy without `unsafe-inline` allows.
 */
export function createShadow(css: string): ShadowRoot {
  const shadow = make(document.documentElement, HOST).attachShadow({ mode: "open" });
  addStyle(shadow, STYLE + css);
  return shadow;
}

/** Adds rules to a shadow root. */
export function addStyle(shadow: ShadowRoot, css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
  return sheet;
}

/** Makes an element as the last one of its parent. */
export function make(parent: ParentNode, name: string, text = ""): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  parent.append(element);
  return element;
}
