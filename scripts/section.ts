/** A document with another text between a section's marks: `<!-- name -->` and `<!-- /name -->`. */
export function replaceSection(document: string, name: string, text: string): string {
  const begin = `<!-- ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(`<!-- /${name} -->`);
  if (from < 0 || to < from) throw new Error(`the document has no section ${name}`);
  return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`;
}
