import { batch, IN_AN_HOUR, jwt, TOKEN, type Hostile } from "./request.ts";

const reader = { authorization: `Bearer ${TOKEN}` };
const statsPath = "/get_stats/?dom_ids=a";
const now = Math.floor(Date.now() / 1000);

function bearer(name: string, token: string, code = "unauthorized", status = 401, path = statsPath): Hostile {
  return { name, path, headers: { authorization: `Bearer ${token}` }, status, code };
}

function authorization(name: string, headers: Hostile["headers"], path = "/report/"): Hostile {
  return { name, path, ...(headers && { headers }), status: 401, code: "unauthorized" };
}

/** A heat map's question with a token that is not right for it. */
function posted(name: string, token: string, fields: object, code = "unauthorized", status = 401): Hostile {
  const body = JSON.stringify({ dom_ids: ["a"], ...fields });
  return { ...bearer(name, token, code, status, "/get_stats/"), body };
}

/** A question that a reader asks wrongly. */
function stats(name: string, query: string, code = "bad_parameter", status = 400): Hostile {
  return { name, path: `/get_stats/?${query}`, headers: reader, status, code };
}

function asked(name: string, body: unknown, code = "bad_parameter"): Hostile {
  const text = typeof body == "string" ? body : JSON.stringify(body);
  return { name, path: "/get_stats/", headers: reader, body: text, status: 400, code };
}

