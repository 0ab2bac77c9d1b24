import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import { linkTo } from "./parts/links.ts";
import type { AppEnv } from "../http/context.ts";

/** `GET /dashboard/settings`: what is done seldom. */
export function showSettings(c: Context<AppEnv>): Response | Promise<Response> {
  return c.render(
    <>
      <div class="heading">
        <h1>Settings</h1>
      </div>
      <section class="panel setting">
        <h2>Access</h2>
        <p>Tokens for people and servers, with a part of your rights, and share links. Each can be revoked.</p>
        <a class="button" href={linkTo(c, "access")}>
          Access…
        </a>
      </section>
      <section class="panel setting">
        <h2>Rules and webhook</h2>
        <p>Tells you when a label goes quiet, reaches a count or changes, or when the tracker is not well.</p>
        <a class="button" href={linkTo(c, "rules")}>
          Rules…
        </a>
      </section>
      <section class="panel setting">
        <h2>Annotations</h2>
        <p>What happened on a day, such as a deployment. Charts show it.</p>
        <a class="button" href={linkTo(c, "annotations")}>
          Annotations…
        </a>
      </section>
      <section class="panel setting">
        <h2>Bring in counts</h2>
        <p>From an export of this tracker, or from django-tracker.</p>
        <a class="button" href={linkTo(c, "import")}>
          Import…
        </a>
      </section>
      <section class="panel setting">
        <h2>Take out counts</h2>
        <p>All rows of the last ten years, for a backup or another program. Each list exports what it shows.</p>
        <p class="actions">
          <a class="button" href={urlTo(c, "/api/export?format=csv&pages=true&from=2016-01-01")} download>
            Export CSV
          </a>
          <a class="button" href={urlTo(c, "/api/export?format=json&pages=true&from=2016-01-01")} download>
            JSON
          </a>
        </p>
      </section>
      <section class="panel setting">
        <h2>Delete counts</h2>
        <p>
          A label is deleted on its own page, days in <a href={linkTo(c, "statistics")}>the list of rows</a>. A page
          asks before anything is deleted.
        </p>
      </section>
    </>,
    { title: "Settings" },
  );
}
