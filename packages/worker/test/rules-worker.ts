/**
 * The rules' part of the cron, at any time one likes and killed where one likes:
 * `POST {now, counts, rule, crash}` sets counts, makes a rule and then does what the cron does, answers "done" or "killed".
 */
import { addRule } from "../src/d1/rules.ts";
import type { Env } from "../src/env.ts";
import type { Rule } from "../src/model/rules.ts";
import { checkRules } from "../src/statistics/check-rules.ts";
import { sendMessages } from "../src/statistics/send-messages.ts";

export { DayCounter } from "../src/counting/day-counter.ts";

interface Run {
  /** Ms since epoch. */
  now: number;
  /** What is counted, `[day, label, counter]` each. */
  counts: [string, string, number][];
  /** Made before, for all sites. */
  rule?: Pick<Rule, "kind" | "label" | "number"> | undefined;
  /** Which question to D1 is the last, and whether D1 still does what it asks. Absent: none. */
  crash?: { call: number; isDone: boolean } | undefined;
}

export default {
  async fetch(request, env) {
    const { now, counts, rule, crash } = await request.json<Run>();
    if (counts.length > 0) {
      await env.DB.prepare(
        `INSERT OR REPLACE INTO statistic
         SELECT '', value ->> 0, value ->> 1, '', '', value ->> 2 FROM json_each(?1)`,
      )
        .bind(JSON.stringify(counts))
        .run();
    }
    if (rule) await addRule(env.DB, { ...rule, site: "", home: "https://t.example/dashboard/" });
    const death = { isDead: false, calls: 0 };
    const dying = { ...env, DB: wrap(env.DB, crash, death) };
    await checkRules(dying, now).catch(() => {});
    if (!death.isDead) await sendMessages(dying, now).catch(() => {});
    return new Response(death.isDead ? "killed" : "done");
  },
} satisfies ExportedHandler<Env>;

/** D1 for a process that ends at one of its questions: whatever it asks afterwards is never asked. */
function wrap(db: D1Database, crash: Run["crash"], death: { isDead: boolean; calls: number }): D1Database {
  const ask = async <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    const isLast = ++death.calls === crash?.call;
    if (death.isDead || (isLast && !crash.isDone)) {
      death.isDead = true;
      throw new Error("killed");
    }
    const answer = await question();
    if (isLast) {
      death.isDead = true;
      throw new Error("killed");
    }
    return answer;
  };
  const real = new WeakMap<object, D1PreparedStatement>();
  const wrapStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrapStatement(statement.bind(...values)),
      all: () => ask(() => statement.all()),
      run: () => ask(() => statement.run()),
    };
    real.set(wrapped, statement);
    return wrapped as unknown as D1PreparedStatement;
  };
  return {
    prepare: (sql: string) => wrapStatement(db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) =>
      ask(() => db.batch(statements.map((statement) => real.get(statement)!))),
  } as unknown as D1Database;
}
