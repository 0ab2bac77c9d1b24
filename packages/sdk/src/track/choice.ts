import { PREFIX, store } from "../recovery/stored-batch.ts";
import { options } from "./options.ts";
import { storage } from "./storage.ts";
import { warn } from "./warn.ts";

/** Under which the visitor's choice is stored: `in` or `out`. */
export const CHOICE_KEY = `${PREFIX}choice`;

/** What the visitor chose on this page, for where the storage is full. */
let chosen: string | undefined;

/** Remembers the visitor's choice. */
export function choose(choice: "in" | "out"): void {
  chosen = choice;
  // If the storage is full, at least the earlier choice is gone.
  delete storage[CHOICE_KEY];
  store(storage, CHOICE_KEY, choice);
}

/**
 * Whether to count; `null` means not yet, keep what is tracked. An option that is neither true nor false may have meant a
 * no, so it means not yet, too.
 *
 * The visitor's own choice here stands above what their browser asks of every site, and that above the options.
 */
export function mayCount(): boolean | null {
  const choice = storage[CHOICE_KEY] ?? chosen;
  if (choice) return choice == "in";
  const { enabled = true, ignoreSignals } = options;
  if (ignoreSignals !== true && (navigator.globalPrivacyControl || navigator.doNotTrack == "1")) return false;
  if (typeof enabled == "boolean") return enabled;
  if (enabled !== null) warn("waits for optIn(): enabled is", enabled);
  return null;
}

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}
