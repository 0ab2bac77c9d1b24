/**
 * Takes pictures of every page of the dashboard, without counts and with many, in light, dark and on a phone:
 * `npm run screenshots:dashboard -- [folder] [text]`, with a text only those that have it in their name. Those that the documentation shows go to docs/images.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { countActions } from "../test/support/pages.ts";
import { logIn, startTracker } from "../test/support/tracker.ts";
import { activityOn, makeNames } from "./made-up-counts.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = resolve(process.argv[2] ?? join(ROOT, "dist/screenshots"));
const WANTED = process.argv[3] ?? "";
const DOCUMENTED = ["overview-light-full", "overview-dark-full", "statistics-light-full"];

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  wide: { viewport: { width: 2560, height: 1300 }, colorScheme: "light" },
};

const DAYS = 120;
/** The latest days, which still count. */
const COUNTED_DAYS = 2;
const WRONG_CSV = `day,label,counter\nyesterday,open-menu,3\n2025-01-02,,3\n2025-01-03,open-menu,many\n`;
const LONG = "a label that somebody made of the heading of an article which says more than a label should "
  .repeat(2)
  .trim();

/** Paths, and what is done there before the picture is taken. */
const PAGES: Record<string, string | [path: string, act: (page: Page) => Promise<unknown>]> = {
  login: "login/",
  "login-wrong": [
    "login/",
    async (page) => {
      await page.getByLabel("Token").fill("wrong");
      await page.getByRole("button").click();
    },
  ],
  overview: "dashboard/",
  statistics: "dashboard/statistics",
  sums: "dashboard/statistics?group=label&search=menu",
  label: "dashboard/label?label=open-menu&with=buy-menu",
  "label-long": `dashboard/label?label=${encodeURIComponent(LONG)}`,
  import: "dashboard/import",
  "import-wrong": [
    "dashboard/import",
    async (page) => {
      const file = { name: "statistics.csv", mimeType: "text/csv", buffer: Buffer.from(WRONG_CSV) };
      await page.getByLabel("CSV file").setInputFiles(file);
      await page.getByRole("button", { name: "Import" }).click();
    },
  ],
  health: "dashboard/health",
  delete: "dashboard/delete?label=open-menu",
  "delete-open": "dashboard/delete?label=open-menu&to=2099-01-01",
  wrong: "dashboard/statistics?from=yesterday",
};

const browser = await launchBrowser();
const tracker = await startTracker();
try {
  mkdirSync(FOLDER, { recursive: true });
  await takeAll("empty");
  await countMonths("", 100);
  await countToday();
  await takeAll("full");
  await countLong();
  await takeAll("long", ["overview", "statistics", "label-long"]);
  await takeManySites();
} finally {
  await browser.close();
  await tracker.stop();
}

async function takeAll(fill: string, names = Object.keys(PAGES), { url, token } = tracker): Promise<void> {
  for (const [look, options] of Object.entries(LOOKS)) {
    const wanted = names.filter((name) => `${name}-${look}-${fill}`.includes(WANTED));
    if (wanted.length === 0) continue;
    const context = await browser.newContext({ locale: "en-US", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`${page.url()}: ${error.message}`));
    for (const [name, what] of Object.entries(PAGES)) {
      if (!wanted.includes(name)) continue;
      const [path, act] = typeof what === "string" ? [what] : what;
      if (!name.startsWith("login")) await logIn(page, { url, token });
      await page.goto(`${url}/${path}`, { waitUntil: "networkidle" });
      await act?.(page);
      await page.waitForLoadState("networkidle");
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

/** Four months of counts: closed days are imported, those that still count are counted. */
async function countMonths(site: string, namesPerDay: number, { url, token } = tracker): Promise<void> {
  const names = [...makeNames(namesPerDay)];
  const countsOf = (age: number): [day: string, [string, string, string, number][]] => {
    const day = new Date(Date.now() - age * 86_400_000).toISOString().slice(0, 10);
    const activity = activityOn(day, age, DAYS);
    return [
      day,
      names.map(([label, category, domId, weight]) => [label, category, domId, Math.ceil(weight * activity)]),
    ];
  };
  const lines = ["site,day,label,category,dom_id,counter"];
  for (let age = DAYS; age > COUNTED_DAYS; age--) {
    const [day, counts] = countsOf(age);
    lines.push(...counts.map((count) => [site, day, ...count].join()));
  }
  await send("api/import", lines.join("\n"));
  for (let age = COUNTED_DAYS; age >= 0; age--) {
    const at = Date.now() - age * 0.99 * 86_400_000;
    await countActions(url, countsOf(age)[1], { at, site, token });
  }
  await send("report/", "");

  async function send(path: string, body: string): Promise<void> {
    const answer = await fetch(`${url}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
  }
}

/** The pages that show sites, of twelve. */
async function takeManySites(): Promise<void> {
  const sites = Array.from({ length: 12 }, (_, index) => `${"shop".repeat(1 + (index % 3))}-${index}.example`);
  const many = await startTracker({ vars: { SITES: sites.join() } });
  try {
    for (const site of sites) await countMonths(site, 10, many);
    await takeAll("sites", ["overview", "statistics", "health"], many);
  } finally {
    await many.stop();
  }
}

/** Some pings of today, flushed and not, and some that are refused. */
async function countToday({ url, token } = tracker): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (let time = 0; time < 20; time++)
    await fetch(`${url}/track/?labels=open-menu:navigation:menu|buy-offer:teaser`, { headers });
  await fetch(`${url}/report/`, { headers });
  for (let time = 0; time < 3; time++) await fetch(`${url}/track/?labels=open-menu:navigation:menu`, { headers });
  // One in a hundred of them is counted, for all.
  for (let time = 0; time < 400; time++)
    await fetch(`${url}/track/?labels=a`, { headers: { "sec-purpose": "prefetch" } });
}

/** Names as long as they may be, often enough to be in the lists of the most counted. */
async function countLong({ url } = tracker): Promise<void> {
  const pings: [string, string, string, number][] = [
    [LONG, "articles", "a-dom-id-that-a-framework-made-up-0123456789abcdefghijklmnopqrstuvwxyz", 90_000],
    ["anUnbrokenLabel".repeat(10), "", "", 80_000],
  ];
  await countActions(url, pings);
}
