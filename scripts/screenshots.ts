/**
 * Takes the pictures of docs/images from the running thing: `npm run screenshots`, or `npm run screenshots -- demo` for those
 * whose name has that text.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { countActions, servePages, showHeatmap } from "../test/support/pages.ts";
import { makeRandom } from "../test/support/random.ts";
import { startTracker } from "../test/support/tracker.ts";

const IMAGES = join(import.meta.dirname, "../docs/images");
const DESKTOP = { viewport: { width: 1080, height: 680 } };
const WIDE = { viewport: { width: 1360, height: 760 } };
const PHONE = { viewport: { width: 390, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

interface Picture extends BrowserContextOptions {
  name: string;
  path: string;
  /** What is done on the page before its picture is taken. */
  prepare?(page: Page): Promise<void>;
}

const tracker = await startTracker({ vars: { PUBLIC_STATS: "true" } });
const site = await servePages(tracker.url);
const browser = await launchBrowser();

const PICTURES: Picture[] = [
  { name: "demo", path: `${tracker.url}/demo/`, prepare: switchOn, ...WIDE, colorScheme: "light" },
  { name: "demo-dark", path: `${tracker.url}/demo/`, prepare: switchOn, ...WIDE, colorScheme: "dark" },
  { name: "demo-phone", path: `${tracker.url}/demo/`, prepare: switchOn, ...PHONE },
  { name: "heat-map-navigation", path: `${site.url}/navigation.html`, prepare: show, ...DESKTOP },
  { name: "heat-map-article", path: `${site.url}/article.html`, prepare: scrollAndShow, ...DESKTOP },
  { name: "heat-map-dark", path: `${site.url}/dark.html`, prepare: show, ...DESKTOP, colorScheme: "dark" },
];

try {
  await countSomething();
  mkdirSync(IMAGES, { recursive: true });
  const wanted = PICTURES.filter(({ name }) => name.includes(process.argv[2] ?? ""));
  for (const picture of wanted) await take(picture);
} finally {
  await browser.close();
  await site.close();
  await tracker.stop();
}

async function take({ name, path, prepare, ...options }: Picture): Promise<void> {
  const context = await browser.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
  page.on("console", (message) => message.type() == "error" && console.error(`${name}: ${message.text()}`));
  await page.goto(path);
  await prepare?.(page);
  // The panel comes after the boxes, covers a moment later.
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
  await context.close();
}

async function switchOn(page: Page): Promise<void> {
  await page.click("#heatmap");
}

function show(page: Page): Promise<void> {
  return showHeatmap(page, { endpoint: tracker.url });
}

async function scrollAndShow(page: Page): Promise<void> {
  await page.evaluate(() => scrollTo(0, 420));
  await show(page);
}

/** The same counts each time, as unequal as clicks are. */
async function countSomething(): Promise<void> {
  await countActions(tracker.url, [
    ["tracked-links-link1", "links", "link1", 412],
    ["tracked-links-link2", "links", "link2", 97],
    ["tracked-links-link3", "links", "link3", 23],
    ["tracked-links-link4", "links", "link4", 4],
  ]);
  for (const [name, most] of [
    ["navigation", 3_800],
    ["article", 940],
    ["dark", 620],
  ] as const) {
    const page = await browser.newPage();
    await page.goto(`${site.url}/${name}.html`);
    const [domIds, labels] = await page.evaluate(() => [
      [...document.querySelectorAll("[id]")].filter((e) => e.matches("a, button, input")).map((e) => e.id),
      [...document.querySelectorAll<HTMLElement>("[data-track]")].map((e) => e.dataset["track"]!),
    ]);
    const shadowed = name == "dark" ? ["filter-all", "filter-live", "filter-failed"] : [];
    const random = makeRandom(most);
    const pick = () => Math.ceil(most * random() ** 4);
    await countActions(tracker.url, [
      ...[...domIds, ...shadowed].filter(() => random() < 0.8).map((id): Ping => [`click-${id}`, name, id, pick()]),
      ...labels.map((label): Ping => [...(label.split(":") as [string, string]), "", pick()]),
    ]);
    await page.close();
  }
}

type Ping = [label: string, category: string, domId: string, count: number];
