export type { Ping, PingInput } from "./protocol/labels.ts";
export type { Options } from "./track/options.ts";
export { flush, init, optIn, optOut, track } from "./track/tracker.ts";
