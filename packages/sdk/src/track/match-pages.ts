/**
 * Names pages for the option `pages`: by the first pattern that fits the path, in which `*` stands for any text. A path that fits
 * none counts without a page.
 *
 * @param patterns With spaces between them.
 * @example init({ pages: matchPages("/ /pricing /product/*") });
 */
export function matchPages(patterns: string): (path: string) => string | undefined {
  return (path) => patterns.split(/\s+/).find((pattern) => fits(path, pattern));
}

function fits(path: string, pattern: string): boolean {
  const texts = pattern.split("*").map((text) => text.replace(/[^\w/]/g, "\\$&"));
  return new RegExp(`^${texts.join(".*")}$`).test(path);
}
