/** Prints the page as wide as it is on the screen: on another width its elements would lie elsewhere than their boxes. */
export function printAsSeen(host: Element, signal: AbortSignal): void {
  host.toggleAttribute("printed", true);
  const sheet = new CSSStyleSheet();
  addEventListener(
    "beforeprint",
    () => {
      const { clientWidth, scrollHeight } = document.documentElement;
      sheet.replaceSync(`@page{size:${clientWidth}px ${scrollHeight}px;margin:0}`);
      document.adoptedStyleSheets.push(sheet);
    },
    { signal },
  );
  const remove = (): void => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
  addEventListener("afterprint", remove, { signal });
  signal.addEventListener("abort", remove);
}
