import type { StatDetail } from "../../../protocol/stats.ts";
import { make } from "../../shadow.ts";
import { makeInput } from "./controls.ts";

/** Which rows count, as people choose. */
export interface Filter {
  search: HTMLInputElement;
  keep(row: StatDetail): boolean;
  /** Offers the categories of these rows. */
  update(rows: readonly StatDetail[]): void;
}

export function makeFilter(parent: HTMLElement, onChange: () => void): Filter {
  const row = make(parent, "p");
  row.className = "row";
  const category = make(row, "select") as HTMLSelectElement;
  category.ariaLabel = "Category";
  category.addEventListener("input", onChange);
  const search = makeInput(
    row,
    { type: "search", placeholder: "Search labels", ariaLabel: "Search labels and ids" },
    onChange,
  );
  return {
    search,
    keep([domId, , label, itsCategory]) {
      const isWanted = category.selectedIndex < 1 || category.value === itsCategory;
      return isWanted && `${label}\n${domId}`.toLowerCase().includes(search.value.toLowerCase());
    },
    update(rows) {
      const names = [...new Set(rows.map((row) => row[3]))].toSorted((a, b) => a.localeCompare(b));
      const { options, value, selectedIndex } = category;
      // Replacing the options would close an open menu.
      if (["", ...names].join("\n") === [...options].map((option) => option.value).join("\n")) return;
      category.replaceChildren(
        new Option("All categories", ""),
        ...names.map((name) => new Option(name || "(none)", name)),
      );
      if (selectedIndex > 0) category.value = value;
    },
  };
}
