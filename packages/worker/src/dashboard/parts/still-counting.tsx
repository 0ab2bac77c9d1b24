/** Marks a day whose counts may still grow. */
export function StillCounting() {
  return (
    <span class="open" title="Pings of a day are taken for 48 hours: this number may still grow.">
      still counting
    </span>
  );
}
