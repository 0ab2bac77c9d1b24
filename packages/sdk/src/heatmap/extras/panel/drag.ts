/** How far an arrow key moves the panel, and with Shift. */
const STEP_PX = 24;
const LEAP_PX = 120;
const MARGIN_PX = 8;

const ARROWS: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Lets a card be moved by its handle: dragged, or with the arrow keys. It never leaves the window. */
export function makeMovable(card: HTMLElement, handle: HTMLElement, signal: AbortSignal): void {
  function moveTo(left: number, top: number): void {
    const { width, height } = card.getBoundingClientRect();
    const x = Math.max(MARGIN_PX, Math.min(left, innerWidth - width - MARGIN_PX));
    const y = Math.max(MARGIN_PX, Math.min(top, innerHeight - height - MARGIN_PX));
    Object.assign(card.style, { left: `${x}px`, top: `${y}px`, right: "auto", bottom: "auto" });
  }

  handle.addEventListener("pointerdown", (down) => {
    const { left, top } = card.getBoundingClientRect();
    const onMove = (event: PointerEvent) =>
      moveTo(left + event.clientX - down.clientX, top + event.clientY - down.clientY);
    handle.setPointerCapture(down.pointerId);
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", onMove), {
      once: true,
    });
  });

  handle.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    const { left, top } = card.getBoundingClientRect();
    const step = event.shiftKey ? LEAP_PX : STEP_PX;
    moveTo(left + arrow[0] * step, top + arrow[1] * step);
    event.preventDefault();
  });

  // A panel that was never moved keeps its corner by CSS.
  addEventListener(
    "resize",
    () => {
      const { left, top } = card.getBoundingClientRect();
      if (card.style.left) moveTo(left, top);
    },
    { signal },
  );
}
