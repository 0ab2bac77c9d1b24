/** Made-up statistics, the same each time. */
const ACTIONS = ["open", "buy", "share", "play", "search", "subscribe", "download", "compare", "rate", "save", "sort"];
const THINGS = ["menu", "product", "video", "article", "offer", "newsletter", "cart", "map", "gallery", "review"];
const CATEGORIES = ["navigation", "buttons", "links", "forms", "teaser", "footer", "checkout", "media"];
const ELEMENTS_PER_LABEL = 8;

/** `[label, category, dom id, weight]`: few are clicked often, most rarely. */
export function* makeNames(count: number): Generator<[string, string, string, number]> {
  for (let index = 0; index < count; index++) {
    const number = Math.floor(index / ELEMENTS_PER_LABEL);
    const action = ACTIONS[number % ACTIONS.length]!;
    const thing = THINGS[Math.floor(number / ACTIONS.length) % THINGS.length]!;
    const series = Math.floor(number / (ACTIONS.length * THINGS.length));
    const label = series ? `${action}-${thing}-${series}` : `${action}-${thing}`;
    const category = CATEGORIES[(index * 5 + number) % CATEGORIES.length]!;
    const domId = index % ELEMENTS_PER_LABEL == 0 ? "" : `${label}-${index % ELEMENTS_PER_LABEL}`;
    yield [label, category, domId, 4_000 / (1 + number + 7 * (index % ELEMENTS_PER_LABEL))];
  }
}

/** How much happens on a day, so many days ago: a slow growth, and less at weekends. */
export function activityOn(day: string, age: number, days: number): number {
  const weekday = new Date(day).getUTCDay();
  return (1.6 - age / days) * (weekday == 0 || weekday == 6 ? 0.6 : 1);
}
