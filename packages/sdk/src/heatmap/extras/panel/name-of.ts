import type { CountedSpot } from "../../heatmap-state.ts";

const NAME_MAX_CHARS = 60;

/** What people call an element, and what it is counted under where that is another text. */
export interface Name {
  name: string;
  id: string;
}

/** By the text that is seen, else by what is said of the element, else by what it is counted under. */
export function nameOf({ elements: [element], keys: [key] }: Pick<CountedSpot, "elements" | "keys">): Name {
  const id = idOf(key!, element);
  const name = element && readText(element);
  return name ? { name, id } : { name: id, id: "" };
}

/** `#basket`, an annotation, an element key as it is, or a label. */
function idOf(key: string, element: Element | undefined): string {
  const counted = JSON.parse(key) as string | [label: string, category: string];
  if (typeof counted != "string") return counted[0];
  if (counted === element?.id) return `#${counted}`;
  return element?.getAttribute("data-track") || counted;
}

/** The text that people see or hear, shortened; empty where there is none. */
export function readText(element: Element): string {
  const { innerText, labels, type, value } = element as HTMLInputElement;
  const read = (name: string) => element.getAttribute(name) ?? element.querySelector(`[${name}]`)?.getAttribute(name);
  const texts = [
    // What visitors typed is no name.
    /^(button|submit|reset)$/.test(type) && element.localName === "input" && value,
    element.localName !== "select" && (innerText ?? element.textContent),
    labels?.[0]?.innerText,
    ...["aria-label", "alt", "title", "placeholder"].map(read),
  ];
  for (const text of texts) {
    const name = text && text.replace(/\s+/g, " ").trim();
    if (name) return name.length > NAME_MAX_CHARS ? `${name.slice(0, NAME_MAX_CHARS)}…` : name;
  }
  return "";
}
