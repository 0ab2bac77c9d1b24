import type { Range } from "../../heatmap-state.ts";
import { make } from "../../shadow.ts";
import { makeInput, makeLabelled } from "./controls.ts";

const RANGES: Record<string, Range> = { Today: {}, "7 days": { days: 7 }, "30 days": { days: 30 } };

/** Lets people choose the days; those that the heat map was started with are chosen at first. */
export function makeRange(parent: HTMLElement, { from, to }: Range, onChange: (range: Range) => void): void {
  const choice = make(parent, "fieldset");
  choice.ariaLabel = "Days";
  const custom = make(parent, "p");
  custom.className = "row";
  const ends = [
    ["First day", from],
    ["Last day", to],
  ].map(([ariaLabel, value = ""]) => makeInput(custom, { type: "date", ariaLabel: ariaLabel!, value }, choose));
  const radios = [...Object.keys(RANGES), "Custom"].map((name) =>
    makeLabelled(
      choice,
      name,
      { type: "radio", name: "range", value: name, checked: name === (from ? "Custom" : "Today") },
      choose,
    ),
  );
  custom.hidden = !from;

  function choose(): void {
    const range = RANGES[radios.find(({ checked }) => checked)!.value];
    custom.hidden = !!range;
    const [first, last] = ends.map(({ value }) => value);
    if (range) onChange(range);
    else if (first && last) onChange({ from: first, to: last });
  }
}
