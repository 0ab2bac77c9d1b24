import type { Browser } from "puppeteer-core";
import { startTracker, type Tracker } from "../support/tracker.ts";
import type { RealPage } from "./pages.ts";
import type { Probe } from "./probe.ts";
import { servePage, type PageServer } from "./serve-page.ts";
import { openTab, waitFor, type Tab } from "./tab.ts";

const CLICKED_MAX = 15;
const COUNT_MAX_MS = 20_000;
const BOX_MAX_MS = 3_000;
/** How often a page is viewed at the most, to learn what differs from view to view by itself. */
const VIEWS_MAX = 6;
const PROBLEMS_SHOWN = 5;

/** What is on a page, by its place. */
type View = Record<string, string>;

export interface Outcome {
  clicked: number;
  counted: number;
  /** Elements that were clicked, and those of them whose box was right. */
  elements: number;
  right: number;
  /** From the first click to the first box, leaving the page and opening it again included. */
  firstBoxMs: number;
  problems: string[];
}

declare const probe: Probe;

/**
 * Clicks through a page that has the tag, leaves it, opens its heat map as an owner does, and compares.
 *
 * @param picture Where a picture of the heat map goes.
 */
export async function tryPage(
  page: RealPage,
  browser: Browser,
  width: number,
  picture: `${string}.png`,
): Promise<Outcome> {
  const tracker = await startTracker();
  const site = await servePage(page, tracker.url);
  const tab = await openTab(browser, width, page.prepare);
  /** What the page itself complains of. */
  const own = new Set<string>();
  try {
    const plain = [await viewAnew(false), await viewAnew(false)];
    site.hasTag = true;
    await tab.view(site.url);
    const tagged = [await tab.page.evaluate(() => probe.snapshot())];
    while (findChanges(tagged, plain).length > 0 && plain.length < VIEWS_MAX) {
      plain.push(await viewAnew(false));
      tagged.push(await viewAnew(true));
    }
    const problems = findChanges(tagged, plain);

    const storage = await tab.page.evaluate(() => Object.entries(localStorage) as [string, string][]);
    const { places, counts, startedAt } = await clickThrough(tab, tracker, site);
    await openHeatmap(tab, tracker, site, storage);
    const [first = ""] = places;
    // Where one has clicked: other boxes may be beyond the window.
    const hasBoxes = await waitFor(tab.page, `probe.aim("${first}"), probe.boxes() > 0`, COUNT_MAX_MS);
    const firstBoxMs = hasBoxes ? Date.now() - startedAt : Infinity;

    const clicks = Object.values(counts);
    const clicked = sum(clicks);
    const counters = await readCounters(tracker, clicked);
    if (sorted(counters) != sorted(clicks)) problems.push(`clicked ${sorted(clicks)}, counted ${sorted(counters)}`);
    await tab.page.screenshot({ path: picture });

    const clickedPlaces = places.filter((place) => counts[place]);
    const wrong = await judgeBoxes(tab, clickedPlaces, counts);
    const complaints = tab.complaints.filter((text) => !own.has(text)).map((text) => `console: ${text}`);
    problems.push(...wrong, ...new Set(complaints));
    const { length: elements } = clickedPlaces;
    return { clicked, counted: sum(counters), elements, right: elements - wrong.length, firstBoxMs, problems };
  } finally {
    await tab.close();
    site.close();
    await tracker.stop();
  }

  /** The page as a new visitor sees it. What it complains of without the tag is its own. */
  async function viewAnew(hasTag: boolean): Promise<View> {
    site.hasTag = hasTag;
    const visitor = await openTab(browser, width, page.prepare);
    await visitor.view(site.url);
    const view = await visitor.page.evaluate(() => probe.snapshot());
    if (!hasTag) for (const complaint of visitor.complaints) own.add(complaint);
    await visitor.close();
    site.hasTag = true;
    return view;
  }
}

