import { Hono } from "hono";
import { cors } from "hono/cors";
import { routePath } from "hono/route";
import { admit } from "./http/guards/admit.ts";
import { expectListed, listMethods } from "./http/guards/route-access.ts";
import { routePathOf, urlTo } from "./http/base-path.ts";
import { ConfigError, readConfig } from "./config/config.ts";
import type { AppEnv } from "./http/context.ts";
import { dashboard } from "./dashboard/dashboard.tsx";
import { showRefusalsAsPages } from "./dashboard/problem-page.tsx";
import { logError } from "./log.ts";
import { pageHeaders } from "./http/page-headers.ts";
import { noteRefused } from "./http/guards/note-refused.ts";
import { answerRefusal, Refusal } from "./http/refuse.ts";
import { showApi } from "./routes/api-page.tsx";
import { api } from "./routes/api.ts";
import { serveAsset } from "./routes/assets.ts";
import { getStats, postStats } from "./routes/get-stats.ts";
import { metrics } from "./routes/metrics.ts";
import { healthz } from "./routes/healthz.ts";
import { showLogin, submitLogin, submitLogout } from "./routes/login.tsx";
import { showShare, submitShare } from "./routes/share.tsx";
import { report } from "./routes/report.ts";
import { trackBatch, trackImage, trackLabels } from "./routes/track.ts";
import { limitBody, limitStatsRequest } from "./http/limit-body.ts";

/** The table of routes. */
export const app = new Hono<AppEnv>({ getPath: (request, options) => routePathOf(request, options!.env!) });

// Headers are set before the handler makes its Response. Setting them afterwards would make a second Response, which costs a quarter of a
// ping's CPU time.
app.use(showRefusalsAsPages);
app.use((c, next) => {
  c.header("access-control-allow-origin", "*");
  c.header("x-content-type-options", "nosniff");
  // Pages with a Cross-Origin-Embedder-Policy load only what allows it like this.
  c.header("cross-origin-resource-policy", "cross-origin");
  // Every request fails with a wrong setting, not only those that use it: so it is noticed.
  readConfig(c.env);
  return next();
});
app.options(
  "*",
  cors({ origin: "*", allowMethods: ["GET", "POST", "DELETE"], allowHeaders: ["authorization", "content-type"] }),
);

for (const path of ["/login", "/share", "/dashboard/*", "/demo/*"]) app.use(path, pageHeaders);
// Files are no routes: they are for everybody.
app.use((c, next) => (listMethods(c.req.path) ? admit(c, next) : serveAsset(c)));

app.get("/track", trackLabels);
app.post("/track", limitBody, trackBatch);
app.get("/track.gif", trackImage);
app.on(["GET", "POST"], "/report", report);
app.get("/get_stats", getStats);
app.post("/get_stats", limitStatsRequest, postStats);
app.get("/healthz", healthz);
app.get("/metrics", metrics);
app.route("/api", api);
app.get("/login", showLogin);
app.post("/login", limitBody, submitLogin);
app.post("/logout", submitLogout);
app.get("/share", showShare);
app.post("/share", limitBody, submitShare);
dashboard.get("/api", showApi);
app.route("/dashboard", dashboard);
app.get("/", (c) => c.redirect(urlTo(c, "/dashboard/")));
expectListed(app.routes);

app.notFound((c) => answerRefusal(c, "not_found", `there is no ${c.req.method} ${new URL(c.req.url).pathname}`));

app.onError((error, c) => {
  if (error instanceof Refusal) {
    if (/^\/track(\.gif)?$/.test(c.req.path)) noteRefused(c, error.code, error.message);
    return answerRefusal(c, error.code, error.message);
  }
  if (error instanceof ConfigError) return answerRefusal(c, "bad_setting", error.message);
  // The route as this code has it: the path may hold what its sender likes.
  logError("request_failed", error, { route: `${c.req.method} ${routePath(c)}` });
  return /no such table/.test(error.message)
    ? answerRefusal(
        c,
        "no_tables",
        "make the database's tables: npx wrangler d1 migrations apply DB (--local or --remote)",
      )
    : answerRefusal(c, "unavailable", "the counters or the database did not answer; try again");
});
