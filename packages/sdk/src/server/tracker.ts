import { parseLabels, readPing, type Ping, type PingInput } from "../protocol/labels.ts";
import type { Problem } from "../protocol/result.ts";
import { formatStatsQuery, type StatRow, type StatsQuery } from "../protocol/stats.ts";
import { cutBatches, type CutOptions } from "./cut-batches.ts";
import { PING_EXTRA_CHARS, SEAL_AFTER_MS, SEAL_AT_CHARS } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { readJson, type Statistics, type StatisticsQuery } from "./statistics.ts";

export interface TrackerOptions {
  /** Where the Worker is served, with its base path, such as `https://tracker.example.com`. */
  endpoint: string;
  /** The Worker's `ADMIN_TOKEN`. Without it a server is taken for a bot, may not name a site, and may not read. */
  token?: string;
  /** The hostname that the pings belong to, where the Worker counts several sites. */
  site?: string;
  /** Told about actions that are not counted, why, and how many. Default: a warning in the console, once for each code. */
  onDrop?: (problem: Problem, count: number) => void;
}

/**
 * Counts what happens on a server: in Node 20 and later, Deno, Bun and Workers.
 *
 * Pings are merged and sent in batches, each until the Worker has answered for it, and each counted once. To be made once
 * and closed before the process ends.
 *
 * @example
 * const tracker = new Tracker({ endpoint: "https://tracker.example.com", token: process.env.TRACKER_TOKEN });
 * tracker.incrLabels("signup:accounts|newsletter");
 * process.on("SIGTERM", () => tracker.close().then(() => process.exit()));
 */
export class Tracker {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #onDrop: NonNullable<TrackerOptions["onDrop"]>;
  readonly #cutOptions: CutOptions;
  readonly #outbox: Outbox;
  /** Pings that no batch holds yet, by their parts: equal ones are one entry. */
  readonly #queue = new Map<string, Ping>();
  /** About what they take as JSON. */
  #chars = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #dropped = 0;

  /** @throws TypeError when `endpoint` is not a URL. */
  constructor({ endpoint, token, site, onDrop = warnOncePerCode() }: TrackerOptions) {
    this.#base = new URL(endpoint).href.replace(/\/*$/, "");
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#onDrop = onDrop;
    this.#cutOptions = { site, isTrusted: token !== undefined };
    this.#outbox = new Outbox({
      url: `${this.#base}/track/`,
      headers: { "content-type": "application/json", ...this.#headers },
      site,
      onDrop: (problem, count) => this.#drop(problem, count),
    });
  }

  /** How many actions will not be counted. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Counts each ping of a labels string once. Never throws and never waits; a wrong ping costs none beside it.
   *
   * @example tracker.incrLabels("signup:accounts|newsletter");
   */
  incrLabels(labels: string): void {
    if (typeof labels != "string") return this.#drop({ code: "bad_type", message: "labels is not text" }, 1);
    const { pings, rejected } = parseLabels(labels);
    for (const ping of pings) this.#add(ping);
    for (const { code, message } of rejected) this.#drop({ code, message }, 1);
  }

  /**
   * Counts an action, of which any text can be a part. Never throws and never waits.
   *
   * @param times A whole number from 1 to 1,000.
   * @example tracker.incr({ label: "order", category: "shop" }, 3);
   */
  incr(ping: Omit<PingInput, "count">, times = 1): void {
    let parts: unknown[];
    try {
      parts = [ping.label, ping.category, ping.domId];
    } catch {
      return this.#drop({ code: "bad_type", message: "the ping is not an object that can be read" }, 1);
    }
    const result = readPing(parts, times);
    if (result.ok) this.#add(result.value);
    else this.#drop(result, 1);
  }

  /** Sends now. Resolves when all is answered, or kept for a later try because it could not be sent. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#seal();
    return this.#outbox.send();
  }

  /**
   * Sends what is left, at once and again after short pauses, and takes no more. What the Worker has not answered for in time
   * is reported as dropped and not sent again. Only the batch that was under way then may have counted all the same.
   *
   * @param options.withinMs How long that may take, default 10 seconds.
   */
  async close({ withinMs = 10_000 }: { withinMs?: number } = {}): Promise<void> {
    this.#isClosed = true;
    const deadline = Date.now() + withinMs;
    let alarm: ReturnType<typeof setTimeout> | undefined;
    const timeIsUp = new Promise<void>((resolve) => (alarm = setTimeout(resolve, withinMs)));
    this.#outbox.hurry();
    await Promise.race([this.flush(), timeIsUp]);
    while (!this.#outbox.isEmpty && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await Promise.race([this.flush(), timeIsUp]);
    }
    clearTimeout(alarm);
    this.#outbox.abandon({ code: "closed", message: `not answered within ${withinMs} ms` });
  }

  /**
   * The counts of DOM ids, as `/get_stats/` gives them.
   *
   * @throws StatisticsError when the Worker refuses.
   * @example await tracker.stats({ domIds: ["cta", "footer"], from: "2026-11-01" });
   */
  stats(query: StatsQuery): Promise<StatRow[]> {
    return readJson(`${this.#base}/get_stats/?${formatStatsQuery(query)}`, this.#headers);
  }

  /**
   * A page of the statistics, filtered, sorted and summed, as `/api/statistics` gives them.
   *
   * @throws StatisticsError when the Worker refuses.
   * @example await tracker.statistics({ group: "label", from: "2026-11-01", limit: 10 });
   */
  statistics(query: StatisticsQuery = {}): Promise<Statistics> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, `${value}`);
    return readJson(`${this.#base}/api/statistics?${parameters}`, this.#headers);
  }

  #add(ping: Ping): void {
    if (this.#isClosed) return this.#drop({ code: "closed", message: "the tracker is closed" }, ping.count);
    // No part holds a control character, so the key is unambiguous.
    const key = `${ping.label}\n${ping.category}\n${ping.domId}`;
    const known = this.#queue.get(key);
    if (known) known.count += ping.count;
    else {
      this.#queue.set(key, ping);
      this.#chars += key.length + PING_EXTRA_CHARS;
    }
    if (this.#chars > SEAL_AT_CHARS) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), SEAL_AFTER_MS);
  }

  #seal(): void {
    for (const pings of cutBatches(this.#queue.values(), this.#cutOptions)) this.#outbox.seal(pings);
    this.#queue.clear();
    this.#chars = 0;
  }

  #drop({ code, message }: Problem, count: number): void {
    this.#dropped += count;
    try {
      this.#onDrop({ code, message }, count);
    } catch {
      // Counting must not break what is counted.
    }
  }
}

function warnOncePerCode(): NonNullable<TrackerOptions["onDrop"]> {
  const said = new Set<string>();
  return ({ code, message }, count) => {
    // oxlint-disable-next-line no-console -- a server's log is where this belongs
    if (!said.has(code)) console.warn(`tracker: ${count} not counted, ${code}: ${message}`);
    said.add(code);
  };
}
