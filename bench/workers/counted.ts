/** The Worker as it is deployed, with D1's and its objects' own account of what they read and wrote since they were asked last, `/operations`, `/sum-up?day=…` and `/sql`. */
import tracker, { DayCounter as Original } from "../../packages/worker/src/index.ts";
import type { Env } from "../../packages/worker/src/env.ts";
import { sumUpDay } from "../../packages/worker/src/d1/day-sum.ts";

const operations = { queries: 0, rowsRead: 0, rowsWritten: 0 };
/** Of the Durable Objects: a cursor knows its rows when it was read. */
const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

/** A DayCounter whose rows are counted. */
export class DayCounter extends Original {
  constructor(ctx: DurableObjectState, env: Env) {
    watchSql(ctx.storage.sql);
    super(ctx, env);
  }
}

let isSqlWatched = false;

function watchSql(sql: SqlStorage): void {
  if (isSqlWatched) return;
  isSqlWatched = true;
  const storage = Object.getPrototypeOf(sql) as SqlStorage;
  const { exec } = storage;
  storage.exec = function execCounted<Row extends Record<string, SqlStorageValue>>(
    this: SqlStorage,
    query: string,
    ...values: unknown[]
  ) {
    const cursor = exec.call(this, query, ...values) as SqlStorageCursor<Row>;
    cursors.push(cursor);
    return cursor;
  };
}

function takeObjectRows(): { objectRowsRead: number; objectRowsWritten: number } {
  const rows = { objectRowsRead: 0, objectRowsWritten: 0 };
  for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
    rows.objectRowsRead += rowsRead;
    rows.objectRowsWritten += rowsWritten;
  }
  return rows;
}

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
  async fetch(request, env, ctx) {
    watch(env.DB);
    const { pathname, searchParams } = new URL(request.url);
    if (pathname == "/sum-up") {
      await sumUpDay(env.DB, { site: "", day: searchParams.get("day")! });
      return new Response();
    }
    if (pathname == "/sql") {
      const { sql, values } = await request.json<{ sql: string; values: unknown[] }>();
      await env.DB.prepare(sql)
        .bind(...values)
        .run();
      return new Response();
    }
    if (pathname != "/operations") return tracker.fetch(request, env, ctx);
    const answer = Response.json({ ...operations, ...takeObjectRows() });
    Object.assign(operations, { queries: 0, rowsRead: 0, rowsWritten: 0 });
    return answer;
  },
} satisfies ExportedHandler<Env>;
