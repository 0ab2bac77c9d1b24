import { ADOPT_AFTER_MS } from "../recovery/stored-batch.ts";
import { mayCount } from "./choice.ts";
import { addToOpenBatch, openBatch, sendOpenBatch, storeOpenBatch } from "./open-batch.ts";
import { options } from "./options.ts";
import { recover, url, whenSent } from "./send.ts";
import { storage } from "./storage.ts";
import { addPing, isSendable, makeTally } from "./tally.ts";
import { guard, warn } from "./warn.ts";

// From track() to the server, in three steps:
//
// 1. A ping is queued. Nothing else happens in the click's own task.
// 2. A second later the queue is folded into the open batch, which is stored.
// 3. The open batch is sent: the first of a page view at once; later ones after a minute, when they are full, when the page
//    is hidden or left, when its path changes, and by flush().

/** How long pings wait in memory for more before they are folded into the open batch. */
const FOLD_AFTER_MS = 1_000;
/** How long a batch stays open before it is sent, unless something else sends it first. */
const OPEN_MS = 60_000;

let queue = makeTally();
/** The path that the queue's pings are of. */
let path = "";
let foldTimer: ReturnType<typeof setTimeout> | undefined;
let sendTimer: ReturnType<typeof setTimeout> | undefined;
/** Whether this page view has sent a batch. Its first is sent at once, so that whoever tries it sees it count. */
let hasSent = false;
/** Whether it has an action to send. What was only seen can wait. */
let hasAction = false;

/** Queues a ping; warns of one that cannot be sent. */
export function addToQueue(parts: readonly unknown[], count: unknown): void {
  const encoded = encodeParts(parts);
  if (!isSendable(encoded, count)) return warn("not a ping", encoded);
  if (addPing(queue, encoded, count)) return;
  void deliver(false);
  if (!addPing(queue, encoded, count)) warn("not counted", encoded);
}

/** Forgets what is queued. */
export function dropQueue(): void {
  queue = makeTally();
}

/** Says of which path the next pings are. A page that changes it without loading shows another page. */
export function setPath(pathname: string): void {
  // A batch is of one path.
  if (path != pathname) flushOnLeave();
  path = pathname;
}

/** Folds the queue a second from now; on a hidden page sends it at once. */
export function foldSoon(isAction: boolean): void {
  hasAction ||= isAction;
  // A hidden page may be gone before a timer comes: this may be its own last event.
  if (document.visibilityState == "hidden") queueMicrotask(flushOnLeave);
  else foldTimer ??= setTimeout(() => deliver(hasAction && !hasSent), FOLD_AFTER_MS);
}

/** Sends what was tracked, now. Resolves when that is answered, or kept for later because it could not be sent. */
export function flush(): Promise<void> {
  return deliver(true);
}

/** Ends a page view: sends what was tracked, as the page may soon be gone. */
export function flushOnLeave(): void {
  void deliver(true);
  hasSent = hasAction = false;
}

function deliver(isDue: boolean): Promise<void> {
  return guard("not sent", () => {
    clearTimeout(foldTimer);
    foldTimer = undefined;
    fold();
    if (openBatch && isDue) {
      sendOpenBatch();
      hasSent = true;
      clearTimeout(sendTimer);
      sendTimer = undefined;
    } else if (openBatch) sendTimer ??= setTimeout(flush, OPEN_MS);
    return whenSent();
  });
}

/** Moves the queue into the open batch, as far as the visitor may be counted. */
function fold(): void {
  const { counts } = queue;
  // A page that the browser made ahead of a click counts when it is shown.
  if (!counts.size || document.prerendering === true) return;
  if (!url) return warn("not counted yet", "no init()");
  const isAllowed = mayCount();
  if (isAllowed === null) return;
  dropQueue();
  if (!isAllowed) return warn("not counted", counts);
  for (const [parts, count] of counts) void guard("not a ping", () => edit(parts, count));
  storeOpenBatch();
}

/** Puts a ping into the open batch, as the page's `beforeSend` changes it. */
function edit(parts: string, count: number): unknown {
  const { beforeSend } = options;
  if (!beforeSend) return addToOpenBatch(parts, count, path);
  const [label, category, domId] = JSON.parse(`[${parts}]`) as [string, string, string];
  const ping = beforeSend({ label, category, domId, count });
  if (ping) {
    const edited = encodeParts([ping.label, ping.category, ping.domId]);
    const editedCount = ping.count ?? count;
    if (isSendable(edited, editedCount)) addToOpenBatch(edited, editedCount, path);
    else warn("not a ping", edited);
  }
  // A promise does not count, but should it reject, that is caught.
  return ping;
}

/** A ping's parts as JSON, trimmed. */
function encodeParts(parts: readonly unknown[]): string {
  return parts.map((part) => JSON.stringify(((part ?? "") as string).trim())).join();
}

/** Sends what was left, now and from time to time. */
export function sendLeft(): void {
  // The keys of batches end with it.
  const isLeft = (key: string): boolean => key.endsWith(url) && key != openBatch?.key;
  if (mayCount() && Object.keys(storage).some(isLeft)) void recover();
  // By then, whatever is open now is old enough to be taken over.
  setTimeout(sendLeft, ADOPT_AFTER_MS);
}

declare global {
  interface Document {
    prerendering?: boolean;
  }
}
