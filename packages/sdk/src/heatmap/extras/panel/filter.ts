import { SEEN } from "../../../protocol/seen.ts";
import type { StatDetail } from "../../../protocol/stats.ts";
import { make } from "../../shadow.ts";
import { makeInput } from "./controls.ts";

/** Which rows count, as people choose. */
export interface Filter {
  search: HTMLInputElement;
  /** The category that is chosen, `undefined`: all. */
  readonly category: string | undefined;
  keep(row: StatDetail): boolean;
  /** Offers the categories of these rows. */
  update(rows: readonly StatDetail[]): void;
}

/** @param chosen What is chosen at first. */
export function makeFilter(
  parent: HTMLElement,
  chosen: { category?: string; search?: string },
  onChange: () => void,
): Filter {
  const row = make(parent, "p");
  row.className = "row";
  const category = make(row, "select") as HTMLSelectElement;
  category.ariaLabel = "Category";
  category.addEventListener("input", () => {
    wanted = category.selectedIndex > 0 ? category.value : undefined;
    onChange();
  });
  // It may have no rows in these days, and is chosen all the same.
  let wanted = chosen.category;
  const search = makeInput(
    row,
    {
      type: "search",
      placeholder: "Search labels",
      ariaLabel: "Search labels and ids",
      value: chosen.search ?? "",
    },
    onChange,
  );
  return {
    search,
    get category() {
      return wanted;
    },
    keep([domId, , label, itsCategory]) {
      const isWanted = wanted === undefined || wanted === itsCategory;
      const text = label === SEEN ? domId : `${label}\n${domId}`;
      return isWanted && text.toLowerCase().includes(search.value.toLowerCase());
    },
    update(rows) {
      const names = new Set([...rows.map((row) => row[3]), ...(wanted === undefined ? [] : [wanted])]);
      const sorted = [...names].toSorted((a, b) => a.localeCompare(b));
      const { options } = category;
      // Replacing the options would close an open menu.
      if (["", ...sorted].join("\n") === [...options].map((option) => option.value).join("\n")) return;
      category.replaceChildren(
        new Option("All categories", ""),
        ...sorted.map((name) => new Option(name || "(none)", name, false, name === wanted)),
      );
    },
  };
}
