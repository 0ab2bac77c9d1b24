import { refuseForAge } from "../../../worker/src/model/closing.ts";
import { decodeBatch, type DecodedBatch } from "../../src/protocol/batch.ts";

/** What is answered to a request. */
export interface Answer {
  status: number;
  retryAfter?: string;
  /** JSON; absent where something else than a Tracker answers. */
  json?: object;
}

/** A batch that was counted. */
export interface Counted extends DecodedBatch {
  day: string;
  /** True time. */
  receivedAt: number;
}

/**
 * The server's contract with its clients, in a few lines: by its `at` a batch belongs to a day, and each day counts an id once.
 * What is too old or ahead is refused, as the Worker does, by the Worker's own rule.
 */
export class Server {
  readonly #days = new Map<string, Map<string, Counted>>();
  /** When a label's batch was refused for its age. */
  readonly tooOld = new Map<string, number>();

  receive(body: string, now: number): Answer {
    const decoded = decodeBatch(body);
    if (!decoded.ok) throw new Error(`a page sent what is no batch: ${decoded.message}`);
    if (decoded.value.rejected.length > 0) throw new Error(`a page sent what is no ping: ${body}`);
    const { id, at, pings } = decoded.value;
    const code = refuseForAge(at, now);
    if (code == "too_old") for (const { label } of pings) this.tooOld.set(label, now);
    if (code) return { status: 400, json: { error: { code, message: "" }, now } };
    const day = new Date(at).toISOString().slice(0, 10);
    const batches = this.#days.get(day) ?? new Map<string, Counted>();
    this.#days.set(day, batches);
    const duplicate = batches.has(id);
    if (!duplicate) batches.set(id, { ...decoded.value, day, receivedAt: now });
    return { status: 200, json: { accepted: pings.length, duplicate, rejected: [], now } };
  }

  /** All that was counted. */
  counted(): Counted[] {
    return [...this.#days.values()].flatMap((batches) => [...batches.values()]);
  }
}
