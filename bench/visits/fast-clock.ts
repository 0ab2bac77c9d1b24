/**
 * A page's clock, sped up: what a page does in half an hour happens as fast as the machine can do it.
 *
 * Runs in the page, before any script of it. `Date`, `setTimeout` and `setInterval` follow a clock that only `advance()` moves. Before it
 * moves on to the next timer, whatever was asked of the network is answered; an answer takes LATENCY_MS of this clock. All else is the
 * browser's own: storage, `fetch` with `keepalive`, what happens when a page is left.
 */
export interface FastClock {
  now(): number;
  /** Lets so much time pass, with all that it brings. */
  advance(ms: number): Promise<void>;
  /** Hides the page, as a phone does that is locked: what it sends goes on its way, and no timer runs for so long. Then it is seen again. */
  hide(ms: number): Promise<void>;
}

/** The page's address says what its clock shows when it starts, and whose visit this is. */
export function installFastClock(): void {
  const LATENCY_MS = 80;
  const parameters = new URLSearchParams(location.search);
  const started = Number(parameters.get("now"));
  if (!started) return;
  const native = { fetch: fetch.bind(window), Date };
  const timers = new Map<number, { at: number; everyMs?: number; run: () => void }>();
  let now = started;
  let lastTimer = 0;
  const underWay = new Set<object>();

  class FastDate extends native.Date {
    constructor(...values: []) {
      if (values.length == 0) super(now);
      else super(...values);
    }
    static override now(): number {
      return Math.floor(now);
    }
  }
  const add = (run: () => void, ms: unknown, everyMs?: number): number => {
    timers.set(++lastTimer, { at: now + Math.max(Number(ms) || 0, 0), run, ...(everyMs && { everyMs }) });
    return lastTimer;
  };
  const remove = (id: number): void => void timers.delete(id);
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.addEventListener("message", () => waiting.shift()!());
  channel.port1.start();
  /** Lets the browser do what is due; unlike its `setTimeout` without a pause. */
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(0);
    });
  // A browser without a screen hides no page, so the page is told.
  const show = (state: DocumentVisibilityState, then: string): void => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state == "hidden", configurable: true });
    for (const type of ["visibilitychange", then]) document.dispatchEvent(new Event(type, { bubbles: true }));
  };
  const clock: FastClock = {
    now: () => now,
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        // What was asked of the network comes first: a machine that is slow must not look like a server that is.
        do {
          await turn();
          await turn();
        } while (underWay.size > 0);
        let next: [number, { at: number; everyMs?: number; run: () => void }] | undefined;
        for (const entry of timers) if (entry[1].at <= end && !(next && next[1].at <= entry[1].at)) next = entry;
        if (!next) break;
        const [id, timer] = next;
        now = Math.max(now, timer.at);
        if (timer.everyMs) timer.at = now + timer.everyMs;
        else timers.delete(id);
        timer.run();
      }
      now = end;
    },
    async hide(ms) {
      show("hidden", "freeze");
      do await turn();
      while (underWay.size > 0);
      now += ms;
      show("visible", "resume");
    },
  };
  const fastFetch: typeof fetch = async (input, init) => {
    if (init?.method != "POST") return native.fetch(input, init);
    const url = new URL(input as string);
    url.search = new URLSearchParams({
      visit: parameters.get("visit")!,
      page: parameters.get("page")!,
      now: String(now),
    }).toString();
    const request = {};
    underWay.add(request);
    try {
      const response = await native.fetch(url, init);
      const body = await response.arrayBuffer();
      return new Response(body, { status: response.status, headers: response.headers });
    } finally {
      await new Promise<void>((resolve) => {
        add(resolve, LATENCY_MS);
        underWay.delete(request);
      });
    }
  };
  performance.now = () => now - started;
  Object.assign(window, {
    fastClock: clock,
    Date: FastDate,
    setTimeout: (run: () => void, ms?: number) => add(run, ms),
    setInterval: (run: () => void, ms = 1) => add(run, ms, Math.max(ms, 1)),
    clearTimeout: remove,
    clearInterval: remove,
    fetch: fastFetch,
  });
}
