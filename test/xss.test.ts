import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage } from "./support/page.ts";
import { countActions } from "./support/pages.ts";
import { logIn, startTracker, type Tracker } from "./support/tracker.ts";

const PAYLOADS = [
  "<script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "</title></style></textarea><img src=x onerror=alert(1)>",
  `"><img src=x onerror=alert(1)>`,
  `" autofocus onfocus=alert(1) x="`,
  "'-alert(1)-'",
  "<svg/onload=alert(1)>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'>",
  "--><script>alert(1)</script><!--",
  "javascript:alert(1)",
  "${alert(1)}{{alert(1)}}",
  "<a href=javascript:alert(1) id=x>x</a>",
  "<style>*{display:none}</style>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
];
const DAY = "2025-01-05";
const MONTH = "from=2025-01-01&to=2025-01-31";

describe("payloads in every field", () => {
  let tracker: Tracker;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [tracker, browser] = await Promise.all([startTracker(), launchBrowser()]);
    await countActions(
      tracker.url,
      PAYLOADS.map((text) => [text, text, text, 2]),
    );
    // An apostrophe at its beginning is a spreadsheet's.
    const cell = (text: string): string => `"${text.replace(/^'/, "''").replaceAll('"', '""')}"`;
    const lines = PAYLOADS.map((text) => `${DAY},${cell(text)},${cell(text)},${cell(text)},3`);
    const imported = await fetch(`${tracker.url}/api/import`, {
      method: "POST",
      headers: { authorization: `Bearer ${tracker.token}` },
      body: ["day,label,category,dom_id,counter", ...lines].join("\n"),
    });
    expect(await imported.text()).toContain(`"rows":${PAYLOADS.length}`);
    page = await browser.newPage();
    await watch(page);
    await logIn(page, tracker);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await tracker.stop();
  });

  /** Notes each script that runs and each report of a policy. */
  async function watch(watched: Page): Promise<void> {
    watched.on("dialog", (dialog) => {
      problems.push(`a script ran at ${watched.url()}`);
      void dialog.dismiss();
    });
    watched.on("console", (message) => {
      if (/policy|refused to/i.test(message.text())) problems.push(`${watched.url()}: ${message.text()}`);
    });
    // No other site is reached.
    await watched.route(
      ({ hostname }) => hostname != "127.0.0.1",
      (route) => route.fulfill({ contentType: "text/html", body: "another site" }),
    );
    await watched.addInitScript(
      `addEventListener("securitypolicyviolation", (event) => console.error("policy", event.violatedDirective, event.sourceFile))`,
    );
  }

  async function see(path: string): Promise<string> {
    const answer = await page.goto(tracker.url + path);
    // Some payloads are taken for a page's address, and the dashboard goes on to it.
    if (answer?.headers()["refresh"]) await page.waitForURL(/#tracker-heatmap=/);
    // A click on whatever can be clicked into.
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    return page.locator("body").innerText();
  }

  function expectQuiet(): void {
    expect(problems.splice(0)).toEqual([]);
  }

  it("notices a script that runs, and a policy that stops one", async () => {
    const probe = await browser.newPage();
    await watch(probe);
    const site = await servePage("<script>alert(1)</script>");
    await probe.goto(site.url);
    await expect.poll(() => problems.splice(0)).toEqual([`a script ran at ${site.url}`]);
    await probe.goto(`${tracker.url}/login/`);
    await probe.evaluate(
      "document.body.append(Object.assign(document.createElement('img'), { src: 'http://evil.example/' }))",
    );
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    site.close();
    await probe.close();
    problems.splice(0);
  });

  it.each(["", "labels", "pages", "statistics", "heatmaps", "health", "settings", "import"])(
    "are text on the dashboard's page %s",
    async (path) => {
      const text = await see(`/dashboard/${path}?${MONTH}`);
      if (path == "statistics") for (const payload of PAYLOADS) expect(text).toContain(payload);
      await see(`/dashboard/${path}`);
      expectQuiet();
    },
  );

  it.each(["label", "category", "dom_id", "day"])("are text where they are summed by %s", async (group) => {
    await see(`/dashboard/statistics?${MONTH}&group=${group}`);
    expectQuiet();
  });

  it.each(PAYLOADS)(
    "are text in parameters: %s",
    async (payload) => {
      const text = encodeURIComponent(payload);
      for (const path of [
        `/dashboard/label?label=${text}&with=${text}&${MONTH}`,
        `/dashboard/label?label=${text}`,
        `/dashboard/label?label=${text}&step=${text}`,
        `/dashboard/page?page=${text}&${MONTH}`,
        `/dashboard/labels?search=${text}&range=${text}&show=${text}`,
        `/dashboard/labels?search=${text}&${MONTH}`,
        `/dashboard/delete?label=${text}`,
        `/dashboard/statistics?label=${text}&category=${text}&dom_id=${text}&search=${text}&${MONTH}`,
        `/dashboard/statistics?from=${text}`,
        `/dashboard/statistics?sort=${text}&order=${text}&cursor=${text}&group=${text}&site=${text}`,
        `/login/?to=${text}`,
        `/get_stats/?dom_ids=${text}`,
        `/get_stats/?dom_ids=a&from=${text}`,
        `/api/statistics?label=${text}`,
        `/track/?labels=${text}:::::`,
        `/${text}`,
      ]) {
        await see(path);
      }
      expectQuiet();
    },
    120_000,
  );

  it("are text in a file's wrong lines", async () => {
    await see("/dashboard/import");
    const csv = [
      "day,label,category,dom_id,counter",
      ...PAYLOADS.map((text) => `"${text.replaceAll('"', '""')}",a,,,1`),
    ];
    const buffer = Buffer.from(csv.join("\n"));
    await page
      .getByLabel("CSV file")
      .setInputFiles({ name: "<img src=x onerror=alert(1)>.csv", mimeType: "text/csv", buffer });
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("status").waitFor();
    expect(await page.locator("tbody").innerText()).toContain("<svg/onload=alert(1)>");
    expectQuiet();
  });

  it("are text in the heat map and its panel, on a page without any policy", async () => {
    const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    const buttons = PAYLOADS.map(
      (text) => `<p><button id="${escape(text)}" data-track="${escape(text)}">Button</button>`,
    );
    const site = await servePage(
      `<!doctype html><title>Shop</title><script src="${tracker.url}/tracker.js" async></script>${buttons.join("")}`,
    );
    await see("/dashboard/heatmaps");
    await page.getByLabel("Where do people click?").fill(site.url);
    const [shop] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("button", { name: "Open heat map" }).click(),
    ]);
    await watch(shop);
    await shop.waitForURL((url) => url.href.startsWith(site.url) && url.hash === "");
    const counts = shop.locator("tracker-heatmap div > b");
    await expect.poll(() => counts.count()).toBe(PAYLOADS.length);
    for (const button of await shop.locator("button[id]").all()) await button.hover({ force: true });
    expectQuiet();
    await shop.close();
    site.close();
  });

  it("are text on the demo page", async () => {
    await see("/demo/");
    expectQuiet();
  });
});
