import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { listMessages } from "../d1/messages.ts";
import { deleteRule, listRules, type StoredRule } from "../d1/rules.ts";
import type { AppEnv } from "../http/context.ts";
import { parseParameters, readForm, whole } from "../http/parameters.ts";
import { describeRule, storeRule } from "../http/read-rule.ts";
import { listTold, type RuleKind } from "../model/rules.ts";
import { sendTestMessage } from "../statistics/send-messages.ts";
import { linkTo } from "./parts/links.ts";
import { MessageList } from "./parts/message-list.tsx";
import { RowButton } from "./parts/row-button.tsx";
import { SiteField } from "./parts/site-field.tsx";

const MESSAGES_SHOWN = 20;

const KINDS: Record<RuleKind, string> = {
  gone_quiet: "nothing for so many hours",
  reaches: "a day reaches this count",
  changes: "a day differs by so many percent from the same day a week before",
  unhealthy: "the tracker is not well",
  digest: "every Monday: the week before",
};

/** `GET /dashboard/rules`: what is watched, and what was told. */
export async function showRules(c: Context<AppEnv>): Promise<Response> {
  const { webhook } = readConfig(c.env);
  const [rules, messages] = await Promise.all([listRules(c.env.DB), listMessages(c.env.DB, MESSAGES_SHOWN)]);
  return c.render(
    <>
      <div class="heading">
        <h1>Rules</h1>
        {webhook && (
          <form method="post">
            <button name="test" value="true">
              Send a test message
            </button>
          </form>
        )}
      </div>
      <p class="summary">
        Once an hour the tracker looks whether one of these has become true, and tells your webhook: once, and again
        only after it was false.
      </p>
      {!webhook && (
        <p class="notice">
          No webhook is set, so messages are only listed here. Set one: <code>npx wrangler secret put WEBHOOK_URL</code>
        </p>
      )}
      <RuleForm c={c} />
      <RuleTable rules={rules} />
      <MessageList messages={messages} hasWebhook={webhook !== undefined} now={Date.now()} />
    </>,
    { title: "Rules" },
  );
}

/** `POST /dashboard/rules`: makes the rule of the form, deletes the one that `delete` names, or sends a test message. */
export async function submitRule(c: Context<AppEnv>): Promise<Response> {
  const { delete: id, test, ...fields } = await readForm(c);
  if (test !== undefined) await sendTestMessage(c.env, Date.now());
  else if (id !== undefined) {
    await deleteRule(c.env.DB, parseParameters(whole(1, Number.MAX_SAFE_INTEGER, "id"), id));
  } else {
    const { number, label, ...others } = fields;
    // The form sends its number and its label with every kind.
    const takesNumber = fields["kind"] !== "unhealthy" && fields["kind"] !== "digest";
    await storeRule(c, takesNumber ? { ...others, label, ...(number && { number }) } : others);
  }
  return c.redirect(linkTo(c, "rules"), 303);
}

function RuleForm({ c }: { c: Context<AppEnv> }) {
  return (
    <form class="filter" method="post">
      <label class="wide">
        When{" "}
        <select name="kind">
          {Object.entries(KINDS).map(([kind, words]) => (
            <option value={kind}>{words}</option>
          ))}
        </select>
      </label>
      <label>
        Number <input name="number" type="number" min="1" step="1" value="24" />
      </label>
      <label class="wide">
        Label <input name="label" maxlength={250} placeholder="all together" autocomplete="off" />
      </label>
      <SiteField c={c} />
      <button class="primary">Add</button>
      <p class="hint">
        <code>buy-*</code> watches each label that begins so. The last two kinds take neither a number nor a label.
      </p>
    </form>
  );
}

function RuleTable({ rules }: { rules: readonly StoredRule[] }) {
  if (rules.length === 0) return <p class="nothing">There are none yet.</p>;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Rules">
      <table>
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Now</th>
            <th scope="col">
              <span class="unseen">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr>
              <th scope="row">{describeRule(rule)}</th>
              <td>{describeState(rule)}</td>
              <td>
                <RowButton
                  name="delete"
                  value={String(rule.id)}
                  text="Delete"
                  label={`Delete: ${describeRule(rule)}`}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function describeState({ kind, state }: StoredRule): string {
  if (kind === "digest") return state === "{}" ? "not looked at yet" : "waits for Monday";
  const told = listTold(state);
  return told.length === 0 ? "not true" : `true${told.some(Boolean) ? `: ${told.join(", ")}` : ""}`;
}
