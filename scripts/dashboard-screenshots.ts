/**
 * Takes pictures of every page of the dashboard, without counts and with many, in light, dark and on a phone:
 * `npm run screenshots:dashboard -- [folder] [text]`, with a text only those that have it in their name. Those that the documentation shows go to docs/images.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { countActions } from "../test/support/pages.ts";
import { logIn, startTracker, type Tracker } from "../test/support/tracker.ts";
import { activityOn, makeNames } from "./made-up-counts.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = resolve(process.argv[2] ?? join(ROOT, "dist/screenshots"));
const WANTED = process.argv[3] ?? "";
const DOCUMENTED = ["overview-light-full", "labels-light-full"];

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  wide: { viewport: { width: 2560, height: 1300 }, colorScheme: "light" },
};

const DAYS = 120;
const PATHS = ["/pricing", "/", "/blog/2026/what-is-new", "/docs"];
/** The latest days, which still count. */
const COUNTED_DAYS = 2;
const WRONG_CSV = `day,label,counter\nyesterday,open-menu,3\n2025-01-02,,3\n2025-01-03,open-menu,many\n`;
const LONG = "a label that somebody made of the heading of an article which says more than a label should "
  .repeat(2)
  .trim();

/** Names that lists are not made for: in other scripts and directions, of pictures, without a space. */
const MESSY: [label: string, category: string, domId: string, count: number][] = [
  [LONG, "articles", "a-dom-id-that-a-framework-made-up-0123456789abcdefghijklmnopqrstuvwxyz", 90_000],
  ["anUnbrokenLabel".repeat(16), "", "", 80_000],
  ["🛒🎉 kaufen 👩‍👩‍👧‍👦", "🙂", "🙂-1", 70_000],
  ["اشتر الآن بخصم خمسين بالمئة", "أزرار", "زر-الشراء", 60_000],
  ["立即購買限時優惠商品並享受免運費服務", "按鈕", "購買", 50_000],
  ['<b>markup</b> & "quotes"', "", 'main>a[href="/pricing"]', 40_000],
];

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
  labels: "dashboard/labels",
  quiet: "dashboard/labels?show=quiet",
  label: "dashboard/label?label=open-menu",
  "label-weeks": "dashboard/label?label=open-menu&step=week&range=30d",
  "label-with": "dashboard/label?label=open-menu&with=share-menu",
  pages: "dashboard/pages",
  page: "dashboard/page?page=/pricing",
  today: "dashboard/today",
  heatmaps: "dashboard/heatmaps",
  settings: "dashboard/settings",
  rows: "dashboard/statistics",
  sums: "dashboard/statistics?group=label&search=menu",
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
  if (wants("one")) await countOne();
  await countMonths("", 100);
  await countToday();
  await takeAll("full");
  await countLong();
  await takeAll("messy", ["overview", "labels", "rows", "label-long", "today"]);
  if (wants("sites")) await takeManySites();
  if (wants("many")) await takeManyLabels();
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
      names.flatMap(([label, category, domId, weight], index): [string, string, string, number][] => {
        const count = Math.ceil(weight * activity * turnOf(Math.floor(index / 8), age));
        return count > 0 ? [[label, category, domId, count]] : [];
      }),
    ];
  };
  const lines = ["site,day,label,category,dom_id,counter,page"];
  for (let age = DAYS; age > COUNTED_DAYS; age--) {
    const [day, counts] = countsOf(age);
    lines.push(...counts.map((count) => [site, day, ...count, ""].join()));
    // A part of them came with a page.
    const onPages = counts.map(([label, category, domId, count], index) =>
      [site, day, label, category, domId, Math.ceil(count / 2), PATHS[index % PATHS.length]].join(),
    );
    lines.push(...onPages);
  }
  await importCsv(lines.join("\n"), { url, token });
  for (let age = COUNTED_DAYS; age >= 0; age--) {
    const at = Date.now() - age * 0.99 * 86_400_000;
    await countActions(url, countsOf(age)[1], { at, site, token });
  }
  await fetch(`${url}/report/`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
}

/** Some labels changed lately: the numbers are those of labels. */
function turnOf(label: number, age: number): number {
  if (label === 3) return age < 5 ? 0 : 1;
  if (label === 5) return age < 8 ? 1.9 : 1;
  if (label === 7) return age < 8 ? 0.45 : 1;
  if (label === 9) return age < 6 ? 1 : 0;
  return 1;
}

async function importCsv(body: string, { url, token }: Pick<Tracker, "url" | "token">): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/import`, { method: "POST", headers, body });
  const text = await answer.text();
  if (!answer.ok || !text.includes('"wrong":0')) throw new Error(text);
}

/** Whether a picture of a kind is wanted. */
function wants(fill: string): boolean {
  return [...Object.keys(PAGES), ""].some((name) =>
    Object.keys(LOOKS).some((look) => `${name}-${look}-${fill}`.includes(WANTED)),
  );
}

/** The pages after the very first ping, in a tracker of their own. */
async function countOne(): Promise<void> {
  const one = await startTracker();
  try {
    await fetch(`${one.url}/track/?labels=first:buttons:buy`, { headers: { authorization: `Bearer ${one.token}` } });
    await takeAll("one", ["overview", "labels", "label", "pages", "today"], one);
  } finally {
    await one.stop();
  }
}

/** The list of ten thousand labels. */
async function takeManyLabels(): Promise<void> {
  const many = await startTracker();
  try {
    const day = (age: number): string => new Date(Date.now() - age * 86_400_000).toISOString().slice(0, 10);
    const lines = Array.from({ length: 10_000 }, (_, index) =>
      [5, 12, 20].map(
        (age) => `${day(age)},label-${String(index).padStart(5, "0")},links,${1 + ((index * 7919) % 500)}`,
      ),
    ).flat();
    await importCsv(["day,label,category,counter", ...lines].join("\n"), many);
    await takeAll("many", ["overview", "labels"], many);
  } finally {
    await many.stop();
  }
}

/** The pages that show sites, of sixty. */
async function takeManySites(): Promise<void> {
  const sites = Array.from({ length: 60 }, (_, index) => `${"shop".repeat(1 + (index % 3))}-${index}.example`);
  const many = await startTracker({ vars: { SITES: sites.join() } });
  try {
    for (const site of sites) await countMonths(site, 3, many);
    await takeAll("sites", ["overview", "labels", "rows", "health"], many);
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
async function countLong({ url, token } = tracker): Promise<void> {
  await countActions(url, MESSY, { token });
  await countActions(url, MESSY, { token, at: Date.now() - 86_400_000 });
}
