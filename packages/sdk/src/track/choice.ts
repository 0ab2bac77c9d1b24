import { options } from "./options.ts";
import { storage } from "./storage.ts";

/**
 * Whether to count; `null` means not yet, keep what is tracked.
 *
 * The visitor's own choice here stands above what their browser asks of every site, and that above the options.
 */
export function mayCount(): boolean | null {
  const { tracker: choice } = storage;
  const { enabled = true, ignoreSignals } = options;
  if (choice) return choice == "in";
  if (
    !ignoreSignals &&
    ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack == "1")
  )
    return false;
  // A script tag's attribute is text.
  return JSON.parse(enabled as unknown as string) as boolean | null;
}
