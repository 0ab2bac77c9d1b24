import { hasPage } from "./page.ts";

/** What each key of ours begins with: no page has one of these by chance. */
export const PREFIX = "@tracker/sdk ";

/** `localStorage`, or what lasts as long as the page where that is absent or forbidden. */
export let storage: Record<string, string> = {};
try {
  // Not on a server: Node warns of its own.
  if (hasPage()) storage = localStorage ?? storage;
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
