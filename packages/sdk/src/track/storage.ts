/** `localStorage`, or what lasts as long as the page where that is absent or forbidden. */
export let storage: Record<string, string> = {};
try {
  storage = localStorage ?? storage;
} catch {
  // Cookies are blocked, or the frame is sandboxed.
}

/** Stores a text, unless the storage is full. */
export function store(key: string, text: string): void {
  try {
    storage[key] = text;
  } catch {
    // This page goes on without.
  }
}
