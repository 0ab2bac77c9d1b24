/** The Worker as it is deployed, with D1's own account of what it read and wrote since it was asked last: `/operations`. */
import tracker from "../../packages/worker/src/index.ts";
import type { Env } from "../../packages/worker/src/env.ts";

export { DayCounter } from "../../packages/worker/src/index.ts";

const operations = { queries: 0, rowsRead: 0, rowsWritten: 0 };
let isWatched = false;

/** Statements share a prototype with the Durable Object's own: whoever runs one is counted. */
function watch(db: D1Database): void {
  if (isWatched) return;
  isWatched = true;
  const note = (...results: D1Result[]): void => {
    for (const { meta } of results) {
      operations.queries++;
      operations.rowsRead += meta.rows_read;
      operations.rowsWritten += meta.rows_written;
    }
  };
  const statement = Object.getPrototypeOf(db.prepare("SELECT 1")) as D1PreparedStatement;
  const { all, run } = statement;
  statement.all = async function allCounted<Row>(this: D1PreparedStatement) {
    const result = await all.call(this);
    note(result);
    return result as D1Result<Row>;
  };
  statement.run = async function runCounted<Row>(this: D1PreparedStatement) {
    const result = await run.call(this);
    note(result);
    return result as D1Result<Row>;
  };
  const database = Object.getPrototypeOf(db) as D1Database;
  const { batch } = database;
  database.batch = async function batchCounted<Row>(this: D1Database, statements: D1PreparedStatement[]) {
    const results = await batch.call(this, statements);
    note(...results);
    return results as D1Result<Row>[];
  };
}

export default {
  fetch(request, env, ctx) {
    watch(env.DB);
    if (!request.url.endsWith("/operations")) return tracker.fetch(request, env, ctx);
    const answer = Response.json(operations);
    Object.assign(operations, { queries: 0, rowsRead: 0, rowsWritten: 0 });
    return answer;
  },
  scheduled: tracker.scheduled,
} satisfies ExportedHandler<Env>;
