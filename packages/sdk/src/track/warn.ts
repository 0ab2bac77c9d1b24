import { options } from "./options.ts";

const said = new Set<string>();

/** Warns in the console: once for each kind, in debug mode always. */
export function warn(kind: string, detail: unknown): void {
  // oxlint-disable-next-line no-console -- the one place that may
  if (options.debug || !said.has(kind)) console.warn("tracker:", kind, detail);
  said.add(kind);
}

/** Runs at once what may throw or reject, because the page has a hand in it: then there is a warning of this kind. */
export async function guard(kind: string, run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    warn(kind, error);
  }
}
