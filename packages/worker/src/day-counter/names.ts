import type { Ping } from "@tracker/sdk/protocol";
import type { Journal, Name } from "./journal.ts";

/** Where keys beyond the cap are counted, so that totals still reconcile. */
const OTHER_LABEL = "(other)";

// Characters of all names together: up to two bytes each in V8, once in the key and once in the parts, is 16 MB.
const NAMES_MAX_CHARS = 4_000_000;

type Key = Pick<Ping, "label" | "category" | "domId">;

/** The distinct keys of a day, capped per site: a cache of the `name` table, whose ids count up from 1. */
export class Names {
  readonly #maxPerSite: number;
  readonly #byKey = new Map<string, Name>();
  readonly #byId: Name[] = [];
  readonly #perSite = new Map<string, number>();
  #chars = 0;

  constructor(journal: Journal, maxPerSite: number) {
    this.#maxPerSite = maxPerSite;
    for (const name of journal.names()) this.#add(name);
  }

  get(id: number): Name {
    return this.#byId[id - 1]!;
  }

  /** The name a ping counts under: its own, or `(other)` beyond the cap. Names not stored yet are added to `fresh`. */
  resolve(site: string, ping: Key, fresh: Name[]): Name {
    const key = keyOf(site, ping);
    const known = this.#byKey.get(key);
    if (known) return known;
    const isOther = ping.label === OTHER_LABEL && !ping.category && !ping.domId;
    if (!isOther && !this.#hasRoom(site, key)) {
      return this.resolve(site, { label: OTHER_LABEL, category: "", domId: "" }, fresh);
    }
    const { label, category, domId } = ping;
    const name = { id: this.#byId.length + 1, site, label, category, domId };
    this.#add(name);
    fresh.push(name);
    return name;
  }

  #hasRoom(site: string, key: string): boolean {
    return (this.#perSite.get(site) ?? 0) < this.#maxPerSite && this.#chars + key.length <= NAMES_MAX_CHARS;
  }

  #add(name: Name): void {
    const key = keyOf(name.site, name);
    this.#byKey.set(key, name);
    this.#byId.push(name);
    this.#perSite.set(name.site, (this.#perSite.get(name.site) ?? 0) + 1);
    this.#chars += key.length;
  }
}

/** Parts cannot hold control characters, so a newline keeps them apart. */
export function keyOf(site: string, { label, category, domId }: Key): string {
  return `${site}\n${label}\n${category}\n${domId}`;
}
