import { findTarget, HIDDEN_PX } from "../target.ts";

/** The parent as the page is drawn: through slots and out of shadow roots. */
export function parentOf(element: Element): Element | null {
  return element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
}

/** Whether people see an element. A transparent field counts as seen: it lies over a styled label and takes the clicks. */
export function isVisible(element: Element): boolean {
  const isField = element.matches("input,select,textarea");
  if (!isField) return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const above = parentOf(element);
  return (
    element.checkVisibility({ visibilityProperty: true }) &&
    (!above || above.checkVisibility({ opacityProperty: true }))
  );
}

/** Whether people see an element, or could if they scrolled there. */
export function isShown(element: Element): boolean {
  const target = findTarget(element);
  const { right, bottom, width, height } = target.getBoundingClientRect();
  const isOnPage = width >= HIDDEN_PX && height >= HIDDEN_PX && right + scrollX > 0 && bottom + scrollY > 0;
  return isOnPage && isVisible(target);
}
