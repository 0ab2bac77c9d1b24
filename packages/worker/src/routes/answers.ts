// What the API answers, as schemas: the routes' types and their description come from them.
import * as v from "valibot";

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

export const DeletedAnswer = v.object({ deleted: v.pipe(v.number(), v.integer(), v.description("0 or 1")) });

export const TimeseriesAnswer = v.object({
  ...covered,
  points: v.array(v.object({ day: v.string(), counter, final })),
});
