import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { lastClosedDay } from "../statistics/delete.ts";
import { importCsv, type ImportProgress } from "../statistics/import.ts";
import type { ImportError } from "../statistics/import-row.ts";
import { ParameterError } from "../http/parameters.ts";
import { formatCount, formatNumber } from "./parts/format.ts";
import type { AppEnv } from "../http/context.ts";

const ERRORS_SHOWN = 100;

/** `GET /dashboard/import`. */
export async function showImport(c: Context<AppEnv>): Promise<Response> {
  return c.render(<ImportForm last={await lastClosedDay(c.env)} />, { title: "Import" });
}

/** `POST /dashboard/import`: the form's file. */
export async function submitImport(c: Context<AppEnv>): Promise<Response> {
  const { file, replace } = await c.req.parseBody().catch(() => ({ file: undefined, replace: undefined }));
  if (!(file instanceof File)) throw new ParameterError("file", "choose a CSV file");
  let progress: ImportProgress = { rows: 0, changed: 0, wrong: 0, deleted: 0 };
  const errors: ImportError[] = [];
  for await (const step of importCsv(c.env, file.stream(), { replace: replace === "true" })) {
    if (!("line" in step)) progress = step;
    else if (errors.length < ERRORS_SHOWN) errors.push(step);
  }
  return c.render(
    <>
      <ImportForm last={await lastClosedDay(c.env)}>
        <p role="status" class="notice">
          {describe(progress)}
        </p>
        {errors.length > 0 && (
          <div class="scroll panel" tabindex={0} role="region" aria-label="Lines that were left out">
            <table>
              <caption class="unseen">Lines that were left out</caption>
              <thead>
                <tr>
                  <th scope="col" class="number">
                    Line
                  </th>
                  <th scope="col">Why it was left out</th>
                </tr>
              </thead>
              <tbody>
                {errors.map(({ line, code, message }) => (
                  <tr>
                    <td class="number">{line}</td>
                    <td>
                      {message} <small>{code}</small>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </ImportForm>
    </>,
    { title: "Import" },
  );
}

function describe({ rows, changed, wrong, deleted }: ImportProgress): string {
  if (rows === 0 && wrong === 0) return "Nothing to import: below its first line the file is empty.";
  const imported = `${formatCount(rows, "row")} imported, ${formatNumber(changed)} of them new or different.`;
  const removed = deleted > 0 ? ` Deleted: ${formatCount(deleted, "row")}.` : "";
  const leftOut = wrong > 0 ? ` Left out: ${formatCount(wrong, "line")}.` : "";
  return imported + removed + leftOut;
}

function ImportForm({ last, children }: { last: string; children?: Child }) {
  return (
    <section class="ask">
      <h1>Import</h1>
      {children}
      <form method="post" enctype="multipart/form-data" class="actions">
        <label>
          CSV file <input type="file" name="file" accept=".csv,text/csv" required />
        </label>
        <label>
          <input type="checkbox" name="replace" value="true" /> Replace whole days
        </label>
        <button class="primary">Import</button>
      </form>
      <p>
        Choose a file that was exported here, or django-tracker's table. Its first line names the columns:{" "}
        <code>day</code>, <code>label</code> and <code>counter</code> are needed, <code>category</code>,{" "}
        <code>dom_id</code> and <code>site</code> are optional, others are ignored. In a file without <code>site</code>,{" "}
        <code>None</code> means empty.
      </p>
      <p>
        Counters are set, not added: importing a file twice changes nothing. Only days up to <time>{last}</time> can be
        imported; later days are still counting. Days that this tracker counted itself are not changed. To restore a
        backup, tick “Replace whole days”: each day in the file becomes exactly what the file says.
      </p>
      <p>
        For large files: <code>npm run import -- statistics.csv</code>
      </p>
    </section>
  );
}
