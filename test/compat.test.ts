import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage } from "./support/page.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

const JQUERY = readFileSync("node_modules/jquery/dist/jquery.min.js", "utf8");

/** A page as django-tracker's users have it; at the most the host in front of its paths is new. */
function djangoTrackerPage(host: string): string {
  return `<!doctype html>
    <script>${JQUERY}</script>
    <p id="tracked-links">
      <a href="#1" id="link1">one</a> <a href="#2" id="link2">two</a> <a href="#3" id="link3">three</a>
    </p>
    <button id="statistics">statistics</button>
    <script>
      function track(labels) {
        $.ajax({ url: "${host}/track/?labels=" + labels, dataType: "text" });
      }
      $("#tracked-links a").click(function () {
        track("tracked-links-" + this.id + ":links:" + this.id);
      });
      $("#statistics").click(function () {
        var ids = "";
        $("#tracked-links a").each(function () { ids += this.id + "|"; });
        $.ajax({
          url: "${host}/get_stats/?dom_ids=" + ids,
          dataType: "json",
          success: function (rows) {
            $.each(rows, function (_, row) { $("#" + row[0]).text("clicked " + row[1] + " time."); });
          },
        });
      });
    </script>`;
}

describe("a page written for django-tracker", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let tracker: Tracker | undefined;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await tracker?.stop();
  });
  afterAll(() => browser.close());

  async function click(link: string): Promise<void> {
    const answered = page.waitForResponse(/\/track\//);
    await page.click(link);
    expect(await (await answered).text()).toBe("ok");
  }

  async function askForStatistics(): Promise<number> {
    const answered = page.waitForResponse(/\/get_stats\//);
    await page.click("#statistics");
    return (await answered).status();
  }

  async function expectCounts(): Promise<void> {
    for (const link of ["#link1", "#link3", "#link1"]) await click(link);
    expect(await askForStatistics()).toBe(200);
    await expect
      .poll(() => page.locator("#tracked-links a").allTextContents())
      .toEqual(["clicked 2 time.", "two", "clicked 1 time."]);
  }

  it("works on another origin, where statistics are public", async () => {
    tracker = await startTracker({ vars: { PUBLIC_STATS: "true" } });
    const shop = await servePage(djangoTrackerPage(tracker.url));
    await page.goto(shop.url);
    await expectCounts();
    shop.close();
  });

  it("works on the tracker's own origin, for staff after the login link", async () => {
    tracker = await startTracker();
    const own = `${tracker.url}/example/`;
    await page.route(own, (route) => route.fulfill({ contentType: "text/html", body: djangoTrackerPage("") }));
    await page.goto(own);
    expect(await askForStatistics()).toBe(401);
    await logIn(page, tracker);
    await page.goto(own);
    await expectCounts();
  });
});
