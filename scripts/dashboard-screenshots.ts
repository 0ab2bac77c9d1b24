/**
 * Takes pictures of every page of the dashboard, without counts and with many, in light, dark and on a phone:
 * `npm run screenshots:dashboard -- [folder]`. Those that the documentation shows go to docs/images.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContextOptions } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { startTracker, type Tracker } from "../test/support/tracker.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = resolve(process.argv[2] ?? join(ROOT, "dist/screenshots"));
const DOCUMENTED = ["overview-light-full", "overview-dark-full", "statistics-light-full"];

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  wide: { viewport: { width: 2560, height: 1300 }, colorScheme: "light" },
};

const PAGES: Record<string, string> = {
  login: "login/",
  overview: "dashboard/",
  statistics: "dashboard/statistics",
  sums: "dashboard/statistics?group=label&search=menu",
  label: "dashboard/label?label=open-menu&with=buy-menu",
  import: "dashboard/import",
  health: "dashboard/health",
  delete: "dashboard/delete?label=open-menu",
  wrong: "dashboard/statistics?from=yesterday",
};

const browser = await launchBrowser();
let tracker = await startTracker();
try {
  mkdirSync(FOLDER, { recursive: true });
  await takeAll(tracker, "empty");
  // Two processes would be in each other's way in one database.
  await tracker.stop();
  const seed = ["scripts/seed.ts", "--rows", "60000", "--days", "120", "--persist-to", tracker.persistTo];
  spawnSync(process.execPath, seed, { cwd: ROOT, stdio: "ignore" });
  tracker = await startTracker({ persistTo: tracker.persistTo });
  await countToday(tracker);
  await takeAll(tracker, "full");
} finally {
  await browser.close();
  await tracker.stop();
}

async function takeAll({ url, token }: Tracker, fill: string): Promise<void> {
  for (const [look, options] of Object.entries(LOOKS)) {
    const context = await browser.newContext({ locale: "en-US", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`${page.url()}: ${error.message}`));
    for (const [name, path] of Object.entries(PAGES)) {
      if (name === "overview") await page.goto(`${url}/login?token=${token}`);
      await page.goto(`${url}/${path}`, { waitUntil: "networkidle" });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > options.viewport!.width) console.error(`${name} ${look} ${fill} is ${width} px wide`);
      const picture = `${name}-${look}-${fill}`;
      await page.screenshot({ path: join(FOLDER, `${picture}.png`), fullPage: look === "phone" });
      if (DOCUMENTED.includes(picture))
        await page.screenshot({ path: join(ROOT, `docs/images/dashboard-${picture}.png`) });
      console.log(picture);
    }
    await context.close();
  }
}

/** Some pings of today, flushed and not, and some that are refused. */
async function countToday({ url, token }: Tracker): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  // As Cloudflare says who sends: without it nobody is taken for a bot.
  const visitor = { "cf-connecting-ip": "203.0.113.7" };
  for (let time = 0; time < 20; time++)
    await fetch(`${url}/track/?labels=open-menu:navigation:menu|buy-offer:teaser`, { headers });
  await fetch(`${url}/report/`, { headers });
  for (let time = 0; time < 3; time++) await fetch(`${url}/track/?labels=open-menu:navigation:menu`, { headers });
  for (let time = 0; time < 4; time++) {
    await fetch(`${url}/track/?labels=a`, { headers: { ...visitor, "user-agent": "Googlebot/2.1" } });
    await fetch(`${url}/track/?labels=a`, { headers: { ...visitor, "sec-purpose": "prefetch" } });
  }
}
