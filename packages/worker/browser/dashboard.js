// What every page of the dashboard loads. Everything works without it.
import { askApi } from "./ask-api.js";
import "./await-heatmap.js";
import { copyShareLinks } from "./share.js";

const WAITING_MS = 500;
const LATEST_MS = 2_000;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

for (const select of document.querySelectorAll("form[method=get]:not([data-skip-empty]) select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[data-skip-empty]")) {
  form.addEventListener("formdata", ({ formData }) => {
    const empty = [...formData].filter(([, value]) => value === "");
    for (const [name] of empty) formData.delete(name);
  });
}

copyShareLinks();

if (document.querySelector("[data-waiting]")) setInterval(reloadWhenCounted, WAITING_MS);

if (document.querySelector("[data-latest]")) setInterval(refreshLatest, LATEST_MS);

/** Shows what was counted and refused last. Objects are asked while somebody looks, and sleep otherwise. */
async function refreshLatest() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch("latest").catch(() => undefined);
  if (answer?.ok && !answer.redirected) document.querySelector("[data-latest]").outerHTML = await answer.text();
}

/** Reloads the page once something was counted. */
async function reloadWhenCounted() {
  if (document.visibilityState !== "visible") return;
  const answer = await askApi("statistics?limit=1");
  if (answer?.rows.length > 0) location.reload();
}
