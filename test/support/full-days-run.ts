import { cpSync, globSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { encodeBatch, makeBatchId } from "../../packages/sdk/src/protocol.ts";
import { bundleWorker, useWorker } from "./worker.ts";

export interface FullDaysFigures {
  /** Characters of the names of each of the three days. */
  chars: number;
  /** Actions of the three days, and what D1 had in the end. */
  counted: number;
  flushed: number;
  /** What was asked for, and how long it took. */
  seconds: Record<string, number>;
}

const TOKEN = "full days, a long token";
const HOUR_MS = 3_600_000;
const SITES = Array.from({ length: 60 }, (_, index) => `s${String(index).padStart(2, "0")}.example`);
// The longest there are, and two bytes a character in memory: an object's names are then as large as they may become.
const NAMES = 15_000;
const ASKED: Record<string, string> = {
  overview: "/dashboard/",
  list: "/dashboard/statistics?sort=counter",
  export: "/api/export",
  "heat map": "/get_stats/?dom_ids=d&days=3&site=s07.example",
  health: "/dashboard/health",
  flush: "/report/",
};

/**
 * Fills three open days with as many names as they can hold, none of it flushed, and asks for each thing that reads them all.
 *
 * @param heapMb What Worker and objects may take together: they share an isolate, as they may on Cloudflare. Beyond it workerd ends.
 * @throws when something was not answered.
 */
export async function runFullDays(heapMb: number): Promise<FullDaysFigures> {
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] = `--max-heap-size=${heapMb}`;
  const bundle = await bundleWorker();
  const settings = { ADMIN_TOKEN: TOKEN, SITES: SITES.join(" "), MAX_LABELS_PER_DAY: "100000" };
  const full = mkdtempSync(join(tmpdir(), "full-days-"));
  const headers = { authorization: `Bearer ${TOKEN}` };
  await useWorker(bundle, full, settings, async (_, url) => {
    for (const hours of [0, 24, 47.9]) {
      const ping = { label: "first", category: "", domId: "d", count: 1 };
      const body = encodeBatch({
        id: makeBatchId(),
        at: Date.now() - hours * HOUR_MS,
        site: "s07.example",
        pings: [ping],
      });
      const answer = await fetch(`${url}/track/`, { method: "POST", body, headers });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    }
  });
  const chars = fill(full);
  const seconds: Record<string, number> = {};
  let flushed = 0;
  for (const [name, path] of Object.entries(ASKED)) {
    const folder = mkdtempSync(join(tmpdir(), "full-days-"));
    cpSync(full, folder, { recursive: true });
    await useWorker(bundle, folder, settings, async (_, url) => {
      const ask = async (path: string): Promise<string> => {
        const answer = await fetch(url + path, { headers });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
        return text;
      };
      // All three objects are there, with all they hold.
      await ask("/healthz");
      const start = performance.now();
      await ask(path);
      seconds[name] = Math.round((performance.now() - start) / 100) / 10;
      if (name === "flush") {
        const { points } = JSON.parse(await ask("/api/timeseries")) as { points: { counter: number }[] };
        flushed = points.reduce((sum, { counter }) => sum + counter, 0);
      }
    });
  }
  return { chars, counted: 3 * (1 + NAMES), flushed, seconds };
}

/** Puts names, and a row that counts each once, into the three objects of a stopped Worker. */
function fill(folder: string): number {
  const files = globSync(join(folder, "do/tracker-DayCounter/*.sqlite")).filter(
    (file) => !file.endsWith("metadata.sqlite"),
  );
  let chars = 0;
  for (const file of files) {
    const database = new DatabaseSync(file);
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'name'").get()) {
      const insert = database.prepare("INSERT INTO name VALUES (?, ?, ?, ?, ?)");
      database.exec("BEGIN");
      chars = 0;
      for (let id = 2; id < NAMES + 2; id++) {
        const site = SITES[id % SITES.length]!;
        const name = [String(id).padStart(250, "註"), "冊".repeat(100), "鈕".repeat(250)] as const;
        insert.run(id, site, ...name);
        chars += site.length + name.join("").length;
      }
      const pings = Array.from({ length: NAMES }, (_, index) => [index + 2, 1]);
      database.prepare("INSERT INTO journal VALUES (2, ?, ?, ?)").run(Date.now(), makeBatchId(), JSON.stringify(pings));
      database.exec("COMMIT");
    }
    database.close();
  }
  return chars;
}
