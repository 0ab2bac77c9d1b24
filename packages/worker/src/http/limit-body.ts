import { BATCH_MAX_BYTES, STATS_REQUEST_MAX_BYTES } from "@tracker/sdk/protocol";
import { bodyLimit } from "hono/body-limit";
import { Refusal } from "./refuse.ts";

export const limitBody = limitTo(BATCH_MAX_BYTES);
export const limitStatsRequest = limitTo(STATS_REQUEST_MAX_BYTES);

/** Bytes are counted as they are read: a body without an announced length stops at the limit. */
function limitTo(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Refusal("body_too_large", `at most ${maxSize} bytes`);
    },
  });
}
