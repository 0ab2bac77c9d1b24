import type { Days } from "../../heatmap-state.ts";
import { make } from "../../shadow.ts";
import { makeChoice } from "./choice.ts";
import { makeInput } from "./controls.ts";

/** The days that are chosen. */
export interface DaysChoice {
  /** Undefined until both ends of a range are there. */
  readonly days: Days | undefined;
  /** What they are called in a sentence: `the 7 days`. */
  readonly words: string;
  /** Whether it is today alone, which cannot be compared: it is not over. */
  readonly isToday: boolean;
  chooseWeek(): void;
}

/** Lets people choose the days; those that the heat map was started with are chosen at first. */
export function makeRange(parent: HTMLElement, { days, from, to }: Days, onChange: () => void): DaysChoice {
  const first = from || to ? "custom" : days === 7 ? "week" : days ? "month" : "today";
  const names = { today: "Today", week: "7 days", month: `${days && days !== 7 ? days : 30} days`, custom: "Custom" };
  const choice = makeChoice(parent, "Days", names, first, () => {
    custom.hidden = choice.value !== "custom";
    onChange();
  });
  const custom = make(parent, "p");
  custom.className = "row";
  custom.hidden = first !== "custom";
  const ends = [
    ["First day", from],
    ["Last day", to],
  ].map(([ariaLabel, value = ""]) => makeInput(custom, { type: "date", ariaLabel: ariaLabel!, value }, onChange));

  return {
    get days() {
      if (choice.value === "today") return {};
      if (choice.value !== "custom") return { days: parseInt(names[choice.value]) };
      const [from, to] = ends.map(({ value }) => value);
      return from && to ? { from, to } : undefined;
    },
    get words() {
      const [from, to] = ends.map(({ valueAsNumber }) => valueAsNumber);
      const length = choice.value === "custom" ? (to! - from!) / 86_400_000 + 1 : parseInt(names[choice.value]);
      return length > 1 ? `the ${length} days` : "the day";
    },
    get isToday() {
      return choice.value === "today";
    },
    chooseWeek() {
      choice.value = "week";
      custom.hidden = true;
    },
  };
}
