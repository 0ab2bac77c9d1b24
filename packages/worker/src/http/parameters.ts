import { addDays, isDay, type Day } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import * as v from "valibot";
import { readConfig } from "../config/config.ts";
import type { Subject } from "../statistics/read.ts";
import { matchSite } from "../model/site.ts";
import type { Filter } from "../d1/query.ts";
import { NONE } from "../model/key.ts";
import type { AppEnv } from "./context.ts";
import { Refusal } from "./refuse.ts";

/** How many days are shown where no range is asked for. */
const DAYS_SHOWN = 30;
const LIMIT_MAX = 1_000;
/** The most days that `days` may ask for. */
const DAYS_MAX = 3_660;
/** The most days of a question, a century: each is a point of a chart, and a look into the database. */
const RANGE_MAX_DAYS = 36_525;

const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)));
/** A day as text. @param mayBeEmpty Whether an empty text is taken, as forms send it. */
export const dayText = (description: string, mayBeEmpty = false) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => (mayBeEmpty && text === "") || isDay(text),
      ({ input }) => `"${input}" is not a day such as 2026-11-23`,
    ),
    v.metadata({ description, examples: ["2026-11-23"] }),
  );
const day = (description: string, mayBeEmpty = false) => v.optional(dayText(description, mayBeEmpty));
/** A whole number as a URL or a form has it: as text. */
export const whole = (min: number, max: number, description: string) => {
  const message = `not a whole number from ${min} to ${max}`;
  return v.pipe(
    v.string(message),
    v.digits(message),
    v.transform(Number),
    v.number(),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
    v.description(description),
  );
};

/** Parameters that say which counts are meant. An empty one is as good as none: forms send those. */
export const FILTER = {
  from: day(`first day, default ${DAYS_SHOWN - 1} days before the last`, true),
  to: day("last day, included, default today", true),
  site: text("one site's counts, default all sites'"),
  label: text("exactly this label"),
  category: text(`exactly this category; ${NONE}: those without one`),
  dom_id: text(`exactly this DOM id; ${NONE}: those without one`),
  page: text("the counts on exactly this page alone; if absent, over all pages"),
  search: text("text that the label, the category or the DOM id contains"),
};

/** Parameters that say which part of a long answer is meant. */
export const PAGE = {
  order: v.optional(v.pipe(v.picklist(["asc", "desc"]), v.description("default desc for counter and day, else asc"))),
  cursor: text("`next` of the page before"),
  limit: v.optional(whole(1, LIMIT_MAX, `rows of a page, 1 to ${LIMIT_MAX}`)),
};

/** Parameters of `/get_stats/`: which days and site. */
export const STATS_RANGE = {
  from: day("first day, default today"),
  to: day("last day, included, default today"),
  days: v.optional(whole(1, DAYS_MAX, `instead of from: so many days up to today, 1 to ${DAYS_MAX}`)),
  site: text("one site's, if several are served; default the first"),
  page: text("the counts on this page alone; if absent, over all pages"),
};

export type FilterParameters = v.InferOutput<v.ObjectSchema<typeof FILTER, undefined>>;

/** A parameter that is not understood; named, for the one who sent it. */
export class ParameterError extends Refusal {
  override readonly name = "ParameterError";
  readonly parameter: string;
  readonly problem: string;

  constructor(parameter: string, problem: string) {
    super("bad_parameter", `${parameter}: ${problem}`);
    this.parameter = parameter;
    this.problem = problem;
  }
}

/** What a schema makes of parameters. @throws ParameterError for the first that is wrong. */
export function parseParameters<Schema extends v.GenericSchema>(
  schema: Schema,
  parameters: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parameters, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const isUnknown = issue.expected === "never";
  throw new ParameterError(v.getDotPath(issue) ?? "query", isUnknown ? "no such parameter" : issue.message);
}

