// What the API answers, as schemas: the routes' types and their description come from them.
import * as v from "valibot";
import { ROLES } from "../model/access-token.ts";
import { RULE_KINDS } from "../model/rules.ts";

const counter = v.pipe(v.number(), v.integer());
const final = v.pipe(v.boolean(), v.description("false while the counts may still grow"));
const covered = {
  from: v.string(),
  to: v.string(),
  time_zone: v.pipe(v.string(), v.description("whose midnight ends a day")),
  final,
};

export const StatisticsAnswer = v.object({
  ...covered,
  rows: v.array(
    v.object({
      site: v.optional(v.string()),
      day: v.optional(v.string()),
      label: v.optional(v.string()),
      category: v.optional(v.string()),
      dom_id: v.optional(v.string()),
      counter,
      final: v.optional(final),
    }),
  ),
  next: v.pipe(v.nullable(v.string()), v.description("cursor of the next page; null on the last")),
});

export const DeleteAnswer = v.object({
  from: v.string(),
  to: v.string(),
  deleted: v.pipe(v.number(), v.integer(), v.description("rows")),
});

export const AnnotationAnswer = v.object({
  id: v.pipe(v.number(), v.integer()),
  day: v.string(),
  site: v.pipe(v.string(), v.description("whose charts show it; empty: all sites'")),
  text: v.string(),
});

export const AnnotationsAnswer = v.object({
  from: v.string(),
  to: v.string(),
  annotations: v.array(AnnotationAnswer),
});

export const RuleAnswer = v.object({
  id: v.pipe(v.number(), v.integer()),
  kind: v.picklist(RULE_KINDS),
  site: v.pipe(v.string(), v.description("empty: all sites together")),
  label: v.pipe(v.string(), v.description("empty: all labels together")),
  number: v.pipe(v.number(), v.integer()),
  told: v.pipe(v.array(v.string()), v.description("labels, or problems, that it is true of now")),
});

export const RulesAnswer = v.object({ rules: v.array(RuleAnswer) });

export const DeletedAnswer = v.object({ deleted: v.pipe(v.number(), v.integer(), v.description("0 or 1")) });

export const TimeseriesAnswer = v.object({
  ...covered,
  points: v.array(v.object({ day: v.string(), counter, final })),
});

const time = v.pipe(v.number(), v.integer(), v.description("ms since 1970"));
const token = {
  id: v.string(),
  name: v.string(),
  role: v.picklist(ROLES),
  site: v.pipe(v.nullable(v.string()), v.description("the one site it is for; null: all")),
  view: v.pipe(v.nullable(v.string()), v.description("the one view it shows, if it is a share link")),
  made_at: time,
  ends_at: v.pipe(v.nullable(time), v.description("null: when it is revoked")),
  used_on: v.pipe(v.nullable(v.string()), v.description("the day of its last use")),
};

export const TokenAnswer = v.object(token);

export const TokensAnswer = v.object({ tokens: v.array(TokenAnswer) });

export const MadeTokenAnswer = v.object({
  ...token,
  secret: v.pipe(v.string(), v.description("what its holder sends; only this answer has it")),
});

export const RevokedAnswer = v.object({ revoked: v.pipe(v.string(), v.description("its id")) });
