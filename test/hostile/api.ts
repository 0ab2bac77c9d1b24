import { IN_AN_HOUR, jwt, TOKEN, type Hostile } from "./request.ts";

const reader = { authorization: `Bearer ${TOKEN}` };
const session = { cookie: `tracker_session=${jwt({ aud: "session", site: "", exp: IN_AN_HOUR })}` };

/** A parameter of `/api/` that a reader gets wrong. */
function question(name: string, path: string, status = 400, code: string | undefined = "bad_parameter"): Hostile {
  return { name, path: `/api/${path}`, headers: reader, status, ...(code && { code }) };
}

/** A parameter that is odd, and does no harm. */
function odd(name: string, path: string): Hostile {
  return { name, path: `/api/${path}`, headers: reader, status: 200 };
}

function cursor(values: unknown): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

const ROW = [",day,desc", "2020-01-01", "", "", "", ""];

export const API: Hostile[] = [
  // What is no route needs no guard.
  { name: "no token for a part of the API that is none", path: "/api/nothing", status: 404, code: "not_found" },
  ...["statistics", "timeseries", "export", "tokens", "openapi.json", "statistics?site=shop.example"].map(
    (path): Hostile => ({ name: `no token for /api/${path}`, path: `/api/${path}`, status: 401, code: "unauthorized" }),
  ),
  {
    name: "two cookies, the first one forged by a neighbouring subdomain: the owner is not locked out",
    path: "/api/statistics",
    headers: { cookie: `tracker_session=x; ${session.cookie}` },
    status: 200,
  },
  {
    name: "a cookie of 12,000 characters",
    path: "/api/statistics",
    headers: { cookie: `tracker_session=${"x".repeat(12_000)}` },
    status: 401,
    code: "unauthorized",
  },
  question("the API's root", "", 404, "not_found"),
  question("a part of the API that is none", "nothing", 404, "not_found"),
  ...["PUT", "POST", "PATCH"].map((method): Hostile => ({
    ...question(`${method} /api/statistics`, "statistics", 405, "method_not_allowed"),
    method,
  })),
  ...["timeseries", "export", "openapi.json"].flatMap((path) =>
    ["POST", "PUT", "DELETE"].map((method): Hostile => ({
      ...question(`${method} /api/${path}`, path, 405, "method_not_allowed"),
      method,
    })),
  ),
  ...["GET", "PUT", "DELETE"].map((method): Hostile => ({
    ...question(`${method} /api/import`, "import", 405, "method_not_allowed"),
    method,
  })),

  ...["statistics", "timeseries", "export"].flatMap((path) => [
    question(`${path}: a first day that is none`, `${path}?from=2026-02-30`),
    question(`${path}: a last day that is none`, `${path}?to=tomorrow`),
    question(`${path}: a first day after the last`, `${path}?from=2026-02-02&to=2026-02-01`),
    question(`${path}: a day of the year 0`, `${path}?to=0000-01-01`),
    question(`${path}: a day with a NUL`, `${path}?from=%00`),
    question(`${path}: a day twice`, `${path}?from=2026-01-01&from=2026-01-02`),
    question(`${path}: eight thousand years`, `${path}?from=1000-01-01&to=9999-12-31`),
    odd(`${path}: the last day there is`, `${path}?to=9999-12-31`),
    question(`${path}: a site that is none`, `${path}?site=evil.example`),
    question(`${path}: a site that is SQL`, `${path}?site='%20OR%20'1'='1`),
    question(`${path}: a parameter that is none`, `${path}?colour=red`),
    question(`${path}: __proto__`, `${path}?__proto__=1`),
    question(`${path}: constructor`, `${path}?constructor=1`),
    odd(`${path}: a search of 5,000 characters`, `${path}?search=${"x".repeat(5_000)}`),
    odd(`${path}: a search for a NUL`, `${path}?search=%00`),
    odd(`${path}: a label that is SQL`, `${path}?label='%3B%20DROP%20TABLE%20statistic%3B%20--`),
  ]),
  question("sums by nothing", "statistics?group="),
  question("sums by __proto__", "statistics?group=__proto__"),
  question("sums by SQL", "statistics?group=label,counter"),
  question("sorted by nothing", "statistics?sort="),
  question("sorted by SQL", "statistics?sort=counter;--"),
  question("sums by label, sorted by day", "statistics?group=label&sort=day"),
  question("an order that is none", "statistics?order=up"),
  question("no rows", "statistics?limit=0"),
  question("1,001 rows", "statistics?limit=1001"),
  question("half a row", "statistics?limit=0.5"),
  question("many rows", "statistics?limit=many"),
  question("a cursor that is no JSON", "statistics?cursor=x"),
  question("a cursor that is NUL", "statistics?cursor=%00"),
  question("a cursor that is an object", `statistics?cursor=${cursor({})}`),
  question("a cursor that is null", `statistics?cursor=${cursor(null)}`),
  question("a cursor of another list", `statistics?cursor=${cursor([",label,asc", "", "", "", "", ""])}`),
  question("a cursor that was cut off", `statistics?cursor=${cursor([",day,desc", "2020-01-01", "a"]).slice(0, -3)}`),
  question("a cursor that is no UTF-8", "statistics?cursor=_____w"),
  question("a cursor of 10,000 characters", `statistics?cursor=${"x".repeat(10_000)}`),
  question("a cursor of sums, for rows", `statistics?cursor=${cursor(["label,counter,desc", 1, "a"])}`),
  question("a cursor of rows, for sums", `statistics?group=label&cursor=${cursor(ROW)}`),
  question(
    "a cursor of sums by category, for labels",
    `statistics?group=label&cursor=${cursor(["category,counter,desc", 1, "a"])}`,
  ),
  question("a cursor of the other way", `statistics?order=asc&cursor=${cursor(ROW)}`),
  question(
    "a cursor of a day that is none",
    `statistics?cursor=${cursor([",day,desc", "2026-02-30", "", "", "", ""])}`,
  ),
  question(
    "a cursor whose day goes on for ever",
    `statistics?label=a&cursor=${cursor([",day,desc", "zzzz", "", "", "", ""])}`,
  ),
  question(
    "a cursor whose count is a text",
    `statistics?sort=counter&cursor=${cursor([",counter,desc", "1", ...ROW.slice(1)])}`,
  ),
  question(
    "a cursor whose count is a fraction",
    `statistics?sort=counter&cursor=${cursor([",counter,desc", 0.5, ...ROW.slice(1)])}`,
  ),
  question("a cursor for timeseries", `timeseries?cursor=${cursor(ROW)}`),
  question("a cursor for an export", `export?cursor=${cursor(ROW)}`),
  odd("a cursor of another filter", `statistics?label=a&cursor=${cursor(ROW)}`),
  odd("a cursor of another range", `statistics?from=2019-01-01&to=2019-02-01&cursor=${cursor(ROW)}`),
  question("a cursor that is too short", `statistics?cursor=${cursor([",day,desc", ""])}`),
  question("a cursor of lists", `statistics?cursor=${cursor([",day,desc", [], [], [], [], []])}`),
  question("a cursor with SQL for a day", `statistics?cursor=${cursor([",day,desc", "' OR 1=1 --", "", "", "", ""])}`),
  odd(
    "a cursor with SQL for a label",
    `statistics?cursor=${cursor([",day,desc", "2020-01-01", "' OR 1=1 --", "", "", ""])}`,
  ),
  question("a cursor of truths", `statistics?cursor=${cursor([",day,desc", true, false, true, true, true])}`),
  question("an export as XML", "export?format=xml"),
  question("an export as nothing", "export?format="),

  { ...question("a deletion of everything", "statistics"), method: "DELETE" },
  { ...question("a deletion of an empty label", "statistics?label="), method: "DELETE" },
  { ...question("a deletion of a category", "statistics?category=hostile"), method: "DELETE" },
  { ...question("a deletion without an end", "statistics?from=2020-01-01"), method: "DELETE" },
  { ...question("a deletion from a day that is none", "statistics?from=2020-02-30&to=2020-03-01"), method: "DELETE" },
  { ...question("a deletion up to a day that is SQL", "statistics?from=2020-01-01&to='--"), method: "DELETE" },
  {
    ...question("a deletion that ends before it begins", "statistics?from=2020-02-02&to=2020-02-01"),
    method: "DELETE",
  },
  { ...question("a deletion of labels that are like one", "statistics?label=x&search=x"), method: "DELETE" },
  { ...question("a deletion of two thousand years", "statistics?from=1000-01-01&to=2020-01-01"), method: "DELETE" },
  {
    ...question("a deletion of days that still count", "statistics?from=2020-01-01&to=9999-12-31", 409, "day_open"),
    method: "DELETE",
  },
  { ...question("a deletion on a site that is none", "statistics?label=x&site=evil.example"), method: "DELETE" },
  {
    name: "a deletion without a token",
    method: "DELETE",
    path: "/api/statistics?label=hostile",
    status: 401,
    code: "unauthorized",
  },
];
