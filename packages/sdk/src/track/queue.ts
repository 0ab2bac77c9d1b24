import { isPing, joinParts } from "../protocol/labels.ts";
import { mayCount } from "./choice.ts";
import { FOLD_AFTER_MS, OPEN_MS } from "./limits.ts";
import { addToOpenBatch, freezeOpenBatch, openBatch, storeOpenBatch } from "./open-batch.ts";
import { options } from "./options.ts";
import { url } from "./outbox.ts";
import { sendAll } from "./send.ts";
import { addPing, makeTally } from "./tally.ts";
import { guard, warn } from "./warn.ts";

// From track() to the server, in three steps:
//
// 1. A ping is queued. Nothing else happens in the click's own task.
// 2. A second later the queue is folded into the open batch, which is stored.
// 3. The open batch is frozen and sent: the first of a page view at once; later ones after a minute, when they are full,
//    when the page is hidden or left, when its path changes, and by flush().

let queue = makeTally();
let foldTimer: ReturnType<typeof setTimeout> | undefined;
let sendTimer: ReturnType<typeof setTimeout> | undefined;
/** Whether this page view has sent a batch. Its first is sent at once, so that whoever tries it sees it count. */
let hasSent = false;
/** Whether it has an action to send. What was only seen can wait. */
let hasAction = false;

/** Queues a ping; warns of one that cannot count. */
export function addToQueue(parts: readonly unknown[], count: unknown): void {
  const lines = joinParts(parts);
  if (!isPing(lines, count)) return warn("not a ping", lines);
  if (addPing(queue, lines, count)) return;
  void foldNow();
  if (!addPing(queue, lines, count)) warn("not counted", lines);
}

/** Forgets what is queued. */
export function dropQueue(): void {
  queue = makeTally();
}

/** Folds the queue a second from now; on a hidden page at once. */
export function foldSoon(isAction: boolean): void {
  hasAction ||= isAction;
  // A hidden page may be gone before a timer comes: this may be its own last event.
  if (document.visibilityState == "hidden") queueMicrotask(flushOnLeave);
  else foldTimer ??= setTimeout(foldNow, FOLD_AFTER_MS);
}

/** Folds the queue. Sends the first batch of this page view with an action, and what is full. */
export function foldNow(): Promise<void> {
  return deliver(hasAction && !hasSent);
}

/** Sends what was tracked, now. Resolves when that is answered, or kept for later because it could not be sent. */
export function flush(): Promise<void> {
  return deliver(true);
}

/** Ends a page view: sends what was tracked, as the page may soon be gone. */
export function flushOnLeave(): void {
  void deliver(true, true);
  hasSent = hasAction = false;
}

function deliver(isFrozen: boolean, together = false): Promise<void> {
  return guard("not sent", () => {
    fold();
    if (isFrozen && openBatch) {
      freezeOpenBatch();
      hasSent = true;
      clearTimeout(sendTimer);
      sendTimer = undefined;
    }
    if (openBatch) sendTimer ??= setTimeout(flush, OPEN_MS);
    return sendAll(together);
  });
}

function fold(): void {
  clearTimeout(foldTimer);
  foldTimer = undefined;
  const { counts } = queue;
  // A page that the browser made ahead of a click counts when it is shown.
  if (!counts.size || document.prerendering === true) return;
  if (!url) return warn("not counted yet", "no init()");
  const allowed = mayCount();
  if (allowed === null) return;
  queue = makeTally();
  if (!allowed) return warn("not counted", counts);
  for (const [lines, count] of counts) void guard("not a ping", () => edit(lines, count));
  storeOpenBatch();
}

/** Puts a ping into the open batch, as the page's `beforeSend` changes it. */
function edit(lines: string, count: number): unknown {
  const { beforeSend } = options;
  if (!beforeSend) return addToOpenBatch(lines, count);
  const [label, category, domId] = lines.split("\n") as [string, string, string];
  const ping = beforeSend({ label, category, domId, count });
  if (ping) {
    const edited = joinParts([ping.label, ping.category, ping.domId]);
    const editedCount = ping.count ?? count;
    if (isPing(edited, editedCount)) addToOpenBatch(edited, editedCount);
    else warn("not a ping", edited);
  }
  // A promise does not count, but should it reject, that is caught.
  return ping;
}

declare global {
  interface Document {
    prerendering?: boolean;
  }
}
