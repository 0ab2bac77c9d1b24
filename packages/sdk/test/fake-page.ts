/** A page, its browser and its server, for the tests of what runs on a page. */
import { decodeBatch } from "@tracker/sdk/protocol";
import { afterEach, beforeEach, vi } from "vitest";
import type { Options } from "../src/track/options.ts";

export const NOW = Date.parse("2026-11-23T12:00:00Z");
export const SERVER = "https://tracker.example.com";

/** What the server was asked. */
export let requests: {
  url: string;
  text: string;
  id: string;
  at: number;
  site?: string | undefined;
  page?: string | undefined;
  pings: string[];
}[];
/** How it answers, next first; in the end it accepts everything. */
export let answers: (() => Response | Promise<Response>)[];
/** What the console was told. */
export let warnings: string[];
/** What `localStorage` holds. */
export let stored: Record<string, string>;
export const storage = { isFull: false, isForbidden: false };

export const accept = (rejected: object[] = [], now = Date.now()) =>
  Response.json({ accepted: 1, duplicate: false, rejected, now });
export const refuse = (status: number, code: string, headers = {}) =>
  Response.json({ error: { code, message: `about ${code}` }, now: Date.now() }, { status, headers });
export const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));

beforeEach(() => {
  requests = [];
  answers = [];
  warnings = [];
  Object.assign(storage, { isFull: false, isForbidden: false });
  stored = new Proxy<Record<string, string>>(
    {},
    {
      set(target, key, value) {
        if (storage.isFull) throw new DOMException("full", "QuotaExceededError");
        return Reflect.set(target, key, value);
      },
    },
  );
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.spyOn(console, "warn").mockImplementation(
    (...words: unknown[]) => void warnings.push(words.map(String).join(" ")),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A new page on the same origin: its own modules, the visitor's storage. */
export async function openPage(options?: Options, browser: object = {}) {
  vi.resetModules();
  const events = new EventTarget();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { prerendering: false });
  vi.stubGlobal("location", { pathname: "/" });
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  // Stubbed only so that it is taken back: a stub cannot be a getter.
  vi.stubGlobal("localStorage", undefined);
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      if (storage.isForbidden) throw new DOMException("denied", "SecurityError");
      return stored;
    },
  });
  vi.stubGlobal("navigator", browser);
  const navigation = new EventTarget();
  vi.stubGlobal("navigation", navigation);
  vi.stubGlobal("fetch", async (url: string, { body }: { body: string }) => {
    const batch = decodeBatch(body);
    if (!batch.ok) throw new Error(`a page sent what is no batch: ${batch.message}`);
    const { rejected, pings, ...rest } = batch.value;
    requests.push({
      ...rest,
      url,
      text: body,
      pings: pings.map(({ label, category, domId, count }) => [label, category, domId, count].join(":")),
    });
    return answers.length > 0 ? answers.shift()!() : accept(rejected);
  });
  // What only an unlucky page needs is there as soon as it is asked for.
  await import("../src/recovery/recovery.ts");
  const page = await import("../src/index.ts");
  if (options) page.init({ endpoint: SERVER, ...options });
  return {
    ...page,
    dispatch: (type: string, fields = {}) => events.dispatchEvent(Object.assign(new Event(type), fields)),
    /** Shows another path without loading a page, as a single-page app does. */
    goTo: (pathname: string) => void vi.stubGlobal("location", { pathname }),
    navigate: (sameDocument: boolean) =>
      navigation.dispatchEvent(Object.assign(new Event("navigate"), { destination: { sameDocument } })),
  };
}

/** What the storage holds of batches: those of open ones, and of frozen ones. */
export const storedBatches = () =>
  Object.entries(stored)
    .filter(([key]) => /^@tracker\/sdk \d/.test(key))
    .map(([, text]) => text);

/** The pings of each request. */
export const sent = () => requests.map(({ pings }) => pings);
