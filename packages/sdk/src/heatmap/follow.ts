// Events that move elements without changing the document. A capturing listener hears them from the whole tree.
const MOVING = ["scroll", "transitionrun"];
/** How long every frame is looked at after the last movement. */
const SETTLE_MS = 300;
/** How often a resting page is checked for new elements and for movements that no event announces. */
const REST_MS = 400;

/** Follows a page. */
export interface Follower {
  /** Listens in another tree than the document. */
  watch(tree: ParentNode): void;
  stop(): void;
}

/**
 * Calls `place` on every frame while the page moves (as `place` itself tells) and now and then while it rests, and
 * `onChange` some time after the document changed.
 */
export function follow(place: () => boolean, onChange: () => void): Follower {
  const stopped = new AbortController();
  const listening = { capture: true, signal: stopped.signal };
  let changed = false;
  let frame = 0;
  let movingUntil = 0;

  function schedule(): void {
    frame ||= requestAnimationFrame((now) => {
      frame = 0;
      if (place()) movingUntil = now + SETTLE_MS;
      if (now < movingUntil) schedule();
    });
  }

  function onMove(): void {
    movingUntil = performance.now() + SETTLE_MS;
    schedule();
  }

  const mutations = new MutationObserver(() => {
    changed = true;
    onMove();
  });
  const resting = setInterval(() => {
    if (changed) onChange();
    changed = false;
    schedule();
  }, REST_MS);
  addEventListener("resize", onMove, listening);

  function watch(tree: ParentNode): void {
    mutations.observe(tree, { subtree: true, childList: true, attributes: true });
    for (const type of MOVING) tree.addEventListener(type, onMove, listening);
  }

  watch(document);
  return {
    watch,
    stop() {
      stopped.abort();
      mutations.disconnect();
      clearInterval(resting);
    },
  };
}
