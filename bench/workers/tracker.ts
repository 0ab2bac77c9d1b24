/** The Worker as it is deployed. */
export { default, DayCounter } from "../../packages/worker/src/index.ts";
