import { ANNOTATED, USABLE } from "../../auto/usable.ts";
import { readPing, type PingInput } from "../../protocol/labels.ts";
import { SEEN } from "../../protocol/seen.ts";
import { WATCHED } from "../../protocol/watched.ts";
import { HOST, make } from "../shadow.ts";
import { readCounting } from "../this-page.ts";
import { readText } from "../extras/panel/name-of.ts";

/** Clicks that are told of. */
const LISTED_MAX = 20;

type Item = string | PingInput;

/**
 * Tells of each click what it would count, or why it counts nothing. It still does what it does on the page, but links and forms lead
 * nowhere: what is told would be gone.
 */
export function makeDeveloper(parent: HTMLElement, signal: AbortSignal): (isOn: boolean) => void {
  const log = make(parent, "tracker-log");
  log.role = "log";
  log.ariaLabel = "What clicks would count";
  log.tabIndex = 0;
  log.hidden = true;
  const list = make(log, "ul");
  let stopped = new AbortController();
  signal.addEventListener("abort", () => stopped.abort());

  // What counts comes from the tracker's own listeners, before or after the one here. What comes in one task belongs together.
  let pings: [unknown[], unknown][] = [];
  let target: Element | undefined;
  let isOwn = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function expect(): void {
    timer ??= setTimeout(() => {
      if (!isOwn) tell(target, pings);
      pings = [];
      target = timer = undefined;
      isOwn = false;
    });
  }

  function take(items: Item | readonly Item[], element?: Element): void {
    const add = ([label, category, domId]: unknown[], count: unknown = 1): void => {
      if (label !== SEEN) pings.push([[label, category, domId || element?.getAttribute?.("id")], count]);
    };
    for (const item of [items].flat(2)) {
      if (typeof item == "string") {
        for (const ping of item.split("|")) if (ping.trim() || ping === item) add(ping.split(":"));
      } else add([item.label, item.category, item.domId], item.count);
    }
    if (pings.length > 0) expect();
  }

  function onClick(event: MouseEvent): void {
    const path = event.composedPath() as Element[];
    target = path[0];
    isOwn = path.some(({ localName }) => localName === HOST);
    if (event.button < 2) expect();
    if (!isOwn && path.some((node) => node.matches?.("a[href],area[href]"))) event.preventDefault();
  }

  function tell(element: Element | undefined, counted: typeof pings): void {
    const entry = document.createElement("li");
    list.prepend(entry);
    if (list.children.length > LISTED_MAX) list.lastElementChild!.remove();
    make(
      entry,
      "strong",
      element ? readText(element.closest(USABLE) ?? element) || element.localName : "Without a click",
    );
    const counting = readCounting();
    const [page, mayCount] = counting ?? [];
    for (const [parts, count] of counted) {
      const result = readPing(parts, count);
      if (!result.ok) {
        make(entry, "span", `Refused: ${result.message}`);
        continue;
      }
      const { label, category, domId } = result.value;
      for (const [name, value] of Object.entries({ label, category, "DOM id": domId, page: page ?? "" })) {
        if (value) make(entry, "span", `${name} ${value}`);
      }
    }
    const problem = counted.length > 0 ? findObstacle(mayCount, !counting) : explainNothing(element!, !counting);
    if (problem) make(entry, "em", problem);
  }

  return (isOn) => {
    log.hidden = !isOn;
    stopped.abort();
    Reflect.set(globalThis, WATCHED, isOn ? take : true);
    if (!isOn) return;
    stopped = new AbortController();
    const listening = { capture: true, signal: stopped.signal };
    addEventListener("click", onClick, listening);
    addEventListener("auxclick", onClick, listening);
    addEventListener("submit", (event) => event.preventDefault(), listening);
  };
}

/** Why nothing that is tracked counts in this browser. */
function findObstacle(mayCount: boolean | null | undefined, isMissing: boolean): string {
  if (isMissing) return "Waits for init(), which nothing called yet.";
  if (mayCount === null) return "Waits for consent: optIn().";
  return mayCount ? "" : "Not counted in this browser: it opted out, or asks not to be tracked.";
}

/** Why a click counts nothing. */
function explainNothing(element: Element, isMissing: boolean): string {
  if (isMissing) return "Nothing: no tracker runs on this page.";
  const on = element.closest("[data-track-on]")?.getAttribute("data-track-on");
  if (on) return `Nothing: it counts on ${on}, not on clicks.`;
  if (element.closest(ANNOTATED)) return "Nothing: trackAnnotated() was not called.";
  return element.closest(USABLE)
    ? "Nothing: it has no data-track, and the tag has no data-auto."
    : "Nothing: it is no link, button or field, and has no data-track.";
}
