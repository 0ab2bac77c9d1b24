/** The same Worker over an object that does nothing: what one call of a Durable Object costs. */
import { DurableObject } from "cloudflare:workers";

export { default } from "../../packages/worker/src/index.ts";
import type { CountAnswer } from "../../packages/worker/src/counting/contract.ts";

export class DayCounter extends DurableObject {
  count(): CountAnswer {
    return { ok: true, duplicate: false };
  }
}
