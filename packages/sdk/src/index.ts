export type { Ping, PingInput } from "./protocol/labels.ts";
export { autotrack, trackAnnotated, type AutotrackOptions } from "./track/autotrack.ts";
export type { Options } from "./track/options.ts";
export { flush } from "./track/queue.ts";
export { trackSeen, trackUsable } from "./track/track-elements.ts";
export { init, optIn, optOut, track, type Pings } from "./track/tracker.ts";
