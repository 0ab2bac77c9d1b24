import type { Context } from "hono";
import type { AppEnv } from "../http/context.ts";
import { readChanges } from "../http/read-changes.ts";
import { readView } from "../http/view.ts";
import { exportChanges } from "./export-changes.ts";
import { ChangeTabs } from "./parts/change-tabs.tsx";
import { ChangesTable } from "./parts/changes-table.tsx";
import { linkHere, linkTo } from "./parts/links.ts";
import { ListPages } from "./parts/list-pages.tsx";
import { NothingFound } from "./parts/nothing-found.tsx";
import { readListParameters } from "./parts/read-list-parameters.ts";
import { SearchForm } from "./parts/search-form.tsx";

const PAGE_ROWS = 50;
const EACH_PAGE = { page: true } as const;

/** `GET /dashboard/pages`: each page's count beside that of the period before. With `export=csv`: the same as a file. */
export async function showPages(c: Context<AppEnv>): Promise<Response> {
  const view = await readView(c);
  const parameters = readListParameters(c);
  if (c.req.query("export")) return exportChanges(c, view, EACH_PAGE, ["page"], parameters);
  const page = await readChanges(c, view, EACH_PAGE, ["page"], { ...parameters, limit: PAGE_ROWS });
  const hasAny = page.totals.names > 0 || page.rows.length > 0 || parameters.search || parameters.show;
  return c.render(
    <>
      <div class="heading">
        <h1>Pages</h1>
        {hasAny && (
          <p class="actions">
            <a class="button" href={linkHere(c, { export: "csv" })} download>
              Export this list
            </a>
          </p>
        )}
      </div>
      {hasAny ? (
        <div class="tools">
          {view.before && <ChangeTabs c={c} totals={page.totals} shown={parameters.show} />}
          <SearchForm c={c} placeholder="Find a page" />
        </div>
      ) : (
        <p class="notice">
          No action of this period came with its page. The script tag tells it with <code>data-pages="true"</code>.
        </p>
      )}
      {page.rows.length > 0 ? (
        <ChangesTable
          c={c}
          view={view}
          page={page}
          label="Pages"
          names={[
            {
              heading: "Page",
              sort: "name",
              className: "label",
              cell: ({ page }) => (
                <a href={linkTo(c, "page", { page })} title={page}>
                  {page}
                </a>
              ),
            },
          ]}
        />
      ) : (
        hasAny && <NothingFound parameters={parameters} what="page" />
      )}
      <ListPages c={c} next={page.next} />
    </>,
    { title: "Pages", view },
  );
}
