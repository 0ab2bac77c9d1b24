import { describe, expect, it } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";
import { TODAY, ago } from "../../test/days.ts";
import { textOf } from "../../test/page-text.ts";
import { insertStatistics } from "../../test/statistics.ts";

/** A page's text, and the links in it. */
async function open(path: string): Promise<{ text: string; links: string[]; status: number }> {
  const response = await readerRequest(`/dashboard/${path}`);
  const html = await response.text();
  return {
    status: response.status,
    text: textOf(html),
    links: [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&")),
  };
}

/** Two weeks of days that are over, and some of before. */
async function countTwoWeeks(): Promise<void> {
  await insertStatistics([
    ["", ago(20), "steady", "links", "", 1],
    ["", ago(10), "steady", "links", "", 100],
    ["", ago(3), "steady", "links", "", 110],
    ["", ago(10), "rising", "buttons", "", 100],
    ["", ago(3), "rising", "forms", "", 300],
    ["", ago(12), "gone", "buttons", "", 80],
    ["", ago(3), "=fresh", "", "", 60],
    ["", ago(9), "few", "", "", 2],
    ["", ago(2), "few", "", "", 4],
  ]);
}

describe("the list of labels", () => {
  it("compares seven days with the seven before, and counts what changed", async () => {
    await countTwoWeeks();
    const { text } = await open("labels");
    expect(text).toContain("All 4 Rising 1 Falling 0 Gone quiet 1 New 1");
    expect(text).toMatch(/rising forms 300 100/);
    expect(text).toMatch(/300 100 ▲ \+200%/);
    expect(text).toMatch(/110 100 \+10%/);
    // Twice as much, and nothing to speak of.
    expect(text).toMatch(/4 2 \+100%/);
  });

  it("shows what has gone quiet in one click from each page", async () => {
    await countTwoWeeks();
    const { links } = await open("labels");
    const { text } = await open(`labels${links.find((href) => href.includes("show=quiet"))}`);
    expect(text).toMatch(/gone buttons 0 80 ▼ −100%/);
    expect(text).not.toContain("steady");
  });

  it("keeps site, range and comparison in its links", async () => {
    await countTwoWeeks();
    const { links } = await open("labels?range=last-week&compare=weekdays");
    const label = links.find((href) => href.includes("label?"));
    expect(label).toContain("range=last-week&compare=weekdays&label=");
    for (const page of ["/dashboard/?", "labels?", "heatmaps?", "health?", "settings?"])
      expect(
        links.some((href) => href.includes(`${page}range=last-week&compare=weekdays`)),
        page,
      ).toBe(true);
  });

  it("compares nothing where the counts do not go back so far, and says since when there are some", async () => {
    await insertStatistics([
      ["", ago(10), "a", "", "", 1],
      ["", ago(1), "a", "", "", 500],
    ]);
    const { text } = await open("labels");
    expect(text).toContain("Nothing is compared: counts begin on ");
    expect(text).not.toMatch(/%|Rising/);
  });

  it("does not compare a day that is not over", async () => {
    await countTwoWeeks();
    await request("/track/?labels=now");
    const { text } = await open("labels?range=today");
    expect(text).toContain("Today is not over, so nothing is compared.");
    expect(text).toMatch(/now – 1 /);
    expect((await open(`labels?from=${ago(6)}&to=${TODAY}`)).text).toContain("Only days that are over");
  });

  it("shows today where everything was counted today", async () => {
    await request("/track/?labels=first");
    expect((await open("labels")).text).toMatch(/first – 1 /);
  });

  it("finds labels by a part of their name", async () => {
    await countTwoWeeks();
    const { text } = await open("labels?search=RIS");
    expect(text).toContain("rising");
    expect(text).not.toContain("steady");
    expect((await open("labels?search=nothing")).text).toContain("No label contains “nothing”.");
  });

  it("is exported as it is shown, safe to open in a spreadsheet", async () => {
    await countTwoWeeks();
    const response = await readerRequest("/dashboard/labels?export=csv");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="labels-${ago(7)}-${ago(1)}.csv"`);
    expect(await response.text()).toBe(
      [
        "label,counter,before,change_percent,last_day",
        `rising,300,100,200,${ago(3)}`,
        `steady,110,100,10,${ago(3)}`,
        `'=fresh,60,0,,${ago(3)}`,
        `few,4,2,100,${ago(2)}`,
        "",
      ].join("\n"),
    );
    expect(await (await readerRequest("/dashboard/labels?export=csv&show=quiet")).text()).toContain(
      `gone,0,80,-100,${ago(12)}`,
    );
  });

  it.each(["range=yesterday", "compare=all", "show=most", "sort=counter", "cursor=x", "from=2026-02-30"])(
    "says what is wrong with %s",
    async (query) => {
      const { status, text } = await open(`labels?${query}`);
      expect(status).toBe(400);
      expect(text).toMatch(/not right/);
    },
  );
});
