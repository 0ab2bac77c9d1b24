import type { Context } from "hono";
import { stream } from "hono/streaming";
import { logError } from "../log.ts";
import { importCsv } from "../statistics/import.ts";
import { ParameterError, readSite } from "../http/parameters.ts";
import type { AppEnv } from "../http/context.ts";

/** `POST /api/import`: a CSV as the body. Answers with one JSON object a line; the last says what became of the whole. */
export async function importStatistics(c: Context<AppEnv>, site: string, replace: boolean): Promise<Response> {
  const { body } = c.req.raw;
  const named = readSite(c, site) ?? "";
  if (!body) throw new ParameterError("body", "a CSV is missing");
  // Piped before the answer begins: workerd may throw away a body that nobody reads by then.
  const file = body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
  const lines = importCsv(c.env, file, { site: named, replace });
  // The first before the answer begins, so that what fails until then has a status.
  const first = await lines.next();
  c.header("content-type", "application/x-ndjson");
  return stream(
    c,
    async (out) => {
      for (let line = first; !line.done; line = await lines.next()) await out.write(`${JSON.stringify(line.value)}\n`);
    },
    async (error) => logError("import_failed", error),
  );
}
