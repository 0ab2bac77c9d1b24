import { BATCH_MAX_COUNT, SEEN, type CheckPing } from "@tracker/sdk/protocol";
import type { Config } from "../config/config.ts";
import { OTHER, REFUSED } from "../model/key.ts";

/**
 * Checks the pings of one request, beyond their grammar. With LABELS, a label must be listed, except `(seen)`. The counts of a
 * page's pings must not be more together than a page can have. `(other)` and `(refused)` are the tracker's own: a sender could falsify them.
 *
 * @param isTrusted Whether the sender has the token: a server counts for many visitors.
 */
export function makePingCheck({ labels }: Config, isTrusted: boolean): CheckPing {
  let total = 0;
  return ({ label, count }) => {
    if (label === OTHER || label === REFUSED) {
      return { code: "label_reserved", message: `${label} is the tracker's own label` };
    }
    if (labels && label !== SEEN && !labels.has(label))
      return { code: "label_not_listed", message: "label is not one of LABELS" };
    if (!isTrusted && total + count > BATCH_MAX_COUNT) {
      return { code: "bad_count", message: `the counts of a page's batch are at most ${BATCH_MAX_COUNT} together` };
    }
    total += count;
    return undefined;
  };
}
