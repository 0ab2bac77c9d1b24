import type { Context } from "hono";
import type { Column, Filter } from "../d1/query.ts";
import type { AppEnv } from "../http/context.ts";
import { readChanges, type ChangesParameters } from "../http/read-changes.ts";
import type { View } from "../http/view.ts";
import { formatLines } from "../statistics/csv.ts";

const ROWS_AT_ONCE = 5_000;
/** More names than these fit no spreadsheet, nor the Worker's memory. */
const ROWS_MAX = 200_000;

/** A list as it is shown, all of its pages, as CSV: the names, the counts of both periods, and the last day with an action. */
export async function exportChanges(
  c: Context<AppEnv>,
  view: View,
  filter: Filter,
  by: readonly Column[],
  parameters: ChangesParameters,
): Promise<Response> {
  const { from, to, before } = view;
  const head = [...by, "counter", ...(before ? ["before", "change_percent"] : []), "last_day"];
  const texts = [`${head.join()}\n`];
  let cursor: string | undefined;
  for (let rows = 0; rows < ROWS_MAX; rows += ROWS_AT_ONCE) {
    const page = await readChanges(c, view, filter, by, { ...parameters, cursor, limit: ROWS_AT_ONCE });
    texts.push(
      formatLines(
        page.rows.map((row) => [
          ...by.map((column) => row[column] ?? ""),
          row.now,
          ...(before ? [row.before, row.before ? Math.round((row.now / row.before - 1) * 1000) / 10 : ""] : []),
          row.last,
        ]),
      ),
    );
    if (!page.next) break;
    cursor = page.next;
  }
  const name = [`${by[0]}s`, view.site, from, to]
    .filter(Boolean)
    .join("-")
    .replaceAll(/[^\w.-]/g, "_");
  c.header("content-type", "text/csv; charset=utf-8; header=present");
  c.header("content-disposition", `attachment; filename="${name}.csv"`);
  return c.body(texts.join(""));
}
