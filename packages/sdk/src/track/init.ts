import type { Options } from "./options.ts";
import { start } from "./tracker.ts";

/**
 * Starts counting. What was tracked before is kept until now. Calling it again changes options, but for `endpoint`.
 * Does nothing where there is no page, as on a server that renders one.
 *
 * @example init({ endpoint: "https://tracker.example.com" });
 */
export function init(options?: Options): void {
  start(options, () => import("../recovery/recovery.ts"));
}
