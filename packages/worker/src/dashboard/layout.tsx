import { jsxRenderer, useRequestContext } from "hono/jsx-renderer";
import { urlTo } from "../http/base-path.ts";
import { readConfig } from "../config/config.ts";
import { dashboardUrl, linkTo } from "./parts/links.ts";
import { ViewBar, type Bar } from "./parts/view-bar.tsx";
import { ShareForm } from "./parts/share-choice.tsx";
import { mayUse } from "../http/guards/route-access.ts";
import { isShareable, nameView } from "../http/guards/share.ts";
import { formatUntil } from "./parts/format.ts";
import type { View } from "../http/view.ts";
import type { AppEnv } from "../http/context.ts";

declare module "hono" {
  interface ContextRenderer {
    (content: string | Promise<string>, page: { title: string; hasChart?: boolean; view?: View; bar?: Bar }): Response;
  }
}

/** The pages of the navigation, each with the pages that lie below it. */
const PAGES: readonly [path: string, name: string, below?: readonly string[]][] = [
  ["", "Overview"],
  ["labels", "Labels", ["label", "statistics"]],
  ["pages", "Pages", ["page"]],
  ["today", "Today"],
  ["heatmaps", "Heat maps", ["heatmap"]],
  ["health", "Setup & health", ["flush"]],
  ["settings", "Settings", ["access", "annotations", "rules", "import", "delete"]],
];

/** What every page of the dashboard has around it. */
export const layout = jsxRenderer(({ children, title, hasChart, view, bar }) => {
  const c = useRequestContext<AppEnv>();
  const url = dashboardUrl(c);
  const current = c.req.path.replace(/^\/dashboard\/?/, "");
  const caller = c.get("caller")!;
  const shared = caller.view !== undefined;
  // A page that says what is wrong has no view.
  const canShare = view !== undefined && isShareable(current) && mayUse(caller, "POST", "/dashboard/share");
  const query = new URL(c.req.url).searchParams;
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
      <body data-shared={shared || undefined}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="name" href={url}>
            <span class="mark" aria-hidden="true" />
            Tracker
          </a>
          {shared && <Shared until={caller.endsAt} />}
          <nav aria-label="Pages">
            {PAGES.map(([page, name, below]) => (
              <a
                href={linkTo(c, page)}
                data-page={page}
                aria-current={page === current ? "page" : below?.includes(current) ? "true" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
          {canShare && (
            <ShareForm action={`${url}share`} fields={{ view: nameView(current, query), name: title }} of="this view" />
          )}
          <form method="post" action={urlTo(c, "/logout/")}>
            <button class="quiet">Log out</button>
          </form>
        </header>
        <main id="main" tabindex={-1}>
          {view && <ViewBar c={c} view={view} bar={bar ?? "all"} />}
          {children}
        </main>
        <footer>
          Days end at midnight, {readConfig(c.env).timeZone}
          {!shared && (
            <>
              {" "}
              · <a href={linkTo(c, "api")}>API</a>
            </>
          )}
        </footer>
      </body>
    </html>
  );
});

/** What stands in the navigation's place for who came by a share link. */
function Shared({ until }: { until: number | undefined }) {
  return (
    <p class="shared">A shared view{until === undefined ? "" : `, which ends ${formatUntil(until, Date.now())}`}</p>
  );
}
