import { options } from "./options.ts";

const said: Record<string, boolean> = {};

/** Warns in the console: once for each kind, in debug mode always. */
export function warn(kind: string, detail: unknown): void {
  // oxlint-disable-next-line no-console -- the one place that may
  if (options.debug || !said[kind]) console.warn("tracker:", kind, detail);
  said[kind] = true;
}
