/** Marks the heat map's own elements on the page. */
export const HOST_ATTRIBUTE = "data-tracker-heatmap";

// The page's styles reach the host element, but not past an important declaration from inside its shadow root
// (https://drafts.csswg.org/css-scoping/#cascading). Above everything but the browser's own top layer.
const RESET = ":host { all: initial !important; z-index: 2147483647 !important }";

/**
 * Puts an element of our own on the page, beside `<body>`, with a shadow root: neither can style the other. The style sheet is
 * constructed, which a Content-Security-Policy without `unsafe-inline` allows.
 */
export function createHost(css: string): ShadowRoot {
  const host = document.createElement("div");
  host.setAttribute(HOST_ATTRIBUTE, "");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RESET + css);
  shadow.adoptedStyleSheets = [sheet];
  document.documentElement.append(host);
  return shadow;
}

/** Makes an element inside a parent. */
export function make<Name extends keyof HTMLElementTagNameMap>(parent: ParentNode, name: Name, className = "") {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}
