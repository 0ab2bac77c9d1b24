/** `localStorage`; where that is absent, forbidden or full, what lasts as long as the page. */
export let storage: Record<string, string> = {};
try {
  storage = localStorage ?? storage;
} catch {
  // Cookies are blocked, or the frame is sandboxed.
}

/** Stores a text. */
export function store(key: string, text: string): void {
  try {
    storage[key] = text;
  } catch {
    // It is full. This page goes on with a copy; what it can no longer delete, the next page sends again and deletes.
    storage = { ...storage, [key]: text };
  }
}
