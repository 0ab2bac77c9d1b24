import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { findBarriers } from "./support/axe.ts";
import { it, makeMonth, MONTH } from "./support/dashboard.ts";
import { logIn } from "./support/tracker.ts";

describe("the dashboard's statistics", () => {
  it.beforeAll(async ({ send, track }) => {
    await send("api/import", makeMonth());
    await track("now:links:now");
  });
  it.beforeEach(({ page, tracker }) => logIn(page, tracker));

  it("imports a file, naming the lines it left out", async ({ page, open }) => {
    await open("import");
    const csv = "day,label,category,dom_id,counter\n2025-03-01,imported,,,7\n2025-13-01,imported,,,1\n";
    await page.getByLabel("CSV file").setInputFiles({ name: "s.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.getByRole("button", { name: "Import" }).click();
    expect(await page.getByRole("status").innerText()).toBe(
      "1 row imported, 1 of them new or different. Left out: 1 line.",
    );
    expect(await page.locator("tbody").innerText()).toMatch(/^3\s+"2025-13-01" is not a day/);
    expect(await findBarriers(page)).toEqual([]);
  });

  it("imports by npm run import, the second time without a change", ({ tracker }) => {
    const file = join(mkdtempSync(join(tmpdir(), "import-")), "statistics.csv");
    writeFileSync(
      file,
      "id,label,category,dom_id,counter,day\n1,old,None,None,5,2024-01-01\n2,old,None,None,5,2024-01-99\n",
    );
    const run = () =>
      spawnSync(process.execPath, ["scripts/import.ts", file, "--remote", tracker.url], {
        encoding: "utf8",
        env: { ...process.env, ADMIN_TOKEN: tracker.token },
      });
    const first = run();
    expect(first.stdout).toBe("1 rows, 1 of them new or different; 1 lines left out\n");
    expect(first.stderr).toMatch(/^line 3: "2024-01-99" is not a day/m);
    expect(first.status).toBe(1);
    expect(run().stdout).toBe("1 rows, 0 of them new or different; 1 lines left out\n");
    // As an export of lately has them.
    writeFileSync(file, `label,counter,day\nold,5,2024-01-01\nnow,5,${new Date().toISOString().slice(0, 10)}\n`);
    expect(run()).toMatchObject({ status: 0, stdout: "1 rows, 0 of them new or different; 1 lines left out\n" });
  });

  it("filters, sorts and pages through rows", async ({ page, open }) => {
    await open(`statistics?${MONTH}`);
    expect(await page.locator(".rows tbody tr").count()).toBe(50);
    const first = await readColumn(page, 1);
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL(/cursor=/);
    const second = await readColumn(page, 1);
    expect(first.at(-1)! >= second[0]!).toBe(true);
    await page.getByRole("link", { name: "First page" }).click();
    await expect.poll(() => readColumn(page, 1)).toEqual(first);

    await page.getByRole("link", { name: "Count" }).click();
    await expect.poll(() => readColumn(page, 5)).toEqual(Array.from({ length: 50 }, (_, index) => String(124 - index)));
    expect(await page.locator("[aria-sort]").getAttribute("aria-sort")).toBe("descending");

    await page.getByLabel("Label", { exact: true }).fill("label2");
    await page.getByLabel("Search").fill("ID1");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/search=ID1/);
    expect(new Set(await readColumn(page, 2))).toEqual(new Set(["label2"]));
    expect(new Set(await readColumn(page, 4))).toEqual(new Set(["id1"]));
    expect(page.url()).toContain("sort=counter");
    expect(await findBarriers(page)).toEqual([]);
  });

  it("sums by what one likes", async ({ page, open }) => {
    await open(`statistics?${MONTH}&group=label`);
    expect(await readColumn(page, 1)).toEqual(["label3", "label2", "label1", "label0"]);
    await page.getByLabel("Show").selectOption("category");
    await page.waitForURL(/group=category/);
    expect((await readColumn(page, 2)).map((text) => Number(text.replace(",", ""))).reduce((sum, n) => sum + n)).toBe(
      7750,
    );
  });

  it("exports what is filtered", async ({ page, open }) => {
    await open(`statistics?${MONTH}&label=label1`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Export CSV").click()]);
    expect(download.suggestedFilename()).toBe("statistics-2025-01-01-2025-01-31.csv");
    const lines = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\n");
    expect(lines).toHaveLength(32);
    expect(lines[1]).toBe(",2025-01-01,label1,category1,id1,32");
  });

  it("shows one label, beside another", async ({ page, open }) => {
    await open(`label?label=label1&${MONTH}`);
    expect(await page.locator(".cards").innerText()).toMatch(
      /1,457[^]*First seen\s+Jan 1, 2025[^]*Last seen\s+Jan 31, 2025/,
    );
    await page.getByLabel("Compare with").fill("label2");
    await page.getByRole("button", { name: "Compare" }).click();
    expect(await page.locator(".legend").innerText()).toBe("label1\nlabel2");
    await page.locator("canvas").waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it("deletes a label after asking", async ({ page, open }) => {
    await open("label?label=gone");
    await page.getByRole("link", { name: "Delete this label…" }).click();
    expect(await page.locator("main").innerText()).toMatch(/Delete .?gone.?\?\s+496 actions/);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete 496 actions" }).click();
    expect(await page.getByRole("status").innerText()).toMatch(/^2 rows of .?gone.? from 2024-/);
    await open("label?label=gone");
    expect(await page.locator("main").innerText()).toContain("Nothing was counted under this label.");
    await open("delete?label=gone");
    expect(await page.locator("main").innerText()).toContain("Nothing to delete");
    expect(await page.locator("main").getByRole("button").count()).toBe(0);
  });

  it("shows what is wrong beside its field, where it can be put right", async ({ page, open }) => {
    await open(`statistics?from=yesterday&to=2025-01-31&label=label1`);
    expect(await page.getByRole("alert").innerText()).toBe('"yesterday" is not a day such as 2026-11-23');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel("From").fill("2025-01-01");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => page.locator(".rows tbody tr").count()).toBe(31);
  });

  it("does not delete days that still count", async ({ page, open }) => {
    await open("statistics?label=now");
    await page.getByRole("link", { name: "Delete…" }).click();
    expect(await page.locator("h1").innerText()).toBe("These days cannot be deleted yet");
  });
});

/** The texts of a column of the list. */
function readColumn(page: Page, number: number): Promise<string[]> {
  return page.locator(`.rows tbody td:nth-child(${number})`).allInnerTexts();
}
