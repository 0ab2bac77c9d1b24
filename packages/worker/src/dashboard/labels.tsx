import { listDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import { selectLabelCategories } from "../d1/label-categories.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import { parseParameters } from "../http/parameters.ts";
import { ChangesQuery, readChanges, type ChangesPage, type ChangesParameters } from "../http/read-changes.ts";
import { readView, subjectOf, type View } from "../http/view.ts";
import { queryExactly } from "../statistics/read.ts";
import { Empty } from "./empty.tsx";
import { exportChanges } from "./export-changes.ts";
import { ChangeTabs } from "./parts/change-tabs.tsx";
import { ChangesTable } from "./parts/changes-table.tsx";
import { hrefOf } from "./parts/format.ts";
import { linkHere, linkTo } from "./parts/links.ts";
import { ListPages } from "./parts/list-pages.tsx";
import { SearchForm } from "./parts/search-form.tsx";

const PAGE_ROWS = 50;

/** `GET /dashboard/labels`: each label's count beside that of the period before. With `export=csv`: the same as a file. */
export async function showLabels(c: Context<AppEnv>): Promise<Response> {
  const view = await readView(c);
  const parameters = readListParameters(c);
  if (c.req.query("export")) return exportChanges(c, view, {}, ["label"], parameters);
  const page = await readChanges(c, view, {}, ["label"], { ...parameters, limit: PAGE_ROWS });
  if (page.totals.names === 0 && view.sites.length === 0) return c.render(<Empty c={c} />, { title: "Labels" });
  const { trends, categories } = await readDetails(c, view, page);
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
        <Nothing parameters={parameters} />
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
              cell: ({ label }) => <a href={linkTo(c, "label", { label })}>{label}</a>,
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

/** The list's parameters, without those that a form sent empty. @throws ParameterError */
function readListParameters(c: Context<AppEnv>): ChangesParameters {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  return parseParameters(ChangesQuery, Object.fromEntries(given));
}

function Nothing({ parameters: { show, search } }: { parameters: ChangesParameters }) {
  if (search) return <p class="nothing">No label contains “{search}”.</p>;
  if (show) return <p class="nothing">None changed by more than chance.</p>;
  return <p class="nothing">Nothing was counted in this period.</p>;
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

/** Counts per day, and categories, of the labels that are shown. */
async function readDetails(
  c: Context<AppEnv>,
  view: View,
  { rows }: ChangesPage,
): Promise<{ trends: Map<string, number[]>; categories: Map<string, string[]> }> {
  const subject = subjectOf(view);
  const days = listDays(subject.from, subject.to);
  const labels = rows.map(({ label }) => label!);
  const { results } = await queryExactly<{ label: string; day: string; counter: number; category: string }>(
    c.env,
    subject,
    (known) => [
      selectSums(c.env.DB, known, { labels }, ["label", "day"], {
        order: ["day", "asc"],
        limit: labels.length * days.length,
      }),
      selectLabelCategories(
        c.env.DB,
        known,
        rows.map(({ label, last }) => [label!, last]),
      ),
    ],
  );
  const counters = new Map(results[0]!.map(({ label, day, counter }) => [`${day} ${label}`, counter]));
  const categories = Map.groupBy(results[1]!, ({ label }) => label);
  return {
    trends: new Map(labels.map((label) => [label, days.map((day) => counters.get(`${day} ${label}`) ?? 0)])),
    categories: new Map([...categories].map(([label, all]) => [label, all.map(({ category }) => category)])),
  };
}
