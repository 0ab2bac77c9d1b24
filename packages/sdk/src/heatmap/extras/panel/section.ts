import { make } from "../../shadow.ts";

/** Makes a part of the panel that opens when its summary is clicked. */
export function makeSection(parent: HTMLElement, summary: string): HTMLDetailsElement {
  const details = make(parent, "details") as HTMLDetailsElement;
  make(details, "summary", summary);
  return details;
}
