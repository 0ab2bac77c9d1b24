import type { Context } from "hono";
import * as v from "valibot";
import { readConfig } from "../config/config.ts";
import { addAnnotation, ANNOTATIONS_A_DAY, type StoredAnnotation } from "../d1/annotations.ts";
import type { AppEnv } from "./context.ts";
import { dayText, parseParameters, readSite } from "./parameters.ts";
import { Refusal } from "./refuse.ts";

const TEXT_MAX_CHARS = 250;

/** An annotation as a deploy script, or a form, sends it. */
export const AnnotationRequest = v.strictObject({
  day: v.optional(dayText("default today", true)),
  site: v.optional(v.pipe(v.string(), v.description("whose charts show it; default all sites'"))),
  text: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("is empty"),
    v.maxLength(TEXT_MAX_CHARS, `more than ${TEXT_MAX_CHARS} characters`),
    v.regex(/^\P{Cc}*$/u, "has a line break or another control character"),
    v.description("what happened, in a line"),
  ),
});

/** Adds the annotation that a request describes. @throws ParameterError, or Refusal where the day is full. */
export async function storeAnnotation(c: Context<AppEnv>, request: unknown): Promise<StoredAnnotation> {
  const { day, site, text } = parseParameters(AnnotationRequest, request);
  const today = readConfig(c.env).calendar.dayOf(Date.now());
  const stored = await addAnnotation(c.env.DB, { day: day || today, site: readSite(c, site) ?? "", text });
  if (stored) return stored;
  throw new Refusal("limit_reached", `a day has at most ${ANNOTATIONS_A_DAY} annotations`);
}
