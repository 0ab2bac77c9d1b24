/**
 * The fourth file of the heat map: what loads when one asks for it, by pointing at an element or by opening a part of the panel.
 */
import type { HeatmapState } from "../heatmap-state.ts";
import { makeButton, makeLabelled } from "../extras/panel/controls.ts";
import { addStyle, make } from "../shadow.ts";
import { makeDeveloper } from "./developer.ts";
import { printAsSeen } from "./print-as-seen.ts";
import { saveImage } from "./save-image.ts";

export { createDetails } from "./describe.ts";
export { listMissing } from "./missing.ts";

const STYLE = `
.tool{flex:1;height:28px;border:1px solid #8886;text-align:center}
[role=log]{display:block;max-height:220px;overflow:auto}
[role=log] ul{margin:0;padding:0;list-style:none}
[role=log] li{flex-direction:column;gap:0;border-bottom:1px solid #8884}
[role=log] span{white-space:normal;overflow-wrap:anywhere}
.bare{width:auto}
.bare>:not(p){display:none}
@media print{aside>:not(p),.tip,.ring{display:none}aside{position:absolute;width:auto;box-shadow:none}}`;

/**
 * Adds what the panel has beside its numbers: a picture, paper, a link, and the developer's mode.
 *
 * @param link What follows `#tracker-heatmap=` in a link to what is shown; nothing where there is no such link.
 */
export function addTools(
  parent: HTMLElement,
  { card, shadow }: Pick<HeatmapState, "card" | "shadow">,
  link: () => string | undefined,
  signal: AbortSignal,
): void {
  addStyle(shadow, STYLE);
  printAsSeen(shadow.host, signal);
  const row = make(parent, "footer");
  const said = make(parent, "output");
  const say = (text: string): void => void (said.textContent = text);

  makeTool(row, "Save PNG", async () => {
    say("");
    card.classList.add("bare");
    try {
      await saveImage(`heat-map ${location.hostname}${location.pathname.replaceAll("/", " ").trimEnd()}.png`);
    } catch (error) {
      say((error as Error).message);
    } finally {
      card.classList.remove("bare");
    }
  });
  makeTool(row, "Print", print);
  if (link()) {
    makeTool(row, "Copy link", async () => {
      try {
        await navigator.clipboard.writeText(`${location.href.replace(/#.*/, "")}#tracker-heatmap=${link()}`);
        say("Copied. Whoever has the link sees this heat map for as long as you can.");
      } catch {
        say("Not copied: the browser did not allow it.");
      }
    });
  }
  const mode = makeLabelled(make(parent, "footer"), "Tell what clicks would count", { type: "checkbox" }, () =>
    turnDeveloper(mode.checked),
  );
  const turnDeveloper = makeDeveloper(parent, signal);
}

function makeTool(parent: HTMLElement, text: string, onClick: () => unknown): void {
  makeButton(parent, text, text, () => void onClick()).className = "tool";
}
