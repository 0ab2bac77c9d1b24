/** What a page says to its reader. */
export function textOf(html: string): string {
  return html.replaceAll(/<(style|script).*?<\/\1>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ");
}
