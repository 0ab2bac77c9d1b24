// What may move an element without changing the document. Capturing listeners hear them from everywhere in a tree.
const MOVING = [
  "scroll",
  "resize",
  "transitionrun",
  "animationstart",
  "load",
  "toggle",
  "input",
  "pointerover",
  "focusin",
];
/** How long the frames go on after the last movement. */
const SETTLE_MS = 300;
/** How often a page that seems at rest is looked at, for movements that no event announces. */
const REST_MS = 400;

/** Follows a page. */
export interface Follower {
  /** Listens in these trees too. */
  watch(trees: readonly ParentNode[]): void;
  stop(): void;
}

/**
 * Calls `place` on every frame while the page moves (as `place` itself tells) and now and then while it rests, and
 * `onChange` before that when elements or ids came or went.
 */
export function follow(place: () => boolean, onChange: () => void): Follower {
  const stopped = new AbortController();
  const watched = new WeakSet<ParentNode>();
  let changed = false;
  let frame = 0;
  let movingUntil = 0;

  function onFrame(now: number): void {
    frame = 0;
    if (changed) onChange();
    changed = false;
    if (place()) movingUntil = now + SETTLE_MS;
    if (now < movingUntil) look();
  }

  function look(): void {
    frame ||= requestAnimationFrame(onFrame);
  }

  function onMove(): void {
    movingUntil = performance.now() + SETTLE_MS;
    look();
  }

  const mutations = new MutationObserver((records) => {
    changed ||= records.some(
      ({ type, attributeName }) => type === "childList" || attributeName === "id" || attributeName === "data-track",
    );
    onMove();
  });

  function watch(trees: readonly ParentNode[]): void {
    for (const tree of trees) {
      if (watched.has(tree)) continue;
      watched.add(tree);
      mutations.observe(tree, { subtree: true, childList: true, characterData: true, attributes: true });
      for (const type of MOVING) {
        tree.addEventListener(type, onMove, { capture: true, passive: true, signal: stopped.signal });
      }
    }
  }

  addEventListener("resize", onMove, { signal: stopped.signal });
  const resting = setInterval(look, REST_MS);
  return {
    watch,
    stop() {
      stopped.abort();
      mutations.disconnect();
      clearInterval(resting);
      cancelAnimationFrame(frame);
    },
  };
}
