import { Hono } from "hono";
import { cors } from "hono/cors";
import { requireReader } from "./auth.ts";
import { routePathOf } from "./base-path.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { Env } from "./env.ts";
import { logError } from "./log.ts";
import { refuse } from "./refuse.ts";
import { serveAsset } from "./routes/assets.ts";
import { getStats } from "./routes/get-stats.ts";
import { healthz } from "./routes/healthz.ts";
import { showLogin, submitLogin } from "./routes/login.tsx";
import { report } from "./routes/report.ts";
import { trackBatch, trackLabels } from "./routes/track.ts";

export interface AppEnv {
  Bindings: Env;
}

/** The table of routes. */
export const app = new Hono<AppEnv>({ getPath: routePathOf });

app.use(cors({ origin: "*", allowMethods: ["GET", "POST"], allowHeaders: ["authorization", "content-type"] }));

app.get("/track", trackLabels);
app.post("/track", trackBatch);
app.on(["GET", "POST"], "/report", requireReader, report);
app.get("/get_stats", (c, next) => (readConfig(c.env).publicStats ? next() : requireReader(c, next)), getStats);
app.get("/healthz", healthz);
app.get("/login", showLogin);
app.post("/login", submitLogin);

app.get("*", serveAsset);

app.notFound((c) => refuse(c, "not_found", `there is no ${c.req.method} ${c.req.path}`));

app.onError((error, c) => {
  if (error instanceof ConfigError) return refuse(c, "bad_setting", error.message);
  logError("request_failed", error, { path: c.req.path });
  if (/no such table/.test(error.message)) {
    return refuse(
      c,
      "no_tables",
      "the database has no tables: npx wrangler d1 migrations apply DB (--local or --remote)",
    );
  }
  return refuse(c, "unavailable", "the counters or the database did not answer; try again");
});
