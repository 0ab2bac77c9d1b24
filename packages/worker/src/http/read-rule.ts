import { LABEL_MAX_CHARS } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { addRule, RULES_MAX } from "../d1/rules.ts";
import { isPattern, NUMBERS, RULE_KINDS, type Rule } from "../model/rules.ts";
import { urlTo } from "./base-path.ts";
import type { AppEnv } from "./context.ts";
import { ParameterError, parseParameters, readSite } from "./parameters.ts";
import { Refusal } from "./refuse.ts";

/** A rule as the API, or a form, sends it. */
export const RuleRequest = v.strictObject({
  kind: v.pipe(v.picklist(RULE_KINDS), v.description("gone_quiet, reaches, changes, unhealthy, or digest")),
  label: v.optional(
    v.pipe(
      v.string(),
      v.trim(),
      v.maxLength(LABEL_MAX_CHARS, `more than ${LABEL_MAX_CHARS} characters`),
      v.regex(/^[^*]*\*?$/, "* stands at the end, for all labels that begin so"),
      v.description("a label, or the beginning of labels with * at its end; default: all labels together"),
    ),
    "",
  ),
  number: v.optional(
    v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.digits("not a whole number"), v.transform(Number))]),
      v.integer("not a whole number"),
      v.description(
        Object.entries(NUMBERS)
          .map(([kind, { words }]) => `${kind}: ${words}`)
          .join("; "),
      ),
    ),
  ),
  site: v.optional(v.pipe(v.string(), v.description("whose counts; default: all sites together"))),
});

/** Stores the rule that a request describes. @throws ParameterError, or Refusal where there are as many as there may be. */
export async function storeRule(c: Context<AppEnv>, request: unknown): Promise<Rule> {
  const { kind, label, number = 0, site } = parseParameters(RuleRequest, request);
  const { min, max, words } = NUMBERS[kind];
  if (number < min || number > max) throw new ParameterError("number", `for ${kind} it is ${words}`);
  if (max === 0 && label) throw new ParameterError("label", `${kind} is about all labels`);
  const rule = {
    kind,
    label,
    number,
    site: readSite(c, site) ?? "",
    home: new URL(c.req.url).origin + urlTo(c, "/dashboard/"),
  };
  const id = await addRule(c.env.DB, rule);
  if (id === undefined) throw new Refusal("limit_reached", `there are ${RULES_MAX} rules, the most there may be`);
  return { id, ...rule };
}

/** A rule in words: what becomes true. */
export function describeRule({ kind, label, number, site }: Omit<Rule, "id" | "home">): string {
  const name = label === "" ? "all labels together" : isPattern(label) ? `each of ${label}` : `“${label}”`;
  const where = site ? ` on ${site}` : "";
  switch (kind) {
    case "gone_quiet":
      return `${name}${where}: nothing for ${number} hours`;
    case "reaches":
      return `${name}${where}: a day reaches ${number.toLocaleString("en")}`;
    case "changes":
      return `${name}${where}: a day differs by ${number}% from the same day a week before`;
    case "unhealthy":
      return "the tracker is not well";
    case "digest":
      return `every Monday, the week before${where}`;
  }
}
