import type { Client, LoadClient } from "./client.ts";
import type { Loading, World } from "./world.ts";

/** How long timers of a page in the background may be late. */
const THROTTLED_MS = 60_000;

/** A tab that shows one document, with the client's real code in it. */
export class Page {
  readonly client: Client;
  readonly warnings: string[] = [];
  /** False once it is closed, killed, or gone for another document. */
  isAlive = true;
  isKilled = false;
  isHidden = false;
  /** In the back/forward cache: nothing of it runs. */
  isCached = false;
  /** When it was gone for good, true time. */
  goneAt: number | undefined;
  /** How far ahead the page takes the visitor's clock to be; `undefined` where that is not sure. */
  knownSkew: number | undefined;
  #hasRecovery = false;
  readonly #loading: Loading;
  readonly #world: World;
  readonly #location = { pathname: "/" };
  readonly #listeners: [type: string, listener: (event: object) => void][] = [];
  readonly #timers = new Set<number>();
  /** What became due in the back/forward cache. */
  readonly #held: (() => void)[] = [];
  #lastTimer = 0;

  constructor(world: World, load: LoadClient, localStorage: Record<string, string>, loading: Loading) {
    this.#world = world;
    this.#loading = loading;
    const { random } = world;
    this.knownSkew = -(Number(localStorage["@tracker/sdk clock"]) || 0);
    this.client = load({
      window: {},
      document: Object.defineProperty({}, "visibilityState", { get: () => (this.isHidden ? "hidden" : "visible") }),
      location: this.#location,
      localStorage,
      navigator: { webdriver: false },
      console: { warn: (...words) => void this.warnings.push(words.map(String).join(" ")) },
      crypto: { getRandomValues: (array) => array.map(() => Math.floor(random() * 256)) },
      Date: { now: () => world.deviceNow() },
      Math: Object.create(Math, { random: { value: random } }) as Math,
      fetch: (_, { body }) => this.#fetch(body),
      setTimeout: (run, ms, ...values) => this.#setTimeout(() => run(...values), ms),
      queueMicrotask: (run) => queueMicrotask(() => void (this.isAlive && run())),
      clearTimeout: (id) => void this.#timers.delete(id ?? 0),
      addEventListener: (type, listener) => void this.#listeners.push([type, listener]),
    });
    this.client.start({ endpoint: "https://t.example" }, () => this.#loadRecovery());
  }

  dispatch(type: string, event = {}): void {
    for (const [known, listener] of this.#listeners) if (known == type && this.isAlive) listener(event);
  }

  goTo(pathname: string): void {
    this.#location.pathname = pathname;
  }

  /** The visitor goes to another tab, or comes back. */
  setHidden(isHidden: boolean): void {
    this.isHidden = isHidden;
    this.dispatch("visibilitychange");
  }

  /** Its document is left, into the back/forward cache. */
  cache(): void {
    this.dispatch("pagehide");
    this.setHidden(true);
    this.isCached = true;
  }

  restore(): void {
    this.isCached = false;
    this.dispatch("pageshow");
    this.setHidden(false);
    for (const run of this.#held.splice(0)) this.#world.schedule(0, () => this.#run(run));
  }

  close(): void {
    this.dispatch("pagehide");
    this.setHidden(true);
    this.#end();
  }

  /** Its process ends, as by SIGKILL. What it has sent goes on. */
  kill(): void {
    this.isKilled = true;
    this.#end();
  }

  #end(): void {
    this.isAlive = false;
    this.goneAt = this.#world.now;
  }

  #setTimeout(run: () => void, ms: number): number {
    const id = ++this.#lastTimer;
    this.#timers.add(id);
    const lateMs = this.isHidden ? this.#world.random() * THROTTLED_MS : this.#world.random() * 50;
    this.#world.schedule(ms + lateMs, () => this.#run(() => this.#timers.delete(id) && run()));
    return id;
  }

  #run(run: () => void): void {
    if (!this.isAlive) return;
    if (this.isCached) this.#held.push(run);
    else run();
  }

  /** Loads the second file: soon, late, or not at all. */
  #loadRecovery(): Promise<Client["recovery"]> {
    return new Promise((resolve, reject) => {
      const ms = this.#hasRecovery ? 0 : this.#world.loadingMs(this.#loading);
      const isMissing = ms === undefined;
      this.#world.schedule(ms ?? 100, () =>
        this.#run(() => {
          if (isMissing) return reject(new TypeError("Failed to fetch dynamically imported module"));
          this.#hasRecovery = true;
          resolve(this.client.recovery);
        }),
      );
    });
  }

  /** An answer says how wrong the clock is. The first file only sees whether it is as wrong as it believes; the second learns. */
  #hear(skew: number | undefined): void {
    if (this.#hasRecovery) this.knownSkew = skew;
    else if (this.knownSkew !== skew) this.knownSkew = undefined;
  }

  #fetch(body: string): Promise<unknown> {
    const world = this.#world;
    const { skew, choices, now } = world;
    return new Promise((resolve, reject) => {
      void world.request(body).then((answer) =>
        this.#run(() => {
          if (!answer) return reject(new TypeError("Failed to fetch"));
          const { status, retryAfter = null, json } = answer;
          // A clock that was set on the way, or an answer after a sleep, tells little.
          const isHeard = json && status < 500 && status != 429 && choices == world.choices;
          const isExact = skew == world.skew && world.awakeMs(now, world.now) == world.now - now;
          if (isHeard) this.#hear(isExact ? skew : undefined);
          const readJson = (): Promise<object> => (json ? Promise.resolve(json) : Promise.reject(new SyntaxError("<")));
          resolve({ status, headers: { get: () => retryAfter }, json: readJson });
        }),
      );
    });
  }
}
