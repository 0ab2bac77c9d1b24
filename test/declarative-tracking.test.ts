import { describe, expect } from "vitest";
import { it, type Tagged } from "./support/script-tag.ts";

describe("declarative tracking", () => {
  it("counts clicks on annotated elements, by any way to click, and does not meddle with them", async ({
    complaints,
    page,
    open,
    readSent,
  }) => {
    await open(`
      <button id="buy" data-track="order:buttons"><b>Buy</b></button>
      <button data-track="help:buttons:own-id">Help</button>
      <a id="link" href="#target" data-track="link|both:links">Link</a>
      <div data-track="outer"><span id="inner" data-track="inner">inner</span><i id="plain">plain</i></div>
      <button id="stops" data-track="stops" onclick="event.stopPropagation()">stops</button>
      <p id="none">nothing</p>`);
    await page.click("#buy b");
    await page.focus("#buy");
    await page.keyboard.press("Enter");
    await page.click("text=Help");
    await page.click("#link");
    await page.click("#link", { button: "middle" });
    await page.click("#link", { button: "right" });
    await page.click("#inner");
    await page.click("#plain");
    await page.click("#stops");
    await page.click("#none");
    expect(new URL(page.url()).hash).toBe("#target");
    expect(await readSent()).toEqual({
      "order:buttons:buy": 2,
      "help:buttons:own-id": 1,
      "link::link": 2,
      "both:links:link": 2,
      "inner::inner": 1,
      "outer::": 1,
      "stops::stops": 1,
    });
    expect(complaints).toEqual([]);
  });

  it("counts clicks on elements that are added later and inside open shadow roots", async ({
    page,
    open,
    readSent,
  }) => {
    await open(`<div id="host"></div>`);
    await page.evaluate(() => {
      const button = document.createElement("button");
      button.dataset["track"] = "later";
      button.id = "later";
      document.body.append(button);
      const shadow = document.querySelector("#host")!.attachShadow({ mode: "open" });
      shadow.innerHTML = `<button id="deep" data-track="deep:shadow"><b>deep</b></button>`;
    });
    await page.click("#later");
    await page.click("#deep b");
    expect(await readSent()).toEqual({ "later::later": 1, "deep:shadow:deep": 1 });
  });

  it("counts a form that is sent, and not one that is not valid", async ({ page, open, readSent }) => {
    await open(`
      <form id="search" data-track="search:forms" data-track-on="submit" onsubmit="return false">
        <input required><button>Go</button>
      </form>`);
    await page.click("button");
    await page.fill("input", "shoes");
    await page.keyboard.press("Enter");
    await page.click("button");
    expect(await readSent()).toEqual({ "search:forms:search": 2 });
  });

  it("counts a form that has a field by the name of one of its properties", async ({ page, open, readSent }) => {
    await open(`
      <form id="order" data-track="order:forms" data-track-on="submit" onsubmit="return false">
        <input name="id"><button>Go</button>
      </form>`);
    await page.click("button");
    expect(await readSent()).toEqual({ "order:forms:order": 1 });
  });

  it("counts once what is seen, also when it is added later", async ({ page, open, readSent }) => {
    await open(`
      <p id="top" data-track="seen:views" data-track-on="view">top</p>
      <p style="margin-top: 3000px" id="far" data-track="far:views" data-track-on="view">far</p>`);
    await expect.poll(readSent).toEqual({ "seen:views:top": 1 });
    await page.click("#top");
    for (const id of ["far", "top", "far"]) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.waitForTimeout(100);
    }
    await page.evaluate(() => {
      const added = document.createElement("p");
      added.dataset["track"] = "added";
      added.dataset["trackOn"] = "view";
      added.textContent = "added";
      document.body.append(added);
      added.scrollIntoView();
    });
    await expect.poll(readSent).toEqual({ "seen:views:top": 1, "far:views:far": 1, "added::": 1 });
  });

  it("counts clicks on elements that are not annotated, by autotrack()", async ({ page, open, readSent }) => {
    await open(`<a id="out" href="#out">out</a> <a id="home" href="#home">home</a>`);
    await page.evaluate(() =>
      (window as unknown as Tagged).tracker.autotrack({
        selector: "a",
        label: (link) => link.id == "out" && `${link.hostname}:outbound`,
      }),
    );
    await page.click("#out");
    await page.click("#home");
    expect(await readSent()).toEqual({ "127.0.0.1:outbound:out": 1 });
  });

  it("warns once of what cannot count, and breaks nothing", async ({ proxy, complaints, page, open, readSent }) => {
    await open(`
      <button id="empty" data-track="">empty</button>
      <button id="long" data-track="${"x".repeat(251)}">long</button>
      <button id="fourth" data-track="a:b:c:d">fourth</button>
      <button id="good" data-track="good">good</button>`);
    await page.evaluate(() => {
      const { autotrack } = (window as unknown as Tagged).tracker;
      const fail = () => {
        throw new Error("boo");
      };
      autotrack(null as never);
      autotrack({} as never);
      autotrack({ selector: "][", label: () => "a" });
      autotrack({ selector: "button", label: fail });
      autotrack({ selector: "button", label: 5 as never });
      autotrack({ selector: "button", label: () => false });
      autotrack({ selector: "button", label: () => 5 as never });
    });
    for (const id of ["empty", "long", "fourth", "good"]) await page.click(`#${id}`);
    expect(await readSent()).toMatchObject({ "good::good": 1 });
    expect(proxy.answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
    // What is no ping at all, and what the Worker refuses: each kind once.
    const kinds = complaints.map((complaint) => /^tracker: (not a ping|refused)/.exec(complaint)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(["not a ping", "refused"]));
    expect(kinds).toHaveLength(2);
  });
});
