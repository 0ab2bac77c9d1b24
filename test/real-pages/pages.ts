import { existsSync, readFileSync } from "node:fs";
import { DIALOGS, PROTOTYPE, WEB_COMPONENTS } from "./host-pages.ts";

/** A page that nobody here wrote. */
export interface RealPage {
  name: string;
  /** What it stands for. */
  kind: string;
  /** The npm package that the page comes from; absent where only parts of it do. */
  package?: string;
  /** The folder of it that is the site's root. */
  root?: string;
  path: string;
  /** The file that is at this path, where it is not the path itself. */
  file?: string;
  /** Texts of its HTML and scripts that are replaced: addresses of CDNs, mostly. */
  rewrite?: readonly [from: string, to: string][];
  /** Files that the package lacks. */
  files?: Readonly<Record<string, string>>;
  policy?: (tracker: string) => string;
  /** Run in the page, as text, before anybody looks at it; again after a reload. */
  prepare?: string;
  /** Why it cannot be tried here. */
  missing?: string | undefined;
}

/** Adds todos as a visitor does: by typing and Enter. */
const ADD_TODOS = `(() => {
  if (document.querySelectorAll("#todo-list li").length) return;
  const input = document.querySelector("#new-todo");
  for (const text of ["Milk", "Bread", "A letter to the town's council about the old lamp"]) {
    input.value = text;
    for (const type of ["input", "change", "keydown", "keypress", "keyup"]) {
      const event = new KeyboardEvent(type, { bubbles: true, key: "Enter", keyCode: 13, which: 13 });
      input.dispatchEvent(type == "input" || type == "change" ? new Event(type, { bubbles: true }) : event);
    }
  }
})()`;

const PROTOTYPE_JS = "/usr/share/javascript/prototype/prototype.js";
const hasPrototype = existsSync(PROTOTYPE_JS);

const SPEC = JSON.stringify({
  openapi: "3.0.0",
  info: { title: "Shop", version: "1" },
  paths: Object.fromEntries(
    ["orders", "products", "customers"].flatMap((name) => [
      [`/${name}`, { get: operation(name, `List ${name}`), post: operation(name, `Add to ${name}`) }],
      [`/${name}/{id}`, { get: operation(name, `One of ${name}`), delete: operation(name, `Delete one of ${name}`) }],
    ]),
  ),
});

function operation(tag: string, summary: string) {
  return { tags: [tag], summary, responses: { 200: { description: "done" } } };
}

export const PAGES: readonly RealPage[] = [
  { name: "sb-admin-2", kind: "admin template", package: "startbootstrap-sb-admin-2", path: "/index.html" },
  {
    name: "agency",
    kind: "agency template",
    package: "startbootstrap-agency",
    root: "dist",
    path: "/index.html",
    rewrite: [["https://cdn.jsdelivr.net/npm/bootstrap@5.2.3/", "/npm/bootstrap/"]],
  },
  {
    name: "swagger-ui",
    kind: "documentation of an API",
    package: "swagger-ui-dist",
    path: "/index.html",
    rewrite: [["https://petstore.swagger.io/v2/swagger.json", "/spec.json"]],
    files: { "/spec.json": SPEC },
  },
  {
    name: "leaflet-draw docs",
    kind: "documentation site",
    package: "leaflet-draw",
    path: "/docs/leaflet-draw-latest.html",
  },
  {
    name: "todomvc react",
    kind: "SPA in React",
    package: "todomvc",
    path: "/examples/react/index.html",
    prepare: ADD_TODOS,
  },
  { name: "todomvc vue", kind: "SPA in Vue", package: "todomvc", path: "/examples/vue/index.html", prepare: ADD_TODOS },
  {
    name: "svelte-spa",
    kind: "SPA in Svelte",
    package: "@ptkdev/svelte-spa-boilerplate",
    root: "dist",
    path: "/",
    file: "/index.html",
  },
  {
    name: "rapidoc",
    kind: "web components, shadow roots",
    package: "rapidoc",
    root: "dist",
    path: "/index.html",
    rewrite: [["https://unpkg.com/rapidoc/dist/", "/"]],
  },
  { name: "shoelace", kind: "web components, slots and forms", path: "/", files: { "/": WEB_COMPONENTS } },
  { name: "reveal.js", kind: "slide deck with transforms", package: "reveal.js", path: "/demo.html" },
  {
    name: "leaflet-draw",
    kind: "map",
    package: "leaflet-draw",
    path: "/docs/examples/full.html",
    // The package has the built files alone.
    rewrite: [
      ["../../src/Leaflet.draw.js", "../../dist/leaflet.draw.js"],
      ["../../src/leaflet.draw.css", "../../dist/leaflet.draw.css"],
    ],
  },
  {
    name: "jquery-ui",
    kind: "jQuery 1 and noConflict",
    package: "jquery-ui-dist",
    path: "/index.html",
    rewrite: [
      ["external/jquery/jquery.js", "/npm/jquery/dist/jquery.js"],
      [
        `<script src="jquery-ui.js"></script>`,
        `<script src="jquery-ui.js"></script><script>jQuery.noConflict()</script>`,
      ],
      ["$( ", "jQuery( "],
    ],
  },
  {
    name: "prototype",
    kind: "Prototype.js",
    path: "/",
    files: { "/": PROTOTYPE, "/prototype.js": hasPrototype ? readFileSync(PROTOTYPE_JS, "utf8") : "" },
    missing: hasPrototype ? undefined : "npm has no Prototype.js (Debian: apt-get install libjs-prototype)",
  },
  { name: "gentelella-rtl", kind: "right to left", package: "gentelella-rtl", path: "/public/form.html" },
  {
    name: "resume",
    kind: "<base>",
    package: "startbootstrap-resume",
    root: "dist",
    path: "/somewhere/else/",
    file: "/index.html",
    rewrite: [
      ["<head>", `<head><base href="/">`],
      ["https://cdn.jsdelivr.net/npm/bootstrap@5.2.3/", "/npm/bootstrap/"],
    ],
  },
  {
    name: "todomvc vanilla",
    kind: "strict Content-Security-Policy",
    package: "todomvc",
    path: "/examples/vanillajs/index.html",
    prepare: ADD_TODOS,
    policy: (tracker) =>
      `default-src 'none'; script-src 'self' ${tracker}; style-src 'self'; img-src 'self' data:; connect-src ${tracker}`,
  },
  { name: "pico dialogs", kind: "dialogs and popovers", path: "/", files: { "/": DIALOGS } },
];
