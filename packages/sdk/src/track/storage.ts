import { PREFIX, type Texts } from "../recovery/stored-batch.ts";
import { hasPage } from "./page.ts";

/** `localStorage`, or what lasts as long as the page where that is absent or forbidden. */
export let storage: Texts = {};
try {
  // Not on a server: Node warns of its own.
  if (hasPage()) storage = localStorage ?? storage;
} catch {
  // Cookies are blocked, or the frame is sandboxed.
}

/** Deletes all that is stored, the batches of all tabs too. */
export function clearStorage(): void {
  for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) delete storage[key];
}
