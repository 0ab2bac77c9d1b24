import { formatNumber } from "./format.ts";

/** A count of refused pings, which is an estimate. */
export function Estimate({ value }: { value: number }) {
  return (
    <span title="Estimated: one in a hundred refused pings is counted, for a hundred.">≈ {formatNumber(value)}</span>
  );
}
