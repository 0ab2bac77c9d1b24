/** Writes a number in at most four digits and a letter: `1.2k`. Rounded down, so it never says more than there is. */
export function shorten(count: number): string {
  let power = 0;
  let scaled = count;
  while (scaled >= 1000 && power < 3) {
    scaled /= 1000;
    power++;
  }
  const digits = power && scaled < 100 ? 10 : 1;
  return (Math.floor(scaled * digits) / digits).toLocaleString() + " kMG"[power]!.trim();
}
