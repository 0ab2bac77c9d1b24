import type { Context } from "hono";
import { deleteStatistics, lastClosedDay, type Deletion } from "../statistics/delete.ts";
import { queryExactly } from "../statistics/read.ts";
import { readDeletion } from "../http/read-deletion.ts";
import { readForm } from "../http/parameters.ts";
import { selectSums } from "../d1/sums.ts";
import { formatCount, hrefOf } from "./parts/format.ts";
import { dashboardUrl } from "./parts/links.ts";
import type { AppEnv } from "../http/context.ts";

/** `GET /dashboard/delete`: what would be deleted, and the button that does it. */
export async function confirmDelete(c: Context<AppEnv>): Promise<Response> {
  const deletion = await readDeletion(c, c.req.query());
  const { site, label, from, to } = deletion;
  const { results } = await queryExactly<{ counter: number }>(c.env, deletion, (known) => [
    selectSums(c.env.DB, known, { labels: label ? [label] : undefined }, ["site"], {
      order: ["site", "asc"],
      limit: 1_000,
    }),
  ]);
  const counted = results[0]!.reduce((sum, { counter }) => sum + counter, 0);
  if (counted == 0) return renderNothing(c, deletion);
  return c.render(
    <section class="ask">
      <h1>Delete {describe(deletion)}?</h1>
      <p>
        <b>{formatCount(counted, "action")}</b> from <time>{from}</time> to <time>{to}</time>
        {site ? ` of ${site}` : ""} will be deleted for good. Days that are still counting are kept.
      </p>
      <p>
        To keep a copy,{" "}
        <a href={hrefOf("../api/export", { site, label, from, to, format: "csv" })} download>
          export them
        </a>{" "}
        first. The file can be imported again.
      </p>
      <form method="post" class="actions">
        {Object.entries({ site, label, from, to }).map(([name, value]) =>
          value ? <input type="hidden" name={name} value={value} /> : null,
        )}
        <button class="danger">Delete {formatCount(counted, "action")}</button>
        <a class="button" href={hrefOf("statistics", { site, label })}>
          Cancel
        </a>
      </form>
    </section>,
    { title: "Delete" },
  );
}

/** `POST /dashboard/delete`. */
export async function submitDelete(c: Context<AppEnv>): Promise<Response> {
  const deletion = await readDeletion(c, await readForm(c));
  const deleted = await deleteStatistics(c.env, deletion);
  const { site, from, to } = deletion;
  return c.render(
    <section class="ask">
      <h1>Deleted</h1>
      <p role="status">
        {formatCount(deleted, "row")} of {describe(deletion)} from <time>{from}</time> to <time>{to}</time> were
        deleted.
      </p>
      <p class="actions">
        <a class="button" href={hrefOf(`${dashboardUrl(c)}statistics`, { site })}>
          Back to the statistics
        </a>
      </p>
    </section>,
    { title: "Deleted" },
  );
}

function renderNothing(c: Context<AppEnv>, { site, label, from, to }: Deletion): Response | Promise<Response> {
  return c.render(
    <section class="ask">
      <h1>Nothing to delete</h1>
      <p>
        From <time>{from}</time> to <time>{to}</time>
        {site ? ` on ${site}` : ""} nothing was counted{label ? " under " : ""}
        {label ? <q>{label}</q> : ""}. Days that are still counting are kept.
      </p>
      <p class="actions">
        <a class="button" href={hrefOf("statistics", { site, label })}>
          Back to the statistics
        </a>
      </p>
    </section>,
    { title: "Delete" },
  );
}

/** For days that still count: up to which day one can delete. */
export async function showOpenDays(c: Context<AppEnv>, message: string): Promise<Response> {
  const last = await lastClosedDay(c.env);
  c.status(409);
  return c.render(
    <section class="ask">
      <h1>These days cannot be deleted yet</h1>
      <p>{message}. Pings that still arrive would write what was deleted again.</p>
      <form method="get" class="actions">
        {Object.entries(c.req.query()).map(([name, value]) =>
          name === "to" ? null : <input type="hidden" name={name} value={value} />,
        )}
        <label>
          Delete up to <input type="date" name="to" value={last} max={last} required />
        </label>
        <button>Continue</button>
      </form>
    </section>,
    { title: "Delete" },
  );
}

function describe({ label }: Deletion) {
  return label ? <q>{label}</q> : "all statistics";
}
