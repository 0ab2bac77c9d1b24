import type { Context } from "hono";
import type * as v from "valibot";
import { deleteRule, listRules } from "../d1/rules.ts";
import type { AppEnv } from "../http/context.ts";
import { readJson } from "../http/read-json.ts";
import { storeRule } from "../http/read-rule.ts";
import { listTold } from "../model/rules.ts";
import type { DeletedAnswer, RuleAnswer, RulesAnswer } from "./answers.ts";

/** `GET /api/rules` */
export async function getRules(c: Context<AppEnv>): Promise<Response> {
  const rules = (await listRules(c.env.DB)).map(({ id, kind, site, label, number, state }) => ({
    id,
    kind,
    site,
    label,
    number,
    told: listTold(state),
  }));
  return c.json({ rules } satisfies v.InferOutput<typeof RulesAnswer>);
}

/** `POST /api/rules`: makes one. */
export async function postRule(c: Context<AppEnv>): Promise<Response> {
  const { home: _, ...rule } = await storeRule(c, await readJson(c));
  return c.json({ ...rule, told: [] } satisfies v.InferOutput<typeof RuleAnswer>);
}

/** `DELETE /api/rules?id=…` */
export async function removeRule(c: Context<AppEnv>, id: number): Promise<Response> {
  return c.json({ deleted: await deleteRule(c.env.DB, id) } satisfies v.InferOutput<typeof DeletedAnswer>);
}
