import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";
import { findChromium } from "../support/browser.ts";

export const ENGINES = ["Chromium", "Firefox"] as const;
export type Engine = (typeof ENGINES)[number];

const FIREFOXES = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** Starts a browser that reaches this machine alone; nothing where there is none. */
export async function openEngine(engine: Engine): Promise<Browser | undefined> {
  if (engine == "Chromium") {
    const { executablePath, args, env } = findChromium();
    const alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";
    return puppeteer.launch({ executablePath, args: [...args, alone], env });
  }
  const executablePath = FIREFOXES.find((path) => existsSync(path));
  if (!executablePath) return undefined;
  return puppeteer.launch({
    browser: "firefox",
    executablePath,
    // A proxy where nobody listens.
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.http": "127.0.0.1",
      "network.proxy.http_port": 9,
      "network.proxy.ssl": "127.0.0.1",
      "network.proxy.ssl_port": 9,
    },
  });
}
