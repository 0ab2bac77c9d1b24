// What stays in the storage until the server has answered for it. One key a batch, because tabs share the storage: of two that
// change one common list, one loses what the other wrote in between.
//
//     @tracker/sdk <opened> <id> <url> = open {…}    it still takes pings, and nobody has sent it
//     @tracker/sdk <opened> <id> <url> = {…}         it is frozen, and may have been sent
//
// <opened> is when, by the visitor's clock, in ms since epoch; {…} is the request's body.

/** What each key of ours begins with: no page has one of these by chance. */
export const PREFIX = "@tracker/sdk ";

/** Where the page's {@link Clock} is stored for the next page. Where the clock is right, nothing is. */
export const CLOCK_KEY = `${PREFIX}clock`;

/** What stands before the body of an open batch. */
export const OPEN_MARK = "open ";

/** When other pages take an open batch over. Later than a page adds to one, because they may see the storage late. */
export const ADOPT_AFTER_MS = 120_000;

/** A batch that takes no more pings. */
export interface FrozenBatch {
  body: string;
  /** The try under way. */
  sending?: Promise<void> | undefined;
}

/** What this page knows of the visitor's clock. */
export interface Clock {
  /** How far the server's clock is ahead, in ms, in whole minutes. */
  offsetMs: number;
}

/** `localStorage`, or what takes its place. */
export type Texts = Record<string, string>;

/** When the batch with this key was opened. */
export function readOpenedAt(key: string): number {
  return Number(key.split(" ")[1]);
}

/** Whether a batch was opened less than so long ago. Not if that lies ahead: then the clock was set back since. */
export function isYoung(key: string, ms: number): boolean {
  const ageMs = Date.now() - readOpenedAt(key);
  return ageMs >= 0 && ageMs < ms;
}

/** Stores a text, unless the storage is full. Returns what is stored then. */
export function store(storage: Texts, key: string, text: string): string | undefined {
  try {
    storage[key] = text;
  } catch {
    // This page goes on without.
  }
  return storage[key];
}
