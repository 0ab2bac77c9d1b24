/** One JSON line for whoever reads the Worker's logs. */
export function logError(event: string, error: unknown, details: Record<string, unknown> = {}): void {
  const reason = error instanceof Error ? error.message : String(error);
  // oxlint-disable-next-line no-console -- Cloudflare keeps what is written here as the Worker's logs.
  console.error(JSON.stringify({ event, reason, ...details }));
}
