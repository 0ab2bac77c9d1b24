import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type * as Deliver from "../../src/track/deliver.ts";
import type * as Send from "../../src/track/send.ts";
import type * as Tracker from "../../src/track/tracker.ts";

/** The client's two files in one page. */
export interface Client extends Pick<typeof Tracker, "start" | "track" | "optIn" | "optOut"> {
  flush: typeof Deliver.flush;
  /** The second file, once it is loaded. */
  recovery: Awaited<ReturnType<Send.LoadRecovery>>;
}

export type LoadClient = (globals: BrowserGlobals) => Client;

/** What the client asks of a browser, each as the page has it. */
export interface BrowserGlobals {
  window: object;
  document: object;
  location: { pathname: string };
  localStorage: Record<string, string>;
  navigator: object;
  console: { warn: (...words: unknown[]) => void };
  crypto: { getRandomValues: (array: Uint8Array) => Uint8Array };
  Date: { now: () => number };
  Math: Math;
  fetch: (url: string, options: { body: string }) => Promise<unknown>;
  setTimeout: (run: (...values: unknown[]) => void, ms: number, ...values: unknown[]) => number;
  queueMicrotask: (run: () => void) => void;
  clearTimeout: (id: number | undefined) => void;
  addEventListener: (type: string, listener: (event: object) => void) => void;
}

const NAMES = [
  "window",
  "document",
  "location",
  "localStorage",
  "navigator",
  "console",
  "crypto",
  "Date",
  "Math",
  "fetch",
  "setTimeout",
  "queueMicrotask",
  "clearTimeout",
  "addEventListener",
] as const satisfies (keyof BrowserGlobals)[];

/** Makes the client's real code ready to be run in many pages, each with globals of its own. */
export function loadClient(): LoadClient {
  const first = bundle(`export { flush } from "./track/deliver.ts";
    export { start, track, optIn, optOut } from "./track/tracker.ts";`);
  const second = bundle(`export { startRecovery } from "./recovery/recovery.ts";`);
  return (globals) => {
    const values = NAMES.map((name) => globals[name]);
    return { ...(first(...values) as Omit<Client, "recovery">), recovery: second(...values) as Client["recovery"] };
  };
}

/** Bundles code as a function of a page's globals. */
function bundle(contents: string): (...globals: unknown[]) => unknown {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../../src", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "iife",
    globalName: "client",
    target: "es2022",
    write: false,
  });
  // oxlint-disable-next-line typescript/no-implied-eval -- a page's globals, as a browser gives them
  return new Function(...NAMES, `${outputFiles[0]!.text}\nreturn client;`) as (...globals: unknown[]) => unknown;
}
