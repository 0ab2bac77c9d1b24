import { addDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { selectSums } from "../d1/sums.ts";
import type { AppEnv } from "../http/context.ts";
import { readView, type View } from "../http/view.ts";
import { judgeChange } from "../model/change.ts";
import { countHour, countUpTo, lastSlotEnd, listHours, type SlotCounts } from "../model/slots.ts";
import { queryExactly } from "../statistics/read.ts";
import { readSlots } from "../statistics/read-slots.ts";
import { Empty } from "./empty.tsx";
import { Card } from "./parts/card.tsx";
import type { Comparison } from "./parts/change-figure.tsx";
import { DayChart } from "./parts/day-chart.tsx";
import { linkTo } from "./parts/links.ts";
import { TopList, toSums } from "./parts/top-list.tsx";

const TOP_ROWS = 10;
const TODAY = { range: "today", from: "", to: "" };

/** `GET /dashboard/today`: today by the hour, beside yesterday; as exact as the journals, which know when each action was counted. */
export async function showToday(c: Context<AppEnv>): Promise<Response> {
  const view = await readView(c);
  const { today, site } = view;
  const { calendar, timeZone } = readConfig(c.env);
  const now = Date.now();
  const yesterday = addDays(today, -1);
  const [{ results, sites }, slots, slotsBefore] = await Promise.all([
    queryExactly<{ day: string; counter: number }>(c.env, { site, from: yesterday, to: today }, (known) => {
      const ofToday = { ...known, from: today };
      const most = { order: ["counter", "desc"], limit: TOP_ROWS } as const;
      return [
        selectSums(c.env.DB, known, {}, ["day"], { order: ["day", "asc"], limit: 2 }),
        selectSums(c.env.DB, ofToday, {}, ["label"], most),
        selectSums(c.env.DB, ofToday, { page: true }, ["page"], most),
      ];
    }),
    readSlots(c.env, today, site),
    readSlots(c.env, yesterday, site),
  ]);
  if (sites.length === 0) return c.render(<Empty c={c} />, { title: "Today" });
  const [hours, hoursBefore] = [listHours(today, calendar), listHours(yesterday, calendar)];
  // A day on which the clocks are changed has other hours.
  const before = slotsBefore && hours.length === hoursBefore.length ? slotsBefore : undefined;
  const until = Math.max(hours[0]!, lastSlotEnd(now));
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  const [days, labels, pages] = results as [(typeof results)[0], (typeof results)[0], (typeof results)[0]];
  const total = days.find(({ day }) => day === today)?.counter ?? 0;
  const counts = (of: SlotCounts | undefined, all: readonly number[]) =>
    all.map((hour, index) => countHour(of ?? new Map(), hour, index === 0));
  const begun = hours.filter((hour) => hour <= now).length;
  return c.render(
    <>
      <div class="heading">
        <h1>Today by the hour</h1>
      </div>
      <section class="cards" aria-label="In figures">
        <Card name="Today so far" value={total} today={today} />
        {until > hours[0]! && (
          <Card
            name={`Until ${clock.format(until)}`}
            value={countUpTo(slots ?? new Map(), until)}
            versus={`yesterday until ${clock.format(until)}`}
            comparison={before && compareDays(view, slots, before, until, until - (hours[0]! - hoursBefore[0]!))}
          />
        )}
        <Card name="Yesterday" value={days.find(({ day }) => day === yesterday)?.counter ?? 0} isOpen />
      </section>
      <DayChart
        periods={hours.map((hour) => ({ from: new Date(hour).toISOString(), to: new Date(hour).toISOString() }))}
        nameOf={({ from }) =>
          `${clock.format(new Date(from))}${from === new Date(hours[begun - 1]!).toISOString() ? ", not over" : ""}`
        }
        unit="Hour"
        series={[{ name: "Today", values: counts(slots, hours.slice(0, begun)) }]}
        before={
          before && {
            name: "yesterday",
            periods: hoursBefore.map((hour) => ({
              from: new Date(hour).toISOString(),
              to: new Date(hour).toISOString(),
            })),
            values: counts(before, hoursBefore),
          }
        }
        openDays={[]}
        annotations={[]}
        today={today}
      />
      <p class="summary">
        An action stands at the time it arrived: within about a minute of the click, or when a page that was offline
        came back.
        {before === undefined && " Yesterday's hours are not known, so nothing is compared."}
      </p>
      <div class="lists">
        <TopList
          title="Labels"
          sums={toSums(labels, "label")}
          total={total}
          hrefOf={({ name }) => linkTo(c, "label", { label: name, ...TODAY })}
          more={linkTo(c, "labels", TODAY)}
        />
        <TopList
          title="Pages"
          sums={toSums(pages, "page")}
          total={total}
          hrefOf={({ name }) => linkTo(c, "page", { page: name, ...TODAY })}
          more={linkTo(c, "pages", TODAY)}
        />
      </div>
    </>,
    { title: "Today", hasChart: true, view, bar: "site" },
  );
}

/** What was counted until a time of day, today and yesterday. */
function compareDays(
  view: View,
  slots: SlotCounts | undefined,
  slotsBefore: SlotCounts,
  until: number,
  untilBefore: number,
): Comparison {
  const range = { from: view.today, to: view.today };
  const [now, before] = [countUpTo(slots ?? new Map(), until), countUpTo(slotsBefore, untilBefore)];
  const change = judgeChange(
    { now, before, last: view.today },
    { nowDays: 1, beforeDays: 1, to: view.today, tested: 1 },
  );
  return { view: { ...view, ...range, before: range }, now, before, change };
}
