import type { Context } from "hono";
import { jsxRenderer, useRequestContext } from "hono/jsx-renderer";
import { urlTo } from "../http/base-path.ts";
import { readConfig } from "../config/config.ts";
import type { AppEnv } from "../http/context.ts";

declare module "hono" {
  interface ContextRenderer {
    (content: string | Promise<string>, page: { title: string; hasChart?: boolean }): Response;
  }
}

const PAGES = [
  ["", "Overview"],
  ["statistics", "Statistics"],
  ["import", "Import"],
  ["health", "Health"],
] as const;

/** Where the dashboard lies, whatever base path the Worker is mounted under; ends with a slash. */
export function dashboardUrl(c: Context<AppEnv>): string {
  return urlTo(c, "/dashboard/");
}

/** What every page of the dashboard has around it. */
export const layout = jsxRenderer(({ children, title, hasChart }) => {
  const c = useRequestContext<AppEnv>();
  const url = dashboardUrl(c);
  const current = c.req.path.replace(/^\/dashboard\/?/, "");
  const site = c.req.query("site");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title} · Tracker</title>
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={urlTo(c, "/assets/icon.svg")} />
        <link rel="stylesheet" href={urlTo(c, "/assets/dashboard.css")} />
        <script src={urlTo(c, "/assets/dashboard.js")} type="module" />
        {hasChart && <script src={urlTo(c, "/assets/chart.js")} type="module" />}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="name" href={url}>
            <span class="mark" aria-hidden="true" />
            Tracker
          </a>
          <nav aria-label="Pages">
            {PAGES.map(([page, name]) => (
              <a
                href={`${url}${page}${site ? `?site=${encodeURIComponent(site)}` : ""}`}
                aria-current={page === current ? "page" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
          <form method="post" action={urlTo(c, "/logout/")}>
            <button class="quiet">Log out</button>
          </form>
        </header>
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <footer>
          Days end at midnight, {readConfig(c.env).timeZone} · <a href={urlTo(c, "/api/openapi.json")}>API</a>
        </footer>
      </body>
    </html>
  );
});
