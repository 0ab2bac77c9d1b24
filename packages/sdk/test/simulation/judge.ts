import type { Page } from "./page.ts";
import type { Counted } from "./server.ts";
import type { World } from "./world.ts";

/** A label that was tracked, no other time. */
export interface Tracked {
  label: string;
  times: number;
  /** True time. */
  at: number;
  page: Page;
  /** Whether the page knew how wrong the clock was, if it was, until this was folded. */
  isClockKnown: boolean;
  /** Whether the visitor may be counted. */
  isAllowed: boolean;
  /** When the visitor said no afterwards. */
  refusedAt?: number;
  /** Whether a page was in the back/forward cache then, which may have taken this over. */
  missedNo: boolean;
  /** Whether the storage was full at any time while its page was there. */
  hadFullStorage: boolean;
}

/** What is wrong, each with its label, and how often what the documents name came true. */
export interface Verdict {
  wrong: string[];
  named: Record<string, number>;
  pings: number;
}

const SECOND = 1_000;
const HOUR = 3_600_000;
/** How long a request is on its way. */
const ON_ITS_WAY_MS = SECOND;
/** A batch takes the time when it was opened: up to 90 seconds before a ping, and a second after the first. */
const OPEN_MS = 92 * SECOND;
const FOLD_MS = 1.1 * SECOND;

/** Compares what was counted with what was tracked. The oracle knows nothing of how the client works. */
export function judge({
  world,
  tracked,
  hasStorage,
}: {
  world: World;
  tracked: Tracked[];
  hasStorage: boolean;
}): Verdict {
  const counted = new Map<string, { batch: Counted; count: number }[]>();
  for (const batch of world.server.counted()) {
    for (const { label, count } of batch.pings) counted.set(label, [...(counted.get(label) ?? []), { batch, count }]);
  }
  const verdict: Verdict = { wrong: [], named: {}, pings: tracked.length };
  const name = (reason: string): void => void (verdict.named[reason] = (verdict.named[reason] ?? 0) + 1);

  for (const ping of tracked) {
    const entries = counted.get(ping.label) ?? [];
    const total = entries.reduce((sum, { count }) => sum + count, 0);
    if (total < ping.times) {
      const reason = excuseLoss(ping);
      if (reason) name(reason);
      else verdict.wrong.push(`${ping.label}: lost, ${total} of ${ping.times}`);
    }
    if (total > ping.times) {
      const ids = new Set(entries.map(({ batch }) => batch.id));
      const days = new Set(entries.map(({ batch }) => batch.day));
      if (!ping.isClockKnown && ids.size == 1 && days.size > 1)
        name("doubled: a clock ahead was corrected across midnight");
      else verdict.wrong.push(`${ping.label}: doubled, ${total} of ${ping.times}`);
    }
    for (const { batch } of entries) judgeEntry(ping, batch);
  }
  const left = Object.keys(world.stored).filter((key) => /^@tracker\/sdk \d/.test(key));
  if (left.length > 0) verdict.wrong.push(`${left.length} batches are left in the storage`);
  return verdict;

  function judgeEntry(ping: Tracked, { at, receivedAt }: Counted): void {
    if (!ping.isAllowed) verdict.wrong.push(`${ping.label}: counted against a no`);
    if (ping.refusedAt !== undefined && world.awakeMs(ping.refusedAt, receivedAt) > ON_ITS_WAY_MS) {
      if (ping.missedNo) name("sent: a page was in the back/forward cache when the visitor said no, and later yes");
      else verdict.wrong.push(`${ping.label}: sent after a no`);
    }
    if (at >= ping.at - OPEN_MS && at <= ping.at + FOLD_MS) return;
    if (!ping.isClockKnown) name("misdated: the clock was wrong, and no answer had told so");
    else if (world.awakeMs(ping.at, at) <= FOLD_MS) name("misdated: tracked in the second before the computer slept");
    else verdict.wrong.push(`${ping.label}: misdated by ${(at - ping.at) / SECOND} s`);
  }

  /** What the documents name as lost. */
  function excuseLoss({
    label,
    at,
    page,
    isAllowed,
    isClockKnown,
    hadFullStorage,
    refusedAt,
  }: Tracked): string | undefined {
    if (!isAllowed || refusedAt !== undefined) return "dropped: the visitor said no";
    const refused = world.server.tooOld.get(label);
    if (refused !== undefined && refused - at >= 47.9 * HOUR) return "lost: not sent for 48 hours";
    if (refused !== undefined && !isClockKnown) return "lost: the clock was two days behind, and no answer had told so";
    if (page.goneAt === undefined) return undefined;
    if (!hasStorage || hadFullStorage) return "lost: the page ended without a storage, or with a full one";
    return page.isKilled && world.awakeMs(at, page.goneAt) <= FOLD_MS
      ? "lost: killed in the second before it was stored"
      : undefined;
  }
}
