import { makeRandom } from "../../../../test/support/random.ts";
import type { LoadClient } from "./client.ts";
import { judge, type Tracked, type Verdict } from "./judge.ts";
import { Page } from "./page.ts";
import { World, type Fault, type Loading } from "./world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-11-24T00:00:00Z");
const STEPS = 40;
/** Longer than what is tracked waits in memory. */
const FOLDED_AFTER_MS = 2 * SECOND;

/** How often each step happened, over all histories. */
export type Tally = Record<string, number>;

/** A visitor's random history with several tabs, from its seed. In the end all is well, and what was counted is judged. */
export async function runHistory(seed: number, load: LoadClient, tally: Tally = {}): Promise<Verdict> {
  return new History(seed, load, tally).run();
}

class History {
  readonly #random: () => number;
  readonly #world: World;
  readonly #load: LoadClient;
  readonly #tally: Tally;
  readonly #pages: Page[] = [];
  readonly #tracked: Tracked[] = [];
  readonly #hasStorage: boolean;
  #isAllowed = true;
  /** From here on the second file is there for new pages: what is left has its chance. */
  #isEnding = false;

  constructor(seed: number, load: LoadClient, tally: Tally) {
    this.#random = makeRandom(seed);
    this.#load = load;
    this.#tally = tally;
    this.#world = new World(this.#random, START + Math.round(this.#random() * 24 * HOUR));
    this.#hasStorage = this.#chance(0.9);
    if (this.#chance(0.3)) this.#world.skew = this.#pickSkew();
  }

  async run(): Promise<Verdict> {
    await this.#openTab();
    for (let step = 0; step < STEPS; step++) {
      const [name, run] = this.#pickStep();
      this.#tally[name] = (this.#tally[name] ?? 0) + 1;
      await run();
    }
    await this.#endWell();
    return judge({ world: this.#world, tracked: this.#tracked, hasStorage: this.#hasStorage });
  }

  #pickStep(): [string, () => void | Promise<void>] {
    const steps: [weight: number, name: string, run: () => void | Promise<void>][] = [
      [14, "actions", () => this.#track()],
      [12, "some time", () => this.#pass(this.#pick([200, 1_100, 5 * SECOND, 20 * SECOND]))],
      [5, "a minute or two", () => this.#pass(this.#pick([61, 90, 125, 250]) * SECOND)],
      [1, "hours on the page", () => this.#pass(this.#pick([1, 5, 13]) * HOUR)],
      [2, "sleep", () => this.#world.sleep(this.#pick([0.05, 1, 9, 30, 60]) * HOUR)],
      [3, "tab opened", () => this.#openTab()],
      [3, "page left", () => this.#onPage((page) => this.#leave(page))],
      [2, "page killed", () => this.#onPage((page) => page.kill())],
      [2, "tab hidden or shown", () => this.#onPage((page) => page.setHidden(!page.isHidden))],
      [2, "back/forward cache", () => this.#onPage((page) => (page.isCached ? page.restore() : page.cache()))],
      [2, "path changed", () => this.#onPage((page) => page.goTo(`/${this.#random()}`))],
      [2, "flush()", () => this.#onPage((page) => void page.client.flush())],
      [5, "network changes", () => this.#changeNetwork()],
      [2, "clock set", () => this.#setClock()],
      [1, "storage full or not", () => this.#fillStorage()],
      [1, "optOut or optIn", () => this.#onPage((page) => this.#choose(page))],
    ];
    let rest = this.#random() * steps.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, run] of steps) if ((rest -= weight) < 0) return [name, run];
    throw new Error("no step");
  }

  async #openTab(): Promise<void> {
    if (this.#alive().length >= 3) return;
    const storage = this.#hasStorage ? this.#world.stored : {};
    this.#pages.push(new Page(this.#world, this.#load, storage, this.#isEnding ? "soon" : this.#pickLoading()));
    await this.#pass(0);
  }

  #track(): void {
    this.#onPage((page) => {
      if (page.isCached) return;
      for (let count = 1 + this.#random() * 3; count > 0; count--) {
        const label = `ping ${this.#tracked.length}`;
        const times = 1 + Math.floor(this.#random() * 3);
        for (let time = 0; time < times; time++) page.client.track(label);
        this.#tracked.push({
          label,
          times,
          at: this.#world.now,
          page,
          isClockKnown: page.knownSkew === this.#world.skew,
          isAllowed: this.#isAllowed,
          hadFullStorage: this.#world.isStorageFull,
          missedNo: false,
        });
      }
    });
  }

  #leave(page: Page): void {
    page.close();
    // Most often, to another page of the same site.
    if (this.#chance(0.7)) void this.#openTab();
  }

  #setClock(): void {
    this.#world.skew = this.#chance(0.5) ? 0 : this.#pickSkew();
    // What is not folded yet is dated by the new clock.
    for (const ping of this.#tracked) {
      if (this.#world.awakeMs(ping.at, this.#world.now) < FOLDED_AFTER_MS) ping.isClockKnown = false;
    }
  }

  #fillStorage(): void {
    this.#world.isStorageFull = !this.#world.isStorageFull;
    for (const ping of this.#tracked) if (ping.page.isAlive) ping.hadFullStorage = true;
  }

  #choose(page: Page): void {
    // Where nothing can be stored, a choice is the one page's alone.
    if (!this.#hasStorage || this.#world.isStorageFull || page.isCached) return;
    this.#isAllowed = !this.#isAllowed;
    this.#world.choices++;
    void (this.#isAllowed ? page.client.optIn() : page.client.optOut());
    if (!this.#isAllowed) {
      const isMissed = this.#pages.some(({ isAlive, isCached }) => isAlive && isCached);
      for (const ping of this.#tracked) {
        ping.refusedAt ??= this.#world.now;
        ping.missedNo ||= isMissed;
      }
    }
    const [before, now] = this.#isAllowed ? ["out", "in"] : ["in", "out"];
    for (const other of this.#alive()) {
      if (other === page || other.isCached) continue;
      other.dispatch("storage", { key: "@tracker/sdk choice", oldValue: before, newValue: null });
      other.dispatch("storage", { key: "@tracker/sdk choice", oldValue: null, newValue: now });
    }
  }

  #changeNetwork(): void {
    const faults: Fault[] = [
      "request lost",
      "answer lost",
      "never answered",
      "foreign 403",
      "foreign 200",
      "503",
      "429",
    ];
    const one = this.#pick(faults);
    this.#world.fault = this.#pick<() => Fault>([
      () => "none",
      () => "none",
      () => one,
      () => this.#pick([...faults, "none", "none", "none"]),
    ]);
  }

  /** All faults end, all pages are left, and one more is opened, for as long as it takes. */
  async #endWell(): Promise<void> {
    const world = this.#world;
    this.#isEnding = true;
    world.fault = () => "none";
    world.isStorageFull = false;
    for (const page of this.#alive()) if (page.isCached) page.restore();
    // Where a choice is open, nothing would be sent.
    if (!this.#isAllowed) this.#choose(this.#alive()[0] ?? (await this.#lastPage()));
    await this.#pass(20 * MINUTE);
    for (const page of this.#alive()) page.close();
    await this.#pass(MINUTE);
    await this.#lastPage();
    await this.#pass(20 * MINUTE);
  }

  async #lastPage(): Promise<Page> {
    await this.#openTab();
    return this.#pages.at(-1)!;
  }

  async #pass(ms: number): Promise<void> {
    await this.#world.pass(ms);
  }

  #onPage(act: (page: Page) => void): void {
    const alive = this.#alive();
    if (alive.length > 0) act(this.#pick(alive));
  }

  #alive(): Page[] {
    return this.#pages.filter(({ isAlive }) => isAlive);
  }

  #pickLoading(): Loading {
    return this.#pick(["soon", "soon", "soon", "late", "sometimes", "never"]);
  }

  #pickSkew(): number {
    return (this.#chance(0.5) ? 1 : -1) * this.#pick([4 * MINUTE, HOUR, 26 * HOUR, 70 * HOUR]);
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  #chance(part: number): boolean {
    return this.#random() < part;
  }
}
