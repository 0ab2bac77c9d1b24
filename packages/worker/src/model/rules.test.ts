import { addDays, Calendar, type Day } from "@tracker/sdk/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAYS_SEEN, judgeRule, type Crossing, type Rule, type RuleState, type Sight } from "./rules.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 2);
const calendar = new Calendar("UTC");

const rule = (fields: Partial<Rule>): Rule => ({
  id: 1,
  kind: "gone_quiet",
  site: "",
  label: "buy",
  number: 24,
  home: "https://t.example/dashboard/",
  ...fields,
});

/** Actions by the hour of a story, and what a run of the cron then sees. */
class Story {
  readonly #counts = new Map<string, Map<Day, number>>();

  add(label: string, hour: number, count: number): void {
    const day = calendar.dayOf(START + hour * HOUR_MS);
    const days = this.#counts.get(label) ?? new Map<Day, number>();
    this.#counts.set(label, days.set(day, (days.get(day) ?? 0) + count));
  }

  at(hour: number): Sight {
    const now = START + hour * HOUR_MS;
    const today = calendar.dayOf(now);
    const first = addDays(today, 1 - DAYS_SEEN);
    const inSight = [...this.#counts].flatMap(([label, days]): [string, Map<Day, number>][] => {
      const seen = [...days].filter(([day, count]) => day >= first && count > 0);
      return seen.length > 0 ? [[label, new Map(seen)]] : [];
    });
    return { now, today, counts: new Map(inSight), problems: [] };
  }
}

/** The hours at which a rule tells something, looked at every hour. `act` adds what happens in the hour before. */
function tell(
  of: Rule,
  hours: number,
  act: (story: Story, hour: number) => void,
): { hour: number; crossing: Crossing }[] {
  const story = new Story();
  let state: RuleState = {};
  const told: { hour: number; crossing: Crossing }[] = [];
  for (let hour = 0; hour < hours; hour++) {
    act(story, hour);
    const judgement = judgeRule(of, state, story.at(hour));
    state = judgement.state;
    told.push(...judgement.crossings.map((crossing) => ({ hour, crossing })));
  }
  return told;
}

describe("gone_quiet", () => {
  it("tells once that a label was not counted for so many hours, and again only after it was counted", () => {
    const told = tell(rule({ number: 24 }), 24 * 9, (story, hour) => {
      if (hour < 10 || hour === 100) story.add("buy", hour, 1);
    });
    expect(told.map(({ hour }) => hour)).toEqual([9 + 24, 100 + 24]);
    expect(told[0]!.crossing).toEqual({
      kind: "gone_quiet",
      label: "buy",
      since: START + 9 * HOUR_MS,
      lastDay: "2026-11-02",
    });
  });

  it("takes pings that come late, for the days before, for a sign of life", () => {
    const told = tell(rule({ number: 24 }), 90, (story, hour) => {
      if (hour < 10) story.add("buy", hour, 1);
      if (hour === 50) story.add("buy", 5, 1);
    });
    expect(told.map(({ hour }) => hour)).toEqual([9 + 24, 50 + 24]);
  });

  it("does not take an import into a closed day for one", () => {
    const told = tell(rule({ number: 120 }), 24 * 8, (story, hour) => {
      if (hour < 10) story.add("buy", hour, 1);
      if (hour === 24 * 5) story.add("buy", 0, 1_000);
    });
    expect(told.map(({ hour }) => hour)).toEqual([9 + 120]);
  });

  it("says nothing of a label that was never counted", () => {
    expect(tell(rule({}), 100, () => {})).toEqual([]);
  });

  it("tells of a label that only a pattern names where silence is no chance", () => {
    const told = tell(rule({ label: "b*", number: 24 }), 24 * 12, (story, hour) => {
      if (hour < 24 * 8) story.add("buy", hour, 1);
      if (hour < 24 * 8 && hour % 24 === 0) story.add("brag", hour, 1);
    });
    expect(told.map(({ hour, crossing }) => [hour, "label" in crossing && crossing.label])).toEqual([
      [24 * 9 - 1, "buy"],
    ]);
  });
});

