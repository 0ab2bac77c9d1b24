import { DOM_ID_MAX_CHARS, readPing } from "@tracker/sdk/protocol";
import { build } from "esbuild";
import fc from "fast-check";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { servePage, type Site } from "./support/page.ts";
import { arbitraryTree, drawTree, type Tree } from "./support/trees.ts";

const ELEMENT_KEY = join(import.meta.dirname, "../packages/sdk/src/auto/element-key.ts");
const RUNS = Number(process.env["TREES"] ?? 60);

let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [ELEMENT_KEY],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "keys",
  });
  browser = await launchBrowser();
  site = await servePage(`<!doctype html><title>tree</title><script>${outputFiles[0]!.text}</script><body></body>`);
  page = await browser.newPage();
  await page.goto(site.url);
  await page.evaluate(drawTree);
});
afterAll(async () => {
  await browser.close();
  site.close();
});

/** Draws a tree as the page's body. What a framework may change each time it draws has this word in it. */
const draw = (tree: Tree, noise = "secret") =>
  page.evaluate(([tree, noise]) => (window as unknown as Drawing).draw(tree, noise), [tree, noise] as const);

/** The keys of the page's elements, in the order of the tree that was drawn. */
const readKeys = () => page.evaluate(() => (window as unknown as Drawing).readKeys());

describe("the key of an element", () => {
  test("leads to that element alone, in any tree", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async (tree) => {
        await draw(tree);
        expect(await page.evaluate(() => (window as unknown as Drawing).findLost())).toEqual([]);
        const keys = await readKeys();
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });

  test("is the same where many are asked for together", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async (tree) => {
        await draw(tree);
        const keys = await readKeys();
        const together = await page.evaluate(() => (window as unknown as Drawing).readKeysTogether());
        expect(together).toEqual([keys, keys]);
      }),
      { numRuns: RUNS, seed: 7 },
    );
  });

  test("is a DOM id as pings have it, without any text, value, query, class or generated id", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async (tree) => {
        await draw(tree);
        for (const key of await readKeys()) {
          expect(key).not.toMatch(/secret/i);
          expect(readPing(["click", "auto", key])).toMatchObject({ value: { domId: key } });
        }
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  test("survives that the page is drawn again with other texts, values, queries, classes and generated ids", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async (tree) => {
        await draw(tree, "secret");
        const keys = await readKeys();
        await draw(tree, "other");
        expect(await readKeys()).toEqual(keys);
      }),
      { numRuns: RUNS, seed: 3 },
    );
  });

  test("survives a reload", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async (tree) => {
        await draw(tree);
        const keys = await readKeys();
        await page.reload();
        await page.evaluate(drawTree);
        await draw(tree);
        expect(await readKeys()).toEqual(keys);
      }),
      { numRuns: RUNS / 10, seed: 4 },
    );
  });

  test("survives whatever is inserted after the element", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, arbitraryTree, fc.nat(), async (tree, inserted, place) => {
        await draw(tree);
        const keys = await readKeys();
        const before = await page.evaluate(
          ([inserted, place]) => (window as unknown as Drawing).insertAfter(inserted, place),
          [inserted, place] as const,
        );
        expect((await readKeys()).slice(0, before)).toEqual(keys.slice(0, before));
      }),
      { numRuns: RUNS, seed: 5 },
    );
  });

  test("survives whatever is inserted anywhere, unless it is like the element or like what that is in", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, arbitraryTree, fc.nat(), async (tree, inserted, place) => {
        await draw(tree);
        const keys = await readKeys();
        await page.evaluate(([inserted, place]) => (window as unknown as Drawing).insertStranger(inserted, place), [
          inserted,
          place,
        ] as const);
        expect(await readKeys()).toEqual(keys);
      }),
      { numRuns: RUNS, seed: 6 },
    );
  });

  test.each([
    [`<main><a href="/pricing" class="x">Pricing</a></main>`, `main a[href="/pricing"]`],
    [`<main><div><div><a href="/pricing?from=x#top">Pricing</a></div></div></main>`, `main a[href^="/pricing?"]`],
    [`<ul id="menu"><li></li><li></li><li><button>Save</button></li></ul>`, `#menu>li:nth-of-type(3)>button`],
    [`<button id="sign-up">Sign up</button>`, `sign-up`],
    [`<div id="main" class="it" onclick="">x</div><main></main>`, `#main`],
    [`<button id=":r1:">x</button>`, `body>button`],
    [`<button id="_r_a_">x</button>`, `body>button`],
    [`<button id="radix-menu">x</button>`, `body>button`],
    [`<button id="4711">x</button>`, `body>button`],
    [`<button id="a3f9c2d1">x</button>`, `body>button`],
    [`<button id="kXqzRtbn">x</button>`, `body>button`],
    [`<button id="mat-input-0">x</button>`, `body>button`],
    [`<header><a href="/a">a</a></header><footer><a href="/a" class="it">a</a></footer>`, `body>footer a[href="/a"]`],
    [`<main><a href="/a"></a><p><a href="/a" class="it">a</a></p></main>`, `main>p>a[href="/a"]`],
    [`<form><input name="email" value="jane@example.com"></form>`, `body>form input[name="email"]`],
    [`<form><input type="search" name="q1"></form>`, `body>form>input[type="search"]`],
    [`<div></div><div role="button" onclick="">x</div>`, `body>div[role="button"]`],
    [`<a href="mailto:jane@example.com">mail</a>`, `body>a`],
    [`<a href="https://jane:secret@shop.example/a">a</a>`, `body>a`],
    [`<a href="https://shop.example/a">a</a>`, `body a[href="https://shop.example/a"]`],
    [`<a href="javascript:alert('secret')">a</a>`, `body>a`],
    [`<a href="#part">a</a>`, `body>a`],
    [`<a href='/a"b'>a</a>`, `body>a`],
    [`<a href="/a b">a</a>`, `body>a`],
    [`<form id="order"><input name="id"><button>x</button></form>`, `#order>button`],
  ])("%s is %s", async (html, expected) => {
    const [key, isFound] = await page.evaluate((html) => {
      document.body.innerHTML = html;
      const { keys } = window as unknown as Drawing;
      const element = document.querySelector(".it") ?? [...document.querySelectorAll("a,button,input,div")].at(-1)!;
      const key = keys.elementKey(element);
      return [key, (document.getElementById(key) ?? document.querySelector(key)) === element];
    }, html);
    expect(key).toBe(expected);
    expect(isFound).toBe(true);
  });

  test("is cut where it would be too long, and is another for each element all the same", async () => {
    const keys = await page.evaluate(() => {
      document.body.innerHTML = "<div><div></div>".repeat(30) + "<i></i><i></i>";
      const { keys } = window as unknown as Drawing;
      return [...document.querySelectorAll("i")].map((element) => keys.elementKey(element));
    });
    for (const key of keys) expect(key).toMatch(/^~\d+~.*i(:nth-of-type\(2\))?$/);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(DOM_ID_MAX_CHARS);
    expect(new Set(keys).size).toBe(2);
  });
});

interface Drawing {
  keys: { elementKey(element: Element): string };
  draw(tree: Tree, noise: string): void;
  readKeys(): string[];
  readKeysTogether(): string[][];
  findLost(): string[];
  insertAfter(tree: Tree, place: number): number;
  insertStranger(tree: Tree, place: number): void;
}
