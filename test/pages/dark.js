// Fills the page: an application whose window does not scroll, but two lists in it do.
const PROJECTS = [
  "atlas-web",
  "atlas-api",
  "billing",
  "courier",
  "ferry",
  "gateway",
  "ingest",
  "lantern",
  "mailroom",
  "notary",
  "orchard",
  "pier",
  "quay",
  "registry",
  "search",
  "tides",
  "uploads",
  "vault",
  "workers",
  "zephyr",
];
const COMMITS = [
  "Retry the export once",
  "Faster cold start",
  "Sort by owner",
  "Fix the time zone of invoices",
  "New empty states",
  "Drop the old queue",
  "Cache avatars",
  "Limit uploads to 25 MB",
];

function add(parent, name, text, id) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (id) element.id = id;
  if (name === "a") element.href = "#";
  parent.append(element);
  return element;
}

for (const project of PROJECTS) add(document.querySelector("#side"), "a", project, `project-${project}`);
for (let index = 0; index < 24; index++) {
  const row = add(document.querySelector("#list"), "article");
  add(row, "i", "", "").className = index % 7 === 3 ? "bad" : "good";
  add(row, "a", COMMITS[index % COMMITS.length], `deployment-${index}`);
  add(row, "span", PROJECTS[(index * 7) % PROJECTS.length]);
  add(row, "button", "Logs", `logs-${index}`);
  add(row, "button", "Roll back", `rollback-${index}`);
}

customElements.define(
  "status-filter",
  class extends HTMLElement {
    connectedCallback() {
      const shadow = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        "button{padding:6px 14px;border:1px solid #2d3648;color:#aab4c8;background:none;font:inherit}" +
          "button:first-child{border-radius:8px 0 0 8px}button:last-child{border-radius:0 8px 8px 0}",
      );
      shadow.adoptedStyleSheets = [sheet];
      for (const text of ["All", "Live", "Failed"]) add(shadow, "button", text, `filter-${text.toLowerCase()}`);
    }
  },
);
