/** The columns of a list, as people read them. */
export const NAMES = {
  site: "Site",
  day: "Day",
  label: "Label",
  category: "Category",
  dom_id: "DOM id",
  page: "Page",
  counter: "Count",
} as const;

export type ListColumn = keyof typeof NAMES;
