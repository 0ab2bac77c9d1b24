/**
 * One JSON line for whoever reads the Worker's logs. Details must be words of this code or names of objects: never what a request
 * says. Quoted parts of the reason are left out, since an error may quote the data it stumbled over.
 */
export function logError(event: string, error: unknown, details: Record<string, unknown> = {}): void {
  const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/"[^"]*"/g, '"…"');
  // oxlint-disable-next-line no-console -- Cloudflare keeps what is written here as the Worker's logs.
  console.error(JSON.stringify({ event, reason, ...details }));
}
