import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import { selectLabelCategories } from "../d1/label-categories.ts";
import type { AppEnv } from "../http/context.ts";
import { readChanges, type ChangesPage } from "../http/read-changes.ts";
import { readView, subjectOf, type View } from "../http/view.ts";
import { queryExactly } from "../statistics/read.ts";
import { Empty } from "./empty.tsx";
import { exportChanges } from "./export-changes.ts";
import { ChangeTabs } from "./parts/change-tabs.tsx";
import { ChangesTable } from "./parts/changes-table.tsx";
import { hrefOf } from "./parts/format.ts";
import { linkHere, linkTo } from "./parts/links.ts";
import { ListPages } from "./parts/list-pages.tsx";
import { readTrends } from "./parts/trends.ts";
import { NothingFound } from "./parts/nothing-found.tsx";
import { readListParameters } from "./parts/read-list-parameters.ts";
import { SearchForm } from "./parts/search-form.tsx";

const PAGE_ROWS = 50;

/** `GET /dashboard/labels`: each label's count beside that of the period before. With `export=csv`: the same as a file. */
export async function showLabels(c: Context<AppEnv>): Promise<Response> {
  const view = await readView(c);
  const parameters = readListParameters(c);
  if (c.req.query("export")) return exportChanges(c, view, {}, ["label"], parameters);
  const page = await readChanges(c, view, {}, ["label"], { ...parameters, limit: PAGE_ROWS });
  if (page.totals.names === 0 && view.sites.length === 0) return c.render(<Empty c={c} />, { title: "Labels" });
  const labels = page.rows.map(({ label }) => label!);
  const [trends, categories] = await Promise.all([
    readTrends(c, subjectOf(view), labels),
    readCategories(c, view, page),
  ]);
  const raw = { site: view.site, from: view.from, to: view.to, format: "csv" };
  return c.render(
    <>
      <div class="heading">
        <h1>Labels</h1>
        <p class="actions">
          <a class="button" href={linkHere(c, { export: "csv" })} download>
            Export this list
          </a>
          <a class="button" href={hrefOf(urlTo(c, "/api/export"), raw)} download>
            Export raw
          </a>
          <a class="button" href={linkTo(c, "statistics")}>
            All rows
          </a>
        </p>
      </div>
      <div class="tools">
        {view.before && <ChangeTabs c={c} totals={page.totals} shown={parameters.show} />}
        <SearchForm c={c} placeholder="Find a label" />
      </div>
      {page.rows.length === 0 ? (
        <NothingFound parameters={parameters} what="label" />
      ) : (
        <ChangesTable
          c={c}
          view={view}
          page={page}
          label="Labels"
          trends={trends}
          names={[
            {
              heading: "Label",
              sort: "name",
              className: "label",
              cell: ({ label }) => (
                <a href={linkTo(c, "label", { label })} title={label}>
                  {label}
                </a>
              ),
            },
            {
              heading: "Category",
              className: "category",
              cell: ({ label }) => <Categories names={categories.get(label!) ?? []} />,
            },
          ]}
        />
      )}
      <ListPages c={c} next={page.next} />
    </>,
    { title: "Labels", view },
  );
}

function Categories({ names: [first, ...others] }: { names: readonly string[] }) {
  if (!first && others.length === 0) return <span class="none">–</span>;
  return (
    <>
      {first || "no category"}
      {others.length > 0 && <small title={others.join(", ")}> and {others.length} more</small>}
    </>
  );
}

/** The categories of the labels that are shown, each of its last day. */
async function readCategories(c: Context<AppEnv>, view: View, { rows }: ChangesPage): Promise<Map<string, string[]>> {
  const days = rows.map(({ label, last }): [string, string] => [label!, last]);
  const { results } = await queryExactly<{ label: string; category: string }>(c.env, subjectOf(view), (known) => [
    selectLabelCategories(c.env.DB, known, days),
  ]);
  const categories = Map.groupBy(results[0]!, ({ label }) => label);
  return new Map([...categories].map(([label, all]) => [label, all.map(({ category }) => category)]));
}
