import { createHost, make } from "./host.ts";
import { colorOf } from "./scale.ts";

/** A small card in the window's corner that says what the colours mean. */
export interface Legend {
  show(highest: number, total: number): void;
  /** Says why there are no counts. */
  complain(message: string): void;
  remove(): void;
}

const STYLE = `
:host {
  position: fixed !important; left: 12px !important; bottom: 12px !important; pointer-events: none !important;
  padding: 8px 12px !important; border-radius: 10px !important; max-width: min(260px, calc(100vw - 48px)) !important;
  color: #1b1d22 !important; background: #fffffff2 !important; box-shadow: 0 0 0 1px #0002, 0 6px 24px #0003 !important;
  font: 12px/18px system-ui, sans-serif !important; font-variant-numeric: tabular-nums !important;
}
p { display: flex; justify-content: space-between; gap: 24px; margin: 0 }
div { height: 6px; margin-top: 4px; border-radius: 3px }
@media (prefers-color-scheme: dark) {
  :host { color: #eceef2 !important; background: #1d2026f2 !important; box-shadow: 0 0 0 1px #fff2 !important }
}
@media print { :host { display: none !important } }
`;

const STOPS = [0, 1, 2, 3, 4, 5, 6].map((step) => step / 6);

export function createLegend(): Legend {
  const shadow = createHost(STYLE);
  const says = make(shadow, "p");
  const bar = make(shadow, "div");
  const ends = make(shadow, "p");
  bar.style.background = `linear-gradient(90deg, ${STOPS.map((heat) => colorOf(heat)).join()})`;
  const [lowest, highest] = [make(ends, "span"), make(ends, "span")];
  return {
    show(most, total) {
      says.textContent = total ? `${total.toLocaleString()} actions on this page` : "Nothing counted here yet";
      bar.hidden = ends.hidden = !total;
      lowest.textContent = "1";
      highest.textContent = most.toLocaleString();
    },
    complain(message) {
      says.textContent = message;
      bar.hidden = ends.hidden = true;
    },
    remove: () => shadow.host.remove(),
  };
}
