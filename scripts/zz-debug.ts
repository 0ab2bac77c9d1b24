import { openEngine } from "../test/real-pages/open-browser.ts";
import { PAGES } from "../test/real-pages/pages.ts";
import { servePage } from "../test/real-pages/serve-page.ts";
import { openTab } from "../test/real-pages/tab.ts";
import { startTracker } from "../test/support/tracker.ts";
import { setTimeout as sleep } from "node:timers/promises";
const [, , engine, name] = process.argv;
const browser = (await openEngine(engine as "Firefox"))!;
const tracker = await startTracker();
const page = PAGES.find((p) => p.name == name)!;
const site = await servePage(page, tracker.url);
site.hasTag = true;
const tab = await openTab(browser, 1280, page.prepare);
tab.page.on("pageerror", (e) => console.log("PAGEERROR", (e as Error).stack));
tab.page.on("console", (m) => console.log("CONSOLE", m.type(), m.text(), JSON.stringify(m.stackTrace().slice(0, 3))));
const step = async (n: string, f: () => Promise<unknown>) => { console.log("--", n, JSON.stringify(await f()) ?? ""); };
await step("view", () => tab.view(site.url));
if (name == "leaflet-draw") {
  await tab.page.evaluate(`import("${tracker.url}/auto.js").then(()=>{})`);
  site.isLocked = true;
  const at = (await tab.page.evaluate(`probe.aim("0/1/0/1/3/0/0")`)) as { x: number; y: number };
  console.log(at);
  await tab.page.mouse.click(at.x, at.y);
}
await step("blank", () => tab.page.goto("about:blank"));
site.isLocked = false;
const answer = await fetch(`${tracker.url}/dashboard/heatmap`, { method: "POST", headers: { authorization: `Bearer ${tracker.token}` }, body: new URLSearchParams({ url: site.url }) });
const [, link] = /url=(.*)/.exec(answer.headers.get("refresh") ?? "")!;
const entry = () => tab.page.evaluate(() => performance.getEntriesByType("navigation")[0].name.slice(0, 80) + " | " + location.href);
await step("open", () => tab.view(link!));
await step("entry", entry); await sleep(5000); await step("count", async () => (await fetch(`${tracker.url}/api/statistics`, { headers: { authorization: `Bearer ${tracker.token}` } })).json());
if (name == "leaflet-draw") {
  const dump = `(() => { const a = document.querySelector(".leaflet-control-attribution a"); const s = document.querySelector("tracker-heatmap").shadowRoot;
    let scrolled = []; for (const e of document.querySelectorAll("*")) if (e.scrollTop || e.scrollLeft) scrolled.push(e.className + " " + e.scrollTop);
    return { a: a.getBoundingClientRect(), boxes: [...s.querySelectorAll("div")].map((d) => [d.className, d.parentNode.localName, d.getBoundingClientRect().toJSON()]).filter((x)=>x[2].width), scrolled, text: s.textContent, judge: probe.judge("0/1/0/1/3/0/0", {"0/1/0/1/3/0/0": 1}) }; })()`;
  await step("before", () => tab.page.evaluate(dump));
  await tab.page.evaluate(`probe.aim("0/1/0/1/3/0/0")`);
  await sleep(3000);
  await step("after", () => tab.page.evaluate(dump));
}
await browser.close(); site.close(); await tracker.stop(); process.exit();
