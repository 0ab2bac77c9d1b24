import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchBrowser } from "../test/support/browser.ts";
import { selectFrom } from "../test/support/databases.ts";
import { makeRandom } from "../test/support/random.ts";
import { bundleWorker, startWorker } from "../test/support/worker.ts";
import { median, short, table, whole, type Bench } from "./lib/report.ts";
import { mixOf, type ModelResult } from "./visits/mix.ts";
import { killBrowsers, type Killed } from "./visits/killed-browser.ts";
import { makeVisit, mixVisits, MODELS, weightOf, type Model, type Visit } from "./visits/models.ts";
import { runVisits, type Action } from "./visits/run-visits.ts";
import { startSite, type Fault, type Sent, type Site } from "./visits/site.ts";

const SEED = 20_261_124;
const VISITS_PER_MODEL = 10;
const FAULTY_VISITS = 1_000;
/** Every third request fails, each way as often as the others. */
const FAULTS: readonly Fault[] = ["request lost", "answer lost", "503"];
const FAULT_SHARE = 1 / 3;
/** What arrives sooner was sent by the page that counted it, as soon as anybody would see it. */
const LATE_MS = 2_000;
const KILLS = 12;
const TOKEN = "a token of the benchmark's own";

export interface Visits {
  models: Record<Model, ModelResult>;
  killed: Killed & { doubled: number };
  faulty: { visits: number; actions: number; requests: number; faults: number; lost: number; doubled: number };
}

/** What visitors do, and what becomes of it: requests, and how late actions arrive. */
export const visits: Bench<Visits> = {
  title: "Visits",

  async measure() {
    const random = makeRandom(SEED);
    const models = {} as Visits["models"];
    for (const model of Object.keys(MODELS) as Model[]) {
      const own = Array.from({ length: VISITS_PER_MODEL }, () => makeVisit(model, random));
      const { actions, sent, wrong } = await run(own, () => "none");
      if (wrong.lost + wrong.doubled > 0) throw new Error(`${model}: ${JSON.stringify(wrong)}`);
      models[model] = { visits: own.length, ...judge(own, actions, sent) };
    }
    const faulty = mixVisits(FAULTY_VISITS, random);
    const { actions, sent, faults, wrong } = await run(faulty, () =>
      random() < FAULT_SHARE ? FAULTS[Math.floor(random() * FAULTS.length)]! : "none",
    );
    return {
      models,
      killed: await kill(random),
      faulty: { visits: faulty.length, actions: actions.length, requests: sent.length, faults, ...wrong },
    };
  },

  render({ models, killed, faulty }) {
    const rows = Object.entries(models) as [Model, ModelResult][];
    const mixed = mixOf(models);
    return `Visitors that a seed makes up, in Chromium, with the built \`tracker.js\` before a real Worker (miniflare). Pages run by a clock that is
sped up; storage, requests and what happens when a page is left are the browser's own. A visit ends by leaving the page. A page comes
later than the answer to what the one before it has sent.

${rows.map(([model]) => `- *${model}* is ${MODELS[model]}; ${Math.round(100 * weightOf(model))}% of the mix.`).join("\n")}

An action is *late* when the Worker has it more than ${LATE_MS / 1000} s after the click; until then no dashboard shows it.

${table(
  [
    "",
    "visits",
    "page views",
    "actions",
    "requests",
    "requests a page view (median)",
    "requests an action",
    "late",
    "delay p50, s",
    "p95, s",
    "worst, s",
  ],
  rows.map(([model, one]) => [
    model,
    one.visits,
    one.pageViews,
    whole(one.actions),
    whole(one.requests),
    `${short(one.requests / one.pageViews)} (${median(one.perView)})`,
    (one.requests / one.actions).toFixed(2),
    `${Math.round((100 * one.late) / one.actions)}%`,
    ...[one.p50Ms, one.p95Ms, one.worstMs].map((ms) => short(ms / 1000)),
  ]),
)}

In the mix that is **${short(mixed.requestsPerPageView)} requests a page view (median ${mixed.medianRequests}) and ${mixed.requestsPerAction.toFixed(2)} an action**; a visit has ${short(mixed.actionsPerVisit)} actions.
Of ${whole(sum(rows, "requests"))} requests ${sum(rows, "again")} were sent again although they had been counted, because the page that had sent them was gone before it heard so.

${whole(faulty.visits)} visits of the mix on a network where every third request fails (the request is lost, the answer is lost after it was counted, or
503): ${whole(faulty.requests)} requests, of which ${whole(faulty.faults)} failed. Of ${whole(faulty.actions)} actions **${faulty.lost} were lost and ${faulty.doubled}
doubled**, by what the objects' databases hold.

${killed.kills} browsers were killed (\`SIGKILL\`) within half a minute, while their visitors clicked every two seconds on average, and started again two minutes later
with what was left on the disk. Of ${killed.actions} actions ${killed.before} had been counted by then, the next page sent ${killed.after}, and **${killed.lost} were lost and ${killed.doubled} doubled**.
Chromium writes \`localStorage\` to the disk five seconds after its first change, and then about once a minute: what it was killed
before writing is lost.`;
  },
};

