/** Refusals as people see them: a browser that shows a page gets a page, a program gets the JSON of `refuse`. */
import type { ErrorAnswer } from "@tracker/sdk/protocol";
import type { Context, MiddlewareHandler } from "hono";
import { urlTo } from "../http/base-path.ts";
import { pageHeaders } from "../http/page-headers.ts";
import type { AppEnv } from "../http/context.ts";

/** What happened, by the refusal's code. */
const TITLES: Record<string, string> = {
  not_found: "There is no such page",
  unauthorized: "Log in first",
  token_not_set: "Nobody can log in yet",
  rate_limited: "Too many requests",
  cross_origin: "Open this from the dashboard",
  bad_setting: "A setting is wrong",
  no_tables: "The database has no tables",
  unavailable: "No answer",
};

/** Turns the refusal of a request that a browser made to show a page into a page. */
export const showRefusalsAsPages: MiddlewareHandler<AppEnv> = async (c, next) => {
  // Pings ask for no page, and skip this.
  if (!c.req.header("accept")?.includes("text/html")) return next();
  await next();
  if (c.res.status < 400 || !c.res.headers.get("content-type")?.startsWith("application/json")) return undefined;
  const { error } = await c.res.json<ErrorAnswer>();
  await pageHeaders(c, async () => {
    c.res = await c.html(<ProblemPage c={c} {...error} />, c.res.status as 404);
  });
  return undefined;
};

function ProblemPage({ c, code, message }: { c: Context<AppEnv>; code: string; message: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{TITLES[code] ?? "This did not work"} · Tracker</title>
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={urlTo(c, "/assets/icon.svg")} />
        <link rel="stylesheet" href={urlTo(c, "/assets/dashboard.css")} />
      </head>
      <body>
        <main class="login">
          <p class="name">
            <span class="mark" aria-hidden="true" />
            Tracker
          </p>
          <h1>{TITLES[code] ?? "This did not work"}</h1>
          <p>
            {message} <small>{code}</small>
          </p>
          <p>
            <a href={urlTo(c, "/dashboard/")}>Go to the dashboard</a>
          </p>
        </main>
      </body>
    </html>
  );
}
