import { options } from "./options.ts";
import { storage, store } from "./storage.ts";

/** What the visitor chose on this page, for where the storage is full. */
let chosen: string | undefined;

/** Remembers the visitor's choice. */
export function choose(choice: "in" | "out"): void {
  // An earlier one is not to stay where this one does not fit.
  delete storage["tracker"];
  store("tracker", (chosen = choice));
}

/**
 * Whether to count; `null` means not yet, keep what is tracked.
 *
 * The visitor's own choice here stands above what their browser asks of every site, and that above the options.
 *
 * @throws SyntaxError when an option is neither true nor false: nothing is to be sent by mistake.
 */
export function mayCount(): boolean | null {
  const choice = storage["tracker"] || chosen;
  // A script tag gives text.
  const { enabled = true, ignoreSignals = false } = options as Record<string, unknown>;
  if (choice) return choice == "in";
  if (
    !JSON.parse(ignoreSignals as string) &&
    ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack == "1")
  )
    return false;
  return JSON.parse(enabled as string) as boolean | null;
}
