import { expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startTracker } from "./tracker.ts";

/** The days that `makeMonth` is of. */
export const MONTH = "from=2025-01-01&to=2025-01-31";
const LABELS = 4;

/** A month's counts, 1 to 124, of four labels, and a label in another month to delete. */
export function makeMonth(): string {
  const days = Array.from({ length: 31 }, (_, index) => String(index + 1).padStart(2, "0"));
  const lines = Array.from({ length: LABELS }, (_, label) =>
    days.map((day, index) => {
      const counter = label * days.length + index + 1;
      return `2025-01-${day},label${label},category${(counter - 1) % 2},id${(counter - 1) % 3},${counter}`;
    }),
  ).flat();
  return ["day,label,category,dom_id,counter", ...lines, "2024-06-01,gone,,,400", "2024-06-02,gone,,,96"].join("\n");
}

/** A test of the dashboard of a tracker that is its file's own. */
export const it = test
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }) => {
    const browser = await launchBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("tracker", { scope: "file" }, async ({}, { onCleanup }) => {
    const tracker = await startTracker();
    onCleanup(() => tracker.stop());
    return tracker;
  })
  // A request as a server sends it, with the token.
  .extend("send", { scope: "file" }, ({ tracker }) => async (path: string, body?: string): Promise<void> => {
    const answer = await fetch(`${tracker.url}/${path}`, {
      headers: { authorization: `Bearer ${tracker.token}` },
      ...(body !== undefined && { method: "POST", body }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  })
  .extend(
    "track",
    { scope: "file" },
    ({ send }) =>
      (labels: string): Promise<void> =>
        send(`track/?labels=${encodeURIComponent(labels)}`),
  )
  .extend("page", async ({ browser }, { onCleanup }) => {
    const page = await browser.newPage();
    onCleanup(() => page.close());
    return page;
  })
  .extend("open", ({ page, tracker }) => async (path: string): Promise<void> => {
    await page.goto(`${tracker.url}/dashboard/${path}`);
  });
