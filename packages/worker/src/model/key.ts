/** The key that a counter belongs to, as one text. */
import { SEEN, type Ping } from "@tracker/sdk/protocol";

/** Where keys beyond the cap are counted, so that totals still reconcile. */
export const OTHER = "(other)";
/** The label that the Worker counts refused pings under, its category the reason: a handful of keys, which always have room. */
export const REFUSED = "(refused)";

/** How a reader asks for what has no category, or no DOM id: an empty parameter is as good as none, because forms send those. */
export const NONE = "(none)";

/** Labels of what is no action: in no total, and read only where they are asked for. */
export const NO_ACTIONS: readonly string[] = [REFUSED, SEEN];

type Key = Pick<Ping, "label" | "category" | "domId">;

/** Parts cannot hold control characters, so a newline keeps them apart. The page stands last, where there is one. */
export function keyOf(site: string, { label, category, domId }: Key, page = ""): string {
  return `${site}\n${label}\n${category}\n${domId}${page && `\n${page}`}`;
}

export function splitKey(key: string): [site: string, label: string, category: string, domId: string, page?: string] {
  return key.split("\n") as [string, string, string, string, string?];
}

export function siteOfKey(key: string): string {
  return key.slice(0, key.indexOf("\n"));
}
