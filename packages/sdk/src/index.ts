export type { Ping, PingInput } from "./protocol/labels.ts";
export { autotrack, trackAnnotated, type AutotrackOptions } from "./track/autotrack.ts";
export { matchPages } from "./track/match-pages.ts";
export type { Options } from "./track/options.ts";
export { flush } from "./track/deliver.ts";
export { trackSeen, trackUsable } from "./track/track-elements.ts";
export { init } from "./track/init.ts";
export { optIn, optOut, track, type Pings } from "./track/tracker.ts";