/** What is the same in every view without the tag, and otherwise in every one with it. */
function findChanges(tagged: readonly View[], plain: readonly View[]): string[] {
  const places = new Set([...tagged, ...plain].flatMap((view) => Object.keys(view)));
  const changed = [...places].filter((place) => {
    const first = plain[0]![place];
    return plain.every((view) => view[place] === first) && tagged.every((view) => view[place] !== first);
  });
  return changed
    .slice(0, PROBLEMS_SHOWN)
    .map((place) => `with the tag: ${tagged[0]![place] ?? "nothing"}; without: ${plain[0]![place] ?? "nothing"}`);
}

/** Clicks every second element twice. Clicks lead nowhere, so the page stays. */
async function clickThrough({ page }: Tab, tracker: Tracker, site: PageServer) {
  // Clicks count from when auto.js is there. As text: the page has asked for the same file before.
  await page.evaluate(`import(${JSON.stringify(`${tracker.url}/auto.js`)}).then(() => {})`);
  const places = await page.evaluate((most) => probe.choose(most), CLICKED_MAX);
  site.isLocked = true;
  const startedAt = Date.now();
  for (const [index, place] of places.entries()) {
    for (let time = 0; time <= index % 2; time++) {
      let at = await page.evaluate((place) => probe.aim(place), place);
      if (!at) {
        // Something that an earlier click opened may lie over it.
        await page.keyboard.press("Escape");
        at = await page.evaluate((place) => probe.aim(place), place);
      }
      if (at) await page.mouse.click(at.x, at.y);
    }
  }
  // A list that a click on a field has opened.
  await page.keyboard.press("Escape");
  const counts: Record<string, number> = {};
  for (const place of await page.evaluate(() => probe.clicks)) counts[place] = (counts[place] ?? 0) + 1;
  return { places, counts, startedAt };
}

/** Leaves the page, which sends what it has not sent, and goes where the dashboard leads: to the page as a visitor first sees it. */
async function openHeatmap(
  { page, view }: Tab,
  tracker: Tracker,
  site: PageServer,
  storage: [string, string][],
): Promise<void> {
  await page.goto("about:blank");
  site.isLocked = false;
  await page.evaluateOnNewDocument((storage) => {
    if (window !== top || !location.protocol.startsWith("http")) return;
    const isOurs = (key: string): boolean => key.startsWith("tracker");
    for (const key of Object.keys(localStorage)) if (!isOurs(key)) localStorage.removeItem(key);
    for (const [key, value] of storage) if (!isOurs(key)) localStorage.setItem(key, value);
  }, storage);
  const answer = await fetch(`${tracker.url}/dashboard/heatmap`, {
    method: "POST",
    headers: { authorization: `Bearer ${tracker.token}` },
    body: new URLSearchParams({ url: site.url }),
  });
  const [, link] = /url=(.*)/.exec(answer.headers.get("refresh") ?? "") ?? [];
  if (!link) throw new Error(`the dashboard does not open the heat map: ${answer.status}`);
  await view(link);
}

/** The counts of each key, once there are as many as expected, or no more come. */
async function readCounters(tracker: Tracker, expected: number): Promise<number[]> {
  for (const end = Date.now() + COUNT_MAX_MS; ;) {
    const answer = await fetch(`${tracker.url}/api/statistics?limit=1000&label=click`, {
      headers: { authorization: `Bearer ${tracker.token}` },
    });
    const { rows } = (await answer.json()) as { rows: { counter: number }[] };
    const counters = rows.map(({ counter }) => counter);
    if (sum(counters) >= expected || Date.now() > end) return counters;
  }
}

/** The elements whose box is wrong, and why. */
async function judgeBoxes({ page }: Tab, places: readonly string[], counts: Record<string, number>): Promise<string[]> {
  const wrong: string[] = [];
  await page.mouse.move(0, 0);
  for (const place of places) {
    const judge = `probe.judge(${JSON.stringify(place)}, ${JSON.stringify(counts)})`;
    const isRight = await waitFor(page, `${judge} === undefined`, BOX_MAX_MS);
    if (!isRight)
      wrong.push(String(await page.evaluate(`\`\${probe.describe(${JSON.stringify(place)})}: \${${judge}}\``)));
  }
  return wrong;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function sorted(numbers: readonly number[]): string {
  return numbers.toSorted((one, other) => one - other).join();
}
