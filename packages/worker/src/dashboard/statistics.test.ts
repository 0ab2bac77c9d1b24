import { describe, expect, it } from "vitest";
import { readerRequest } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";

const today = new Date().toISOString().slice(0, 10);

/** The links of a page, and the numbers of its list. */
async function read(path: string): Promise<{ links: string[]; counters: string[]; text: string }> {
  const html = await (await readerRequest(path)).text();
  return {
    links: [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&")),
    counters: [...html.matchAll(/<td class="counter number">([^<]*)/g)].map(([, text]) => text!),
    text: html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " "),
  };
}

describe("no category and no DOM id", () => {
  it.each([
    ["/dashboard/", ["category"]],
    ["/dashboard/label?label=x", ["category", "dom_id"]],
    [`/dashboard/statistics?label=x&to=${today}`, ["category", "dom_id"]],
    ["/dashboard/statistics?group=category", ["category"]],
  ])("are links to the rows without one: %s", async (path, names) => {
    await insertStatistics([
      ["", today, "x", "", "", 7],
      ["", today, "x", "c", "a", 100],
    ]);
    const { links } = await read(path);
    for (const name of names) {
      const link = links.find((href) => href.includes(`${name}=%28none%29`));
      const { counters, text } = await read(
        new URL(link!, `https://t.example${path}`).href.slice("https://t.example".length),
      );
      expect(counters).toEqual(["7"]);
      expect(text).toContain("7 actions");
    }
  });
});
