/** An element narrower or lower than this is hidden. */
export const HIDDEN_PX = 3;

/** The element to draw the box at: the image in a link, which itself is only a line high; the label of a hidden field. */
export function findTarget(element: Element): Element {
  if (element.localName === "a") return (!element.textContent?.trim() && element.querySelector("img,svg")) || element;
  const [label] = (element as HTMLInputElement).labels ?? [];
  return label && element.clientWidth < HIDDEN_PX ? label : element;
}