describe("reaches", () => {
  it("tells once a day that the day's count is there", () => {
    const told = tell(rule({ kind: "reaches", number: 50 }), 24 * 3, (story, hour) => story.add("buy", hour, 5));
    expect(told.map(({ hour, crossing }) => [hour, "count" in crossing && crossing.count])).toEqual([
      [9, 50],
      [33, 50],
      [57, 50],
    ]);
  });

  it("tells of a day that has it already when the cron comes first", () => {
    const told = tell(rule({ kind: "reaches", number: 50 }), 48, (story, hour) => {
      if (hour % 24 === 0) story.add("buy", hour, 60);
    });
    expect(told.map(({ hour }) => hour)).toEqual([0, 24]);
  });
});

describe("changes", () => {
  const week = (ofDay: (day: number) => number) => (story: Story, hour: number) =>
    void (hour % 24 === 23 && story.add("buy", hour, ofDay(Math.floor(hour / 24))));

  it("tells that a day differs from the same weekday before, once while days go on to differ", () => {
    const told = tell(
      rule({ kind: "changes", number: 50 }),
      24 * 14,
      week((day) => (day === 9 || day === 10 ? 40 : 100)),
    );
    expect(told.map(({ hour, crossing }) => [hour, crossing])).toEqual([
      [24 * 10, { kind: "changes", label: "buy", day: "2026-11-11", count: 40, before: 100 }],
    ]);
  });

  it("does not tell what chance may do, nor less than was asked for", () => {
    expect(
      tell(
        rule({ kind: "changes", number: 20 }),
        24 * 14,
        week((day) => (day < 7 ? 4 : 8)),
      ),
    ).toEqual([]);
    expect(
      tell(
        rule({ kind: "changes", number: 70 }),
        24 * 14,
        week((day) => (day < 7 ? 100 : 40)),
      ),
    ).toEqual([]);
  });
});

describe("unhealthy", () => {
  it("tells each problem once while it lasts", () => {
    const sight = (problems: Sight["problems"]): Sight => ({ ...new Story().at(0), problems });
    let state: RuleState = {};
    const told = [[], ["flush_late"], ["flush_late", "database_full"], ["database_full"], ["flush_late"]].map(
      (problems) => {
        const judgement = judgeRule(rule({ kind: "unhealthy" }), state, sight(problems as Sight["problems"]));
        state = judgement.state;
        return judgement.crossings.map((crossing) => "problem" in crossing && crossing.problem);
      },
    );
    expect(told).toEqual([[], ["flush_late"], ["database_full"], [], ["flush_late"]]);
  });
});

describe("digest", () => {
  it("tells of each whole week, once it is over", () => {
    const told = tell(rule({ kind: "digest" }), 24 * 16, () => {});
    expect(told).toEqual([
      { hour: 24 * 7, crossing: { kind: "digest", from: "2026-11-02", to: "2026-11-08" } },
      { hour: 24 * 14, crossing: { kind: "digest", from: "2026-11-09", to: "2026-11-15" } },
    ]);
  });
});

describe("judgeRule", () => {
  const step = fc.record({
    label: fc.constantFrom("a", "b", "c"),
    after: fc.integer({ min: 0, max: 30 }),
    count: fc.nat(60),
  });
  const rules = fc.record({
    kind: fc.constantFrom("gone_quiet", "reaches", "changes", "digest"),
    number: fc.integer({ min: 20, max: 100 }),
    label: fc.constantFrom("a", "*"),
  });

  it("tells the same again nothing, forgets what is out of sight, and never tells twice what was not false between", () => {
    fc.assert(
      fc.property(rules, fc.array(step, { maxLength: 60 }), (fields, steps) => {
        const of = rule(fields);
        const story = new Story();
        let [state, hour]: [RuleState, number] = [{}, 0];
        const isTrue = new Map<string, string>();
        for (const { label, after, count } of steps) {
          hour += after;
          story.add(label, hour, count);
          const sight = story.at(hour);
          const { state: next, crossings } = judgeRule(of, state, sight);
          expect(judgeRule(of, next, sight)).toEqual({ state: next, crossings: [] });
          expect(Object.keys(next).every((name) => name === "" || sight.counts.has(name))).toBe(true);
          for (const crossing of crossings) {
            const name = "label" in crossing ? crossing.label : "";
            const of = crossing.kind === "reaches" ? crossing.day : crossing.kind === "digest" ? crossing.to : "";
            expect(isTrue.get(name)).not.toBe(`true ${of}`);
            isTrue.set(name, `true ${of}`);
          }
          for (const name of isTrue.keys()) if (!next[name]?.told && of.kind !== "digest") isTrue.delete(name);
          state = next;
        }
      }),
    );
  });
});
