import { BATCH_MAX_BYTES } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { refuse } from "./refuse.ts";

/** Bytes are counted as they are read: a body without an announced length stops at the limit. */
export const limitBody = bodyLimit({ maxSize: BATCH_MAX_BYTES, onError: refuseSize });

export function refuseSize(c: Context): Response {
  return refuse(c, "body_too_large", `at most ${BATCH_MAX_BYTES} bytes`);
}
