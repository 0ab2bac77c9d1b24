/** A card in the window's corner. */
export const CARD_STYLE = `
aside{position:fixed;right:12px;bottom:12px;z-index:2147483647;padding:12px;border:1px solid #8885;border-radius:12px;
font:13px/1.4 system-ui;color-scheme:light dark;color:CanvasText;background:Canvas}
p{display:flex;gap:8px;align-items:center;margin:0}`;

/** Says why there are no counts, for as long as there are none; or what is going on. */
export function say(line: HTMLElement, role: "alert" | null, text: string): void {
  line.role = role;
  // Writing the same text again would make screen readers read it again.
  if (line.textContent !== text) line.textContent = text;
}
