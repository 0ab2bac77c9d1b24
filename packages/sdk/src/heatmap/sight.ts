/** What is seen of an element. */
export interface Sight {
  /** The layer that its boxes belong to, and where that is in the window. */
  layer: HTMLElement;
  left: number;
  top: number;
  /** In the layer: a part for each line of it. */
  parts: Part[];
  /** Where its badge would cover a text: the places of fit-badge.ts, as bits. */
  blocked?: number;
  /** Its boxes' class. */
  name?: string;
  /** Whether more will be known of it in the next frames. */
  isUnsure?: boolean;
}

export type Part = readonly [left: number, top: number, width: number, height: number];

/**
 * Finds what is seen of an element.
 *
 * @param origin Where the overlay's layer is in the window; another object each frame.
 */
export type Look = (element: Element, origin: DOMRect, badge: string) => Sight;

/** Finds room for a badge. Returns where it is, as CSS. */
export type Fit = (sight: Sight, badge: string, origin: DOMRect) => string;
