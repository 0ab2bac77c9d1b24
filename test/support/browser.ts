import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser, type LaunchOptions } from "playwright-core";

const INSTALLED_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const INSTALLED_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

// Nothing but the page under test may use the network.
const QUIET = ["--disable-quic", "--disable-sync"];

/** Starts a real browser: an installed Chromium or Chrome, else the one in the package `@sparticuz/chromium`. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ ...(await findChromium()), ...options });
}

/** Where it is, and how to start it. */
export async function findChromium(): Promise<{ executablePath: string; args: string[] }> {
  const installed = findInstalled();
  if (installed)
    return { executablePath: installed, args: [...QUIET, ...(process.getuid?.() == 0 ? ["--no-sandbox"] : [])] };
  const packaged = await import("@sparticuz/chromium").catch(() => {
    throw new Error("No browser to test with: install Chromium or Google Chrome (Debian: apt-get install chromium).");
  });
  return { executablePath: await packaged.default.executablePath(), args: [...packaged.default.args, ...QUIET] };
}

function findInstalled(): string | undefined {
  const onPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => INSTALLED_NAMES.map((name) => join(folder, name)));
  return [...onPath, ...INSTALLED_PATHS].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
