// A heat map opens in a tab of its own. This tab waits for it, and says so where it does not come.

const ASKED_EVERY_MS = 500;
const TAG_MAX_MS = 5_000;
const WAITED_MAX_MS = 60_000;

for (const form of document.querySelectorAll("form[action=heatmap]")) {
  form.addEventListener("submit", ({ submitter }) => {
    // A share link opens nothing.
    form.target = submitter?.name === "hours" ? "" : "_blank";
    if (["ignore", "hours"].includes(submitter?.name)) return;
    const opening = makeId();
    form.querySelector("[name=opening]")?.remove();
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "opening", value: opening });
    form.append(field);
    void awaitHeatmap(opening, new FormData(form).get("url"));
  });
}

let latest;

async function awaitHeatmap(opening, page) {
  latest = opening;
  const status = document.getElementById("opening");
  const missing = document.getElementById("no-tag");
  missing.hidden = true;
  status.textContent = `Opening ${page} in another tab …`;
  for (const start = Date.now(); Date.now() < start + WAITED_MAX_MS;) {
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
    const answer = await fetch(`opened?id=${opening}`).catch(() => undefined);
    const { opened } = answer?.ok ? await answer.json() : {};
    if (latest !== opening) return;
    if (opened) {
      missing.hidden = true;
      status.textContent = `The heat map of ${page} is open in another tab.`;
      return;
    }
    if (missing.hidden && Date.now() > start + TAG_MAX_MS) {
      status.textContent = `No heat map has come up on ${page}: there seems to be no tag.`;
      missing.hidden = false;
    }
  }
}

/** Random, as crypto.randomUUID() is, which browsers have only on secure pages. */
function makeId() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
