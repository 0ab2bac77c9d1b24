import { describe, expect, it } from "vitest";
import { request } from "../../test/batches.ts";

/** What the page says after a file was chosen. */
async function importFile(csv: string): Promise<string> {
  const body = new FormData();
  body.set("file", new File([csv], "statistics.csv"));
  const headers = { authorization: "Bearer the-token-of-these-tests" };
  const response = await request("/dashboard/import", { method: "POST", headers, body });
  return /role="(?:status|alert)"[^>]*>([^<]*)/.exec(await response.text())?.[1] ?? "";
}

describe("the Import page", () => {
  it.each([
    ["", "0 rows imported, 0 of them new or different. Left out: 1 line."],
    ["day,label,counter\n", "Nothing to import: below its first line the file is empty."],
    ["day,label,counter\n2020-01-01,a,1\n", "1 row imported, 1 of them new or different."],
  ])("says what became of %j", async (csv, answer) => {
    expect(await importFile(csv)).toBe(answer);
  });
});
