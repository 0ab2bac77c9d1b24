import type { StoredMessage } from "../../d1/messages.ts";
import { formatAge, formatCount } from "./format.ts";

/** The latest messages, and what became of them. */
export function MessageList(props: { messages: readonly StoredMessage[]; hasWebhook: boolean; now: number }) {
  const { messages, hasWebhook, now } = props;
  if (messages.length === 0) return null;
  return (
    <section class="list messages">
      <h2>Latest messages</h2>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">Message</th>
            <th scope="col">Sent</th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr>
              <th scope="row">
                {textOf(message)} <small>{formatAge(message.made_at, now)}</small>
              </th>
              <td>{describeOutcome(message, hasWebhook, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Its first line. In JSON it is escaped for Slack. */
function textOf({ body }: StoredMessage): string {
  const { text } = JSON.parse(body) as { text: string };
  return text.split("\n")[0]!.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function describeOutcome({ attempts, next_at: nextAt, outcome }: StoredMessage, hasWebhook: boolean, now: number) {
  if (attempts === 0) return nextAt === null ? "not sent: there was no webhook" : "waits for the next run";
  if (nextAt === null) return outcome;
  const next = hasWebhook ? `, again ${nextAt > now ? formatAge(nextAt, now) : "soon"}` : "";
  return <b class="less">{`${outcome || "no answer"}, tried ${formatCount(attempts, "time")}${next}`}</b>;
}
