/* global track, tracker */

// The Worker's address: the demo lies one folder below it, wherever that is.
const ENDPOINT = new URL("..", import.meta.url).href.replace(/\/$/, "");
const LIVE_MS = 3_000;

const element = (id) => document.getElementById(id);
const links = [...document.querySelectorAll("#tracked-links a")];
let heatmap;

for (const link of links) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    track(`tracked-links-${link.id}:links:${link.id}`);
    // Not needed on a real page, where a batch leaves after a second: here the click shall show at once.
    await tracker.flush();
    await refresh();
  });
}

element("statistics").addEventListener("click", async () => {
  const path = `/get_stats/?dom_ids=${links.map(({ id }) => id).join("|")}|`;
  const rows = await read(path);
  if (rows) show(path, rows.length ? rows.map((row) => JSON.stringify(row)).join("\n") : "[]");
});

element("report").addEventListener("click", async () => {
  const answer = await read("/report/");
  if (answer) show("/report/", answer);
});

const toggle = element("heatmap");
toggle.addEventListener("click", async () => {
  if (heatmap) return heatmap.remove();
  const { showHeatmap } = await import("../heatmap.js");
  heatmap = showHeatmap({
    endpoint: ENDPOINT,
    // Elsewhere who looks does not count. Here one clicks to see it count.
    counting: true,
    onRemove() {
      heatmap = undefined;
      toggle.setAttribute("aria-checked", "false");
    },
  });
  toggle.setAttribute("aria-checked", "true");
});

element("tag").textContent = `<script src="${ENDPOINT}/tracker.js" data-auto="true" async></script>`;
element("copy").addEventListener("click", async ({ currentTarget }) => {
  await navigator.clipboard.writeText(element("tag").textContent);
  currentTarget.textContent = "Copied";
});

setInterval(() => document.visibilityState === "visible" && refresh(), LIVE_MS);
void refresh();

async function refresh() {
  const rows = await read(`/get_stats/?dom_ids=${links.map(({ id }) => id).join("|")}`);
  if (!rows) return;
  for (const link of links) {
    const clicks = rows.filter(([id]) => id === link.id).reduce((sum, [, counter]) => sum + counter, 0);
    link.querySelector(".clicks").textContent = clicks === 1 ? "1 click" : `${clicks.toLocaleString()} clicks`;
  }
  await heatmap?.refresh().catch(() => {});
}

/** What the Worker answers, or undefined after telling why it does not. */
async function read(path) {
  try {
    const response = await fetch(ENDPOINT + path);
    const isJson = response.headers.get("Content-Type")?.includes("json");
    const answer = await (isJson ? response.json() : response.text());
    element("login").hidden = response.status !== 401;
    tell(response.ok || response.status === 401 ? "" : (answer.error?.message ?? answer));
    return response.ok ? answer : undefined;
  } catch {
    tell("The Worker does not answer. Is npm start still running?");
    return undefined;
  }
}

function tell(problem) {
  element("problem").hidden = !problem;
  element("problem").textContent = problem;
}

function show(path, answer) {
  element("exchange").hidden = false;
  element("asked").textContent = `GET ${path}`;
  element("answered").textContent = answer;
}
