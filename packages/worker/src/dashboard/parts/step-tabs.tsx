import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import type { View } from "../../http/view.ts";
import { countDays, STEPS, wholePeriods, type Step } from "../../model/period.ts";
import { linkHere } from "./links.ts";

const NAMES: Record<Step, string> = { day: "Days", week: "Weeks", month: "Months" };
/** So many weeks or months are shown where the range is of fewer than `ENOUGH`. */
const PERIODS_SHOWN = 12;
const ENOUGH = 4;
const LONGEST_DAYS = { week: 7, month: 31 };

/** What the chart has a point for. Weeks and months of a short range are the latest twelve. */
export function StepTabs({ c, view, step }: { c: Context<AppEnv>; view: View; step: Step }) {
  return (
    <nav class="tabs steps" aria-label="Points of the chart">
      {STEPS.map((one) => (
        <a
          href={linkHere(c, { step: one, ...rangeFor(view, step, one) })}
          aria-current={one === step ? "true" : undefined}
        >
          {NAMES[one]}
        </a>
      ))}
    </nav>
  );
}

function rangeFor(view: View, step: Step, next: Step): Record<string, string> {
  if (next === "day") return step === "day" || view.range ? {} : { range: "30d", from: "", to: "" };
  if (countDays(view) >= ENOUGH * LONGEST_DAYS[next]) return {};
  return { range: "", ...wholePeriods(next, PERIODS_SHOWN, view.today) };
}
