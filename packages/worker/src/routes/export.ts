import type { Context } from "hono";
import { CSV_COLUMNS, formatCsv, PAGE_CSV_COLUMNS } from "../statistics/csv.ts";
import { expectAccess } from "../http/guards/callers.ts";
import { logError } from "../log.ts";
import { queryExactly, type Subject } from "../statistics/read.ts";
import type { Filter } from "../d1/query.ts";
import { rowOrders, selectRows, type StatisticRow } from "../d1/rows.ts";
import { readSelection, type FilterParameters } from "../http/parameters.ts";
import type { AppEnv } from "../http/context.ts";

// Bounds the Worker's memory, and the questions to D1: an invocation may ask a thousand.
const ROWS_AT_ONCE = 5_000;

/** All rows of a filter, oldest day first, sent as they are read. With `pages`, each page's rows after those over all pages. */
export async function exportStatistics(
  c: Context<AppEnv>,
  { format, pages, ...parameters }: FilterParameters & { format: "csv" | "json"; pages: "true" | "false" },
): Promise<Response> {
  const { subject, filter } = readSelection(c, parameters);
  const hasPages = pages === "true" || filter.page !== undefined;
  const columns = hasPages ? PAGE_CSV_COLUMNS : CSV_COLUMNS;
  const filters =
    pages === "true" && filter.page === undefined ? [filter, { ...filter, page: true as const }] : [filter];
  const parts = readParts(c, subject, filters);
  // Before the answer begins, so that what fails here has a status.
  let part = await parts.next();
  const name = ["statistics", subject.site, subject.from, subject.to].filter(Boolean).join("-");
  c.header("content-type", format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json");
  c.header("content-disposition", `attachment; filename="${name.replace(/[^\w.-]/g, "_")}.${format}"`);
  c.header("cache-control", "no-store");
  async function* write(): AsyncGenerator<string, undefined> {
    yield format === "csv" ? `${columns.join()}\n` : "[";
    for (let isFirst = true; !part.done; isFirst = false) {
      const rows = part.value;
      if (format === "csv") yield formatCsv(rows, columns);
      else yield (isFirst ? "\n" : ",\n") + rows.map((row) => JSON.stringify(row)).join(",\n");
      await expectAccess(c);
      part = await parts.next();
    }
    if (format === "json") yield "\n]\n";
  }
  return c.body(streamOf(write()));
}

/** Bytes of texts. Where they fail the stream breaks off, so that half a file is not taken for the whole. */
function streamOf(texts: AsyncGenerator<string, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        logError("export_failed", error);
        controller.error(error);
      }
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}

/** The rows of each filter, some at a time. */
async function* readParts(
  c: Context<AppEnv>,
  subject: Subject,
  filters: readonly Filter[],
): AsyncGenerator<StatisticRow[], undefined> {
  for (const filter of filters) {
    const columns = rowOrders(["day", "asc"], filter).map(([column]) => column as keyof StatisticRow);
    let rows: StatisticRow[] = [];
    do {
      const last = rows.at(-1);
      const after = last && columns.map((column) => last[column]!);
      const { results } = await queryExactly<StatisticRow>(c.env, subject, (known) => [
        selectRows(c.env.DB, known, filter, { order: ["day", "asc"], after, limit: ROWS_AT_ONCE }),
      ]);
      rows = results[0]!;
      if (rows.length > 0) yield rows;
    } while (rows.length === ROWS_AT_ONCE);
  }
}