function sum(rows: [Model, ModelResult][], field: "requests" | "again"): number {
  return rows.reduce((total, [, one]) => total + one[field], 0);
}

interface Wrong {
  lost: number;
  doubled: number;
}

/** A site in front of a Worker of its own. What it uses the site for resolves to the DOM ids of all actions. */
async function withSite<Result extends { ids: string[] }>(
  use: (site: Site) => Promise<Result>,
): Promise<{ result: Result; wrong: Wrong }> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  const worker = startWorker(await bundleWorker(), folder, { ADMIN_TOKEN: TOKEN, MAX_LABELS_PER_DAY: "100000" });
  const site = await startSite(await worker.url, TOKEN);
  try {
    const result = await use(site);
    await worker.kill();
    const counts = readCounts(folder);
    const wrong = { lost: 0, doubled: 0 };
    for (const id of result.ids) {
      const count = counts.get(id) ?? 0;
      if (count == 0) wrong.lost++;
      else wrong.doubled += count - 1;
    }
    return { result, wrong };
  } finally {
    site.close();
    await worker.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  own: readonly Visit[],
  drawFault: () => Fault,
): Promise<{ actions: Action[]; sent: Sent[]; faults: number; wrong: Wrong }> {
  let faults = 0;
  const { result, wrong } = await withSite(async (site) => {
    // Who only looks in finds a network that works.
    site.fault = ({ visit }) => {
      const fault = visit < 0 ? "none" : drawFault();
      if (fault != "none") faults++;
      return fault;
    };
    const browser = await launchBrowser();
    try {
      const actions = await runVisits(browser, site, own);
      return { actions, sent: site.sent, ids: actions.map(({ id }) => id) };
    } finally {
      await browser.close();
    }
  });
  return { actions: result.actions, sent: result.sent, faults, wrong };
}

async function kill(random: () => number): Promise<Visits["killed"]> {
  const { result, wrong } = await withSite((site) => killBrowsers(site, KILLS, random));
  const { ids: _, ...killed } = result;
  return { ...killed, ...wrong };
}

function judge(own: readonly Visit[], actions: readonly Action[], sent: readonly Sent[]): Omit<ModelResult, "visits"> {
  const arrived = new Map<string, number>();
  const perView = new Map<string, number>();
  for (const [index, { pages }] of own.entries()) for (const page of pages.keys()) perView.set(`${index} ${page}`, 0);
  for (const { visit, page, at, actions: ids, isCounted } of sent) {
    const view = `${visit} ${page}`;
    if (perView.has(view)) perView.set(view, perView.get(view)! + 1);
    if (isCounted) for (const id of ids) if (!arrived.has(id)) arrived.set(id, at);
  }
  const delays = actions.map(({ id, at }) => arrived.get(id)! - at).toSorted((a, b) => a - b);
  return {
    pageViews: own.reduce((sum, { pages }) => sum + pages.length, 0),
    actions: actions.length,
    requests: sent.length,
    again: sent.filter(({ isDuplicate }) => isDuplicate).length,
    perView: [...perView.values()],
    late: delays.filter((ms) => ms > LATE_MS).length,
    p50Ms: delays[Math.floor(delays.length * 0.5)]!,
    p95Ms: delays[Math.floor(delays.length * 0.95)]!,
    worstMs: delays.at(-1)!,
  };
}

/** What the objects of a stopped Worker hold, by DOM id: read from their databases, past all code that could be wrong in the same way. */
function readCounts(folder: string): Map<string, number> {
  const rows = selectFrom<{ domId: string; count: number }>(
    folder,
    "journal",
    `SELECT dom_id AS domId, sum(value ->> 1) AS count FROM journal, json_each(pings)
       JOIN name ON name.id = value ->> 0 GROUP BY dom_id`,
  );
  const counts = new Map<string, number>();
  for (const { domId, count } of rows) counts.set(domId, (counts.get(domId) ?? 0) + count);
  return counts;
}
