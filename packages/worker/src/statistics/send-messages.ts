/**
 * Sends the messages that wait to the webhook.
 *
 * Contract: a message is sent until the receiver answers 2xx, for a week. Answered, and noted, it is not sent again. A receiver that answers
 * too late, or whose answer is lost because the cron is killed, gets the same bytes again with the same id.
 *
 * Why it holds: a run claims a message before it sends it, so no other run sends it meanwhile; a claim is a time at which the message
 * is due again, so a run that is killed leaves it due.
 */
import { readConfig, type Config } from "../config/config.ts";
import {
  addMessage,
  claimMessage,
  deleteOldMessages,
  listDueMessages,
  settleMessage,
  type StoredMessage,
} from "../d1/messages.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { signMessage } from "./sign-message.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long a receiver may take. */
const ANSWER_WITHIN_MS = 10_000;
/** In one run of the cron: together they take less than the time to the next. */
const MESSAGES_A_RUN = 10;
/** The first tries are 2, 4, 8 … minutes apart, the later ones six hours. */
const RETRY_FIRST_MS = 2 * MINUTE_MS;
const RETRY_MAX_MS = 6 * 60 * MINUTE_MS;
const GIVE_UP_MS = 7 * DAY_MS;
const KEPT_MS = 30 * DAY_MS;

/** Sends what is due. One that fails does not stop the others. */
export async function sendMessages(env: Env, now: number): Promise<void> {
  const { webhook } = readConfig(env);
  if (!webhook) return;
  for (const message of await listDueMessages(env.DB, now, MESSAGES_A_RUN)) await send(env, webhook, message, now);
}

/** Sends a message that says that messages arrive. It is tried again as the others are. */
export async function sendTestMessage(env: Env, now: number): Promise<void> {
  const { webhook } = readConfig(env);
  if (!webhook) return;
  const id = crypto.randomUUID();
  const body = JSON.stringify({ id, type: "test", text: "A test message of Tracker: its rules can reach you." });
  await addMessage(env.DB, { id, body }, now);
  await send(env, webhook, { id, body, made_at: now, attempts: 0, next_at: now }, now);
}

type Webhook = NonNullable<Config["webhook"]>;
type Waiting = Omit<StoredMessage, "outcome">;

async function send(env: Env, webhook: Webhook, message: Waiting, now: number): Promise<void> {
  if (!(await claimMessage(env.DB, message, now + retryAfterMs(message.attempts)))) return;
  const { isDone, outcome } = await post(webhook, message, now);
  const isGivenUp = !isDone && now - message.made_at > GIVE_UP_MS;
  if (!isDone) logError("message_not_sent", outcome, { message: message.id });
  await settleMessage(env.DB, message.id, isGivenUp ? `given up: ${outcome}` : outcome, isDone || isGivenUp);
}

/** Forgets messages that are done and a month old. */
export function forgetMessages(env: Env, now: number): Promise<void> {
  return deleteOldMessages(env.DB, now - KEPT_MS);
}

function retryAfterMs(attempts: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** attempts, RETRY_MAX_MS);
}

/** One try. What it says of it never has the address, which is a secret. */
async function post(
  webhook: Webhook,
  { id, body }: Waiting,
  now: number,
): Promise<{ isDone: boolean; outcome: string }> {
  try {
    const answer = await fetch(webhook.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Tracker",
        ...(await signMessage(webhook.secret, id, now, body)),
      },
      body,
      // A redirect could lead into a network that the owner did not name.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    // Nothing of it is read, however long it is.
    await answer.body?.cancel();
    return { isDone: answer.ok, outcome: `answered ${answer.status}` };
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return {
      isDone: false,
      outcome: isLate ? `no answer within ${ANSWER_WITHIN_MS / 1000} seconds` : "could not be reached",
    };
  }
}
