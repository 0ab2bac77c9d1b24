import type { Context } from "hono";
import { stream } from "hono/streaming";
import { CSV_COLUMNS, formatCsv } from "../statistics/csv.ts";
import { logError } from "../log.ts";
import { queryExactly } from "../statistics/read.ts";
import { rowOrders, selectRows, type StatisticRow } from "../d1/rows.ts";
import { readSelection, type FilterParameters } from "../http/parameters.ts";
import type { AppEnv } from "../http/context.ts";

// Bounds the Worker's memory, and the questions to D1: an invocation may ask a thousand.
const ROWS_AT_ONCE = 5_000;

/** All rows of a filter, oldest day first, sent as they are read. */
export async function exportStatistics(
  c: Context<AppEnv>,
  { format, ...parameters }: FilterParameters & { format: "csv" | "json" },
): Promise<Response> {
  const { subject, filter } = readSelection(c, parameters);
  const orders = rowOrders(["day", "asc"]);
  const readPage = async (after?: StatisticRow): Promise<StatisticRow[]> => {
    const values = after && orders.map(([column]) => after[column as keyof StatisticRow]);
    const { results } = await queryExactly<StatisticRow>(c.env, subject, (known) => [
      selectRows(c.env.DB, known, filter, { order: ["day", "asc"], after: values, limit: ROWS_AT_ONCE }),
    ]);
    return results[0]!;
  };
  // Before the answer begins, so that what fails here has a status.
  let rows = await readPage();
  const name = ["statistics", subject.site, subject.from, subject.to].filter(Boolean).join("-");
  c.header("content-type", format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json");
  c.header("content-disposition", `attachment; filename="${name.replace(/[^\w.-]/g, "_")}.${format}"`);
  c.header("cache-control", "no-store");
  return stream(
    c,
    async (out) => {
      await out.write(format === "csv" ? `${CSV_COLUMNS.join()}\n` : "[");
      for (let isFirst = true; rows.length > 0; isFirst = false) {
        if (format === "csv") await out.write(formatCsv(rows));
        else await out.write((isFirst ? "\n" : ",\n") + rows.map((row) => JSON.stringify(row)).join(",\n"));
        rows = rows.length < ROWS_AT_ONCE ? [] : await readPage(rows.at(-1));
      }
      if (format === "json") await out.write("\n]\n");
    },
    async (error) => logError("export_failed", error),
  );
}
