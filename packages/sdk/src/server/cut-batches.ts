import { encodeBatch, makeBatchId } from "../protocol/batch.ts";
import type { Ping } from "../protocol/labels.ts";
import { BATCH_MAX_BYTES, BATCH_MAX_COUNT, BATCH_MAX_PINGS, PING_MAX_COUNT } from "../protocol/limits.ts";

export interface CutOptions {
  site: string | undefined;
  /** Whether the sender has a token. Without one, a batch may hold `BATCH_MAX_COUNT` actions at most. */
  isTrusted: boolean;
}

/** Cuts pings into lists that each fit one request: in number, in bytes and, without a token, in actions. */
export function cutBatches(pings: Iterable<Ping>, { site, isTrusted }: CutOptions): Ping[][] {
  const envelope = { id: makeBatchId(), at: Date.now(), ...(site !== undefined && { site }) };
  const emptyBytes = countBytes(encodeBatch({ ...envelope, pings: [] }));
  const maxCount = isTrusted ? Infinity : BATCH_MAX_COUNT;
  const batches: Ping[][] = [];
  let [bytes, count] = [0, 0];
  for (const ping of splitCounts(pings)) {
    const batch = batches.at(-1);
    // The empty batch around the ping says more than the ping and its comma.
    const pingBytes = countBytes(encodeBatch({ ...envelope, pings: [ping] })) - emptyBytes + 1;
    bytes += pingBytes;
    count += ping.count;
    if (batch && batch.length < BATCH_MAX_PINGS && bytes <= BATCH_MAX_BYTES && count <= maxCount) {
      batch.push(ping);
    } else {
      batches.push([ping]);
      bytes = emptyBytes + pingBytes;
      count = ping.count;
    }
  }
  return batches;
}

/** As many pings as it takes to say counts that are more than one ping may have. */
function* splitCounts(pings: Iterable<Ping>): Generator<Ping> {
  for (const ping of pings) {
    for (let rest = ping.count; rest > 0; rest -= PING_MAX_COUNT) {
      yield { ...ping, count: Math.min(rest, PING_MAX_COUNT) };
    }
  }
}

const encoder = new TextEncoder();

function countBytes(text: string): number {
  return encoder.encode(text).length;
}
