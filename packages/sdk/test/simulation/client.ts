import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type * as Client from "../../src/index.ts";

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
export function loadClient(): (globals: BrowserGlobals) => typeof Client {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL("../../src/index.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "client",
    target: "es2022",
    write: false,
  });
  // oxlint-disable-next-line typescript/no-implied-eval -- a page's globals, as a browser gives them
  const run = new Function(...NAMES, `${outputFiles[0]!.text}\nreturn client;`) as (
    ...values: unknown[]
  ) => typeof Client;
  return (globals) => run(...NAMES.map((name) => globals[name]));
}