const heatmap = { aud: "heatmap", site: "shop.example", exp: IN_AN_HOUR };
const session = { aud: "session", site: "", exp: IN_AN_HOUR };
const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(heatmap)).toString("base64url")}.`;

export const READS: Hostile[] = [
  ...["/report/", statsPath].map((path) => authorization(`no token for ${path}`, {}, path)),
  authorization("a wrong token", { authorization: "Bearer wrong" }),
  authorization("no scheme", { authorization: TOKEN }),
  authorization("another scheme", { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString("base64")}` }),
  authorization("the scheme alone", { authorization: "Bearer" }),
  authorization("the token in the query", {}, `/report/?token=${TOKEN}`),
  authorization("the token in another header", { "x-admin-token": TOKEN, token: TOKEN }),
  authorization("the token in a cookie", { cookie: `tracker_session=${TOKEN}` }),
  authorization("a cookie without a signature", { cookie: `tracker_session=${unsigned}` }),
  {
    ...authorization("a cookie that is over", { cookie: `tracker_session=${jwt({ ...session, exp: now - 1 })}` }),
    code: "token_expired",
  },
  authorization("a cookie of another token", { cookie: `tracker_session=${jwt(session, { token: "another" })}` }),
  authorization("a cookie without an end", { cookie: `tracker_session=${jwt({ aud: "session", site: "" })}` }),
  authorization("a heat map's token as a cookie", { cookie: `tracker_session=${jwt(heatmap)}` }),
  authorization("a cookie of another name", { cookie: `session=${jwt(session)}` }),
  authorization("a right cookie and a wrong token", {
    authorization: "Bearer wrong",
    cookie: `tracker_session=${jwt(session)}`,
  }),
  authorization("an assertion of Cloudflare Access where none is set up", { "cf-access-jwt-assertion": jwt(session) }),

  bearer("a heat map's token that is over", jwt({ ...heatmap, exp: now - 1 }), "token_expired"),
  bearer("a heat map's token without an end", jwt({ aud: "heatmap", site: "shop.example" })),
  bearer("a heat map's token of another key", jwt(heatmap, { token: "another" })),
  bearer("a heat map's token without a signature", `${unsigned}x`),
  bearer("a heat map's token with alg none", jwt(heatmap, { header: { alg: "none" } })),
  bearer("a heat map's token with another alg", jwt(heatmap, { header: { alg: "RS256" } })),
  bearer(
    "a heat map's token with a critical header",
    jwt(heatmap, { header: { alg: "HS256", crit: ["x"] } as { alg: string } }),
  ),
  bearer("a heat map's token for nobody", jwt({ site: "shop.example", exp: IN_AN_HOUR })),
  bearer("a session's token as a heat map's", jwt(session)),
  bearer("a heat map's token for another site", jwt(heatmap), "site_not_yours", 403, `${statsPath}&site=blog.example`),
  bearer("a heat map's token for a site that is none", jwt({ ...heatmap, site: "evil.example" }), "bad_parameter", 400),
  bearer("a heat map's token to flush", jwt(heatmap), "unauthorized", 401, "/report/"),
  ...Object.entries({
    "a heat map's token": jwt(heatmap),
    "a heat map's token that is over": jwt({ ...heatmap, exp: now - 1 }),
    "a heat map's token of another key": jwt(heatmap, { token: "another" }),
  }).flatMap(([name, token]) => [
    ...["/report/", "/api/statistics", "/api/timeseries", "/api/export", "/api/openapi.json"].map((path) =>
      bearer(`${name} for ${path}`, token, "unauthorized", 401, path),
    ),
    { ...bearer(`${name} to delete`, token, "unauthorized", 401, "/api/statistics?label=hostile"), method: "DELETE" },
    {
      ...bearer(`${name} to import`, token, "unauthorized", 401, "/api/import"),
      body: "day,label,counter\n2020-01-01,hostile,1\n",
    },
    ...["", "statistics", "label?label=a", "delete?label=hostile", "import", "health"].map((page): Hostile => ({
      name: `${name} for /dashboard/${page}`,
      path: `/dashboard/${page}`,
      headers: { authorization: `Bearer ${token}` },
      status: 401,
      code: "unauthorized",
    })),
  ]),
  posted("a heat map's token that is over, by POST", jwt({ ...heatmap, exp: now - 1 }), {}, "token_expired"),
  posted("a heat map's token of another key, by POST", jwt(heatmap, { token: "another" }), {}),
  posted("a session's token, by POST", jwt(session), {}),
  posted("a heat map's token for another site, by POST", jwt(heatmap), { site: "blog.example" }, "site_not_yours", 403),
  posted(
    "a heat map's token for all DOM ids of another site",
    jwt(heatmap),
    { site: "blog.example", dom_ids: undefined },
    "site_not_yours",
    403,
  ),
  bearer("a token of two dots", "a.b.c"),
  bearer("a token of two dots and 7,000 characters", `a.${"b".repeat(7_000)}.c`),
  {
    name: "the login form with a wrong token",
    path: "/login/",
    body: "token=wrong",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 401,
  },
  {
    name: "the login form with a file",
    path: "/login/",
    body: `--x\r\ncontent-disposition: form-data; name="token"; filename="x"\r\n\r\n${TOKEN}\r\n--x--\r\n`,
    headers: { "content-type": "multipart/form-data; boundary=x" },
    status: 401,
  },
  {
    name: "the login form, broken",
    path: "/login/",
    body: "--x\r\ncontent-disp",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    status: 401,
  },
  {
    name: "the login form with 100,000 bytes",
    path: "/login/",
    body: `token=${"x".repeat(100_000)}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 413,
    code: "body_too_large",
  },
  {
    name: "the login with JSON",
    path: "/login/",
    body: JSON.stringify({ token: TOKEN }),
    headers: { "content-type": "application/json" },
    status: 401,
  },
  {
    name: "the logout from another page",
    path: "/logout/",
    body: "",
    headers: { origin: "https://evil.example", cookie: `tracker_session=${jwt(session)}` },
    status: 403,
    code: "cross_origin",
  },
  {
    name: "the logout from nowhere",
    path: "/logout/",
    body: "",
    headers: { origin: null },
    status: 403,
    code: "cross_origin",
  },
  { name: "the dashboard without a login", path: "/dashboard/", status: 303 },

  stats("a day that is none", "dom_ids=a&from=2026-02-30"),
  stats("a day with a time", "dom_ids=a&from=2026-02-03T00:00:00Z"),
  stats("a day of another calendar", "dom_ids=a&to=1447-05-32"),
  stats("a day of five digits", "dom_ids=a&to=12026-01-01"),
  stats("a day before Christ", "dom_ids=a&from=-001-01-01"),
  stats("a day in Arabic digits", `dom_ids=a&from=${encodeURIComponent("٢٠٢٦-٠١-٠١")}`),
  stats("a day with SQL", "dom_ids=a&from=2026-01-01'%20OR%20'1'='1"),
  stats("a day that is SQL", "dom_ids=a&to='%3B%20DROP%20TABLE%20statistic%3B%20--"),
  stats("an empty day", "dom_ids=a&from="),
  stats("a day that is HTML", "dom_ids=a&from=<script>".replace("<", "%3C").replace(">", "%3E")),
  stats("no number of days", "dom_ids=a&days=many"),
  stats("0 days", "dom_ids=a&days=0"),
  stats("-1 days", "dom_ids=a&days=-1"),
  stats("a million days", "dom_ids=a&days=1000000"),
  stats("half a day", "dom_ids=a&days=0.5"),
  stats("Infinity days", "dom_ids=a&days=Infinity"),
  stats("no DOM ids", ""),
  stats("DOM ids under another name", "dom_id=a"),
  stats("1e1 days", "dom_ids=a&days=1e1"),
  stats("a first day after the last", "dom_ids=a&from=2026-02-02&to=2026-02-01"),
  stats("a site that is none", "dom_ids=a&site=evil.example"),
  stats("a site that is SQL", "dom_ids=a&site='%20OR%20'1'='1"),
  asked("a question that is no JSON", "{", "bad_json"),
  asked("a question that is null", "null", "bad_json"),
  asked("a question that is a text", '"x"', "bad_json"),
  asked("a question whose DOM ids are null", { dom_ids: null }),
  asked("a question for a DOM id that is a number", { dom_ids: [1] }),
  asked("a question for a DOM id that is an object", { dom_ids: [{}] }),
  asked("a question for three parts", { dom_ids: [["a", "b", "c"]] }),
  asked("a question with a day that is a list", { dom_ids: ["a"], from: ["2026-01-01"] }),
  asked("a question for eight thousand years", { to: "9999-12-31" }),
  asked("a question with a site that is a number", { dom_ids: ["a"], site: 1 }),
  asked("a question with days that are an object", { dom_ids: ["a"], days: {} }),
  asked("a question with days that are a list", { dom_ids: ["a"], days: [5] }),
  asked("a question with days that are true", { dom_ids: ["a"], days: true }),
  asked("a question with days that are null", { dom_ids: ["a"], days: null }),
  asked("a question with half a day", { dom_ids: ["a"], days: 0.5 }),
  asked("a question with a day that is none", { dom_ids: ["a"], to: "2026-02-30" }),
  asked("a question with a day that is SQL", { dom_ids: ["a"], from: "' OR '1'='1" }),
  asked("a question with a first day after the last", { dom_ids: ["a"], from: "2026-02-02", to: "2026-02-01" }),
  asked("a question for a site that is none", { dom_ids: ["a"], site: "evil.example" }),
  asked("a question whose DOM ids are a text", { dom_ids: "a" }),
  asked("a question for a DOM id that is empty", { dom_ids: [""] }),
  asked("a question for a label without a category", { dom_ids: [["a"]] }),
  asked("a question that is empty", "", "bad_json"),
  asked("a question that is a list", "[]", "bad_json"),
  asked("a question that is a form", "dom_ids=a", "bad_json"),
  asked("a question that is cut off", '{"dom_ids":["a"', "bad_json"),
  asked("a question of 10,000 open brackets", `{"dom_ids":${"[".repeat(10_000)}`, "bad_json"),
  {
    name: "a question of two megabytes",
    path: "/get_stats/",
    headers: reader,
    body: JSON.stringify({ dom_ids: [batch().padEnd(2_000_000)] }),
    status: 413,
    code: "body_too_large",
  },
];
