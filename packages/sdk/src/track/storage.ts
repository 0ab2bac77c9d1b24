import { guard } from "./warn.ts";

/** `localStorage`, or what lasts as long as the page where that is absent or forbidden. */
export let storage: Record<string, string> = {};
try {
  storage = localStorage ?? storage;
} catch {
  // Cookies are blocked, or the frame is sandboxed.
}

/** Stores a text; where the storage is full, this page goes on without. */
export function store(key: string, text: string): void {
  void guard("not stored", () => (storage[key] = text));
}

/** Stores the visitor's choice; where the storage is full, it holds as long as the page. */
export function storeChoice(choice: "in" | "out"): void {
  store("tracker", choice);
  if (storage["tracker"] != choice) storage = { tracker: choice };
}
