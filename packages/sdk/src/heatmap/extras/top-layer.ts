/** What may put something else on top: a dialog or a popover that opens, an element that fills the screen. */
const RISING = ["toggle", "fullscreenchange"];

/**
 * Keeps an element above all else on the page, modal dialogs too: in the browser's top layer, where what came last is on top
 * (https://developer.mozilla.org/en-US/docs/Glossary/Top_layer).
 */
export function keepOnTop(host: HTMLElement, signal: AbortSignal): void {
  host.popover = "manual";
  host.showPopover();
  for (const type of RISING) {
    document.addEventListener(
      type,
      ({ target }) => {
        if (target === host) return;
        host.hidePopover();
        host.showPopover();
      },
      { capture: true, signal },
    );
  }
}
