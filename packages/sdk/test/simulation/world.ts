import { Server, type Answer } from "./server.ts";

/** What happens to a request. */
export type Fault =
  | "none"
  | "request lost"
  | "answer lost"
  | "never answered"
  | "foreign 403"
  | "foreign 200"
  | "503"
  | "429";

/** How a page gets the client's second file. */
export type Loading = "soon" | "late" | "never" | "sometimes";

interface Scheduled {
  at: number;
  order: number;
  run: () => void;
}

/** Time, the network and the server, and what a visitor's browser keeps. Nothing here is real, all of it is exact. */
export class World {
  readonly random: () => number;
  readonly server = new Server();
  /** True time, ms since epoch. */
  now: number;
  /** How far the visitor's clock is ahead. */
  skew = 0;
  fault: () => Fault = () => "none";
  isStorageFull = false;
  /** Counts the visitor's choices: what was on its way before one is not heard of after it. */
  choices = 0;
  readonly sleeps: [from: number, to: number][] = [];
  /** What `localStorage` holds, for all tabs. */
  readonly stored: Record<string, string>;
  readonly #queue: Scheduled[] = [];
  #order = 0;

  constructor(random: () => number, start: number) {
    this.random = random;
    this.now = start;
    this.stored = new Proxy<Record<string, string>>(
      {},
      {
        set: (target, key, value) => {
          const before = (target[key as string] ?? "").length;
          if (this.isStorageFull && String(value).length > before) throw new Error("QuotaExceededError");
          return Reflect.set(target, key, value);
        },
      },
    );
  }

  /** The visitor's clock. */
  deviceNow(): number {
    return this.now + this.skew;
  }

  /** How long the computer was awake between two moments. */
  awakeMs(from: number, to: number): number {
    const asleep = this.sleeps.map(([start, end]) => Math.max(0, Math.min(end, to) - Math.max(start, from)));
    return to - from - asleep.reduce((sum, ms) => sum + ms, 0);
  }

  schedule(afterMs: number, run: () => void): void {
    this.#queue.push({ at: this.now + Math.max(0, Math.round(afterMs)), order: this.#order++, run });
  }

  /** How long the second file takes to load; `undefined` where it cannot be had. */
  loadingMs(loading: Loading): number | undefined {
    switch (loading) {
      case "soon":
        return 5 + this.random() * 400;
      case "late":
        return this.random() * 300_000;
      case "sometimes":
        return this.random() < 0.5 ? undefined : this.random() * 2_000;
      case "never":
        return undefined;
    }
  }

  /** Lets time pass, and all happen that is due. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let next = this.#takeNext(end); next; next = this.#takeNext(end)) {
      this.now = next.at;
      next.run();
      await settle();
    }
    this.now = end;
  }

  /** The computer sleeps: time passes, timers do not. */
  sleep(ms: number): void {
    this.sleeps.push([this.now, this.now + ms]);
    this.now += ms;
    for (const scheduled of this.#queue) scheduled.at += ms;
  }

  /** Carries a request to the server, and its answer back. Resolves to `undefined` where the connection breaks. */
  request(body: string): Promise<Answer | undefined> {
    const fault = this.fault();
    const latency = (): number => 20 + this.random() * 400;
    return new Promise((resolve) => {
      this.schedule(latency(), () => {
        const answer = this.#answer(fault, body);
        if (fault != "never answered") this.schedule(latency(), () => resolve(answer));
      });
    });
  }

  #answer(fault: Fault, body: string): Answer | undefined {
    switch (fault) {
      case "request lost":
        return undefined;
      case "foreign 403":
        return { status: 403 };
      case "foreign 200":
        return { status: 200 };
      case "503":
      case "429":
        return {
          status: Number(fault),
          retryAfter: "3",
          json: { error: { code: "busy", message: "" }, now: this.now },
        };
      case "answer lost":
        this.server.receive(body, this.now);
        return undefined;
      case "none":
      case "never answered":
        return this.server.receive(body, this.now);
    }
  }

  #takeNext(end: number): Scheduled | undefined {
    let first = 0;
    for (let index = 1; index < this.#queue.length; index++) {
      const [a, b] = [this.#queue[index]!, this.#queue[first]!];
      if (a.at < b.at || (a.at == b.at && a.order < b.order)) first = index;
    }
    const next = this.#queue[first];
    return next && next.at <= end ? this.#queue.splice(first, 1)[0] : undefined;
  }
}

/** Lets all promises that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
