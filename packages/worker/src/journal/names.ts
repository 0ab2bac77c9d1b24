import { SEEN } from "@tracker/sdk/protocol";
import type { ListedLabels } from "../model/listed-labels.ts";
import { keyOf, OTHER, REFUSED, splitKey } from "../model/key.ts";
import type { Journal, Name } from "./journal.ts";
import { SITE_NAMES_MAX_BYTES } from "./limits.ts";

// What the names of an object may take in memory, and so in one answer to a flush (RPC takes 32 MiB). At 30 characters a name
// that is room for 125,000; npm run bench measures what they really take.
const NAMES_MAX_BYTES = 20_000_000;
// A name's share of the map and the list, and its string's header.
const NAME_OVERHEAD_BYTES = 100;

/** The settings that say which names are kept. */
export interface NamesOptions {
  maxLabelsPerDay: number;
  labels: ListedLabels | undefined;
}

/**
 * The distinct keys of a day, capped per site in number and bytes: a cache of the `name` table, whose ids count up from 1.
 *
 * Beyond the cap a key counts as `(other)`. A label that LABELS lists by its name keeps its name even then, and only its category
 * is `(other)`: invented categories and DOM ids cannot spoil its total. So does `(seen)`, which is no action.
 */
export class Names {
  readonly #maxPerSite: number;
  readonly #labels: ListedLabels | undefined;
  // One string a name: 100,000 of them are held for days.
  readonly #ids = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #perSite = new Map<string, { names: number; bytes: number }>();
  /** What all names take in memory. */
  #bytes = 0;

  constructor(journal: Journal, { maxLabelsPerDay, labels }: NamesOptions) {
    this.#maxPerSite = maxLabelsPerDay;
    this.#labels = labels;
    for (const name of journal.names()) this.#add(name.site, keyOf(name.site, name, name.page));
  }

  /** The key of a name. */
  get(id: number): string {
    return this.#keys[id - 1]!;
  }

  /** The id of the name a ping counts under: its own, or `(other)` beyond the cap. Names not stored yet are added to `fresh`. */
  resolve(key: string, fresh: Name[]): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const [site, label, category, domId, page = ""] = splitKey(key);
    const other =
      label === SEEN || this.#labels?.hasName(label)
        ? keyOf(site, { label, category: OTHER, domId: "" })
        : keyOf(site, { label: OTHER, category: "", domId: "" });
    const isCapped = label !== REFUSED && key !== other;
    if (isCapped && !this.#hasRoom(site, key)) return this.resolve(other, fresh);
    const id = this.#add(site, key);
    fresh.push({ id, site, label, category, domId, page });
    return id;
  }

  #hasRoom(site: string, key: string): boolean {
    const { names, bytes } = this.#perSite.get(site) ?? { names: 0, bytes: 0 };
    return (
      names < this.#maxPerSite &&
      bytes + utf8BytesOf(key) <= SITE_NAMES_MAX_BYTES &&
      this.#bytes + memoryOf(key) <= NAMES_MAX_BYTES
    );
  }

  #add(site: string, key: string): number {
    const id = this.#keys.push(key);
    this.#ids.set(key, id);
    let ofSite = this.#perSite.get(site);
    if (!ofSite) this.#perSite.set(site, (ofSite = { names: 0, bytes: 0 }));
    ofSite.names++;
    ofSite.bytes += utf8BytesOf(key);
    this.#bytes += memoryOf(key);
    return id;
  }
}

/** V8 takes two bytes a character where one is beyond Latin-1. */
function memoryOf(key: string): number {
  return NAME_OVERHEAD_BYTES + 2 * key.length;
}

function utf8BytesOf(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Two halves of a character beyond the basic plane are four bytes together.
    if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) bytes += 2;
    else if (code >= 0x80) bytes += 1;
  }
  return bytes;
}