/** Which days and site, and which of their counts, the parameters mean. @throws ParameterError */
export function readSelection(
  c: Context<AppEnv>,
  { from, to, site, label, category, dom_id: domId, page, search }: FilterParameters,
): { subject: Subject; filter: Filter } {
  const { calendar } = readConfig(c.env);
  const last = readDay("to", to) ?? calendar.dayOf(Date.now());
  const first = readDay("from", from) ?? addDays(last, 1 - DAYS_SHOWN);
  checkRange(first, last);
  return {
    subject: { from: first, to: last, site: readSite(c, site) },
    filter: {
      labels: label ? [label] : undefined,
      category: readName(category),
      domId: readName(domId),
      page: page || undefined,
      search,
    },
  };
}

function readName(text: string | undefined): string | undefined {
  return text === NONE ? "" : text || undefined;
}

/** The day that is named, if one is. @throws ParameterError where it is none. */
export function readDay(name: "from" | "to", day: string | undefined): Day | undefined {
  if (day && !isDay(day)) throw new ParameterError(name, `"${day}" is not a day such as 2026-11-23`);
  return day || undefined;
}

/** @throws ParameterError where the range ends before it begins, or is too long. */
export function checkRange(from: Day, to: Day): void {
  if (from > to) throw new ParameterError("from", `${from} is after ${to}`);
  if (from < addDays(to, -RANGE_MAX_DAYS)) {
    throw new ParameterError("from", `more than ${RANGE_MAX_DAYS} days before ${to}`);
  }
}

/**
 * The site that is named; nothing: all. For who may see one site alone it is that one.
 *
 * @throws ParameterError where it is none of SITES.
 * @throws Refusal where it is not the caller's.
 */
export function readSite(c: Context<AppEnv>, name: string | undefined): string | undefined {
  const only = c.get("caller")?.site;
  const { sites } = readConfig(c.env);
  const site = name && sites.length > 0 ? matchSite(sites, name) : name;
  if (name && site === undefined) throw new ParameterError("site", `"${name}" is not one of SITES`);
  if (only !== undefined && site && site !== only) {
    throw new Refusal("site_not_yours", `this token reads the statistics of "${only}" only`);
  }
  return only ?? (site || undefined);
}

/** The sites of SITES that the caller may see, as hostnames. */
export function sitesOf(c: Context<AppEnv>): readonly string[] {
  const only = c.get("caller")?.site;
  return only === undefined ? readConfig(c.env).sites.map((site) => site.replace("*.", "")) : [only];
}

/** The fields of a form. @throws ParameterError where there is none, or a file in the place of a text. */
export async function readForm(c: Context<AppEnv>): Promise<Record<string, string>> {
  const fields = await c.req.parseBody().catch(() => {
    throw new ParameterError("body", "not a form");
  });
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string") throw new ParameterError(name, "not a text");
  }
  return fields as Record<string, string>;
}

/** A page and where the next begins, of rows that were asked for one more than the page has. */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  sort: string,
  columns: readonly (keyof Row)[],
): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const values = columns.map((column) => last?.[column] as string | number);
  return { rows: page, next: rows.length > limit ? encodeCursor(sort, values) : null };
}

/** Where a page ends: what it is sorted by, and the last row's values. */
function encodeCursor(sort: string, values: readonly (string | number)[]): string {
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify([sort, ...values])).buffer);
}

/**
 * The row a page comes after: a place in an order, which any filter may go on from.
 *
 * @throws ParameterError when the cursor is none, or of a list that is sorted otherwise.
 */
export function decodeCursor(
  cursor: string | undefined,
  sort: string,
  columns: readonly string[],
): readonly (string | number)[] | undefined {
  if (!cursor) return undefined;
  try {
    const [of, ...values] = JSON.parse(new TextDecoder().decode(decodeBase64Url(cursor))) as (string | number)[];
    const isPlace = columns.every((column, index) => isOfColumn(column, values[index]));
    if (of === sort && values.length === columns.length && isPlace) return values;
  } catch {
    // Told below.
  }
  throw new ParameterError("cursor", "not the next of a page of this list");
}

function isOfColumn(column: string, value: unknown): boolean {
  if (column === "counter" || column === "now" || column === "before") return Number.isSafeInteger(value);
  return typeof value === "string" && (column !== "day" || isDay(value));
}
