import type { Scale } from "../../scale.ts";

/**
 * Dark blue over green to light yellow: lighter with each step, which every eye sees. Numbers on it are black or white.
 */
export const safeScale: Scale = (heat) => `oklch(${0.4 + 0.48 * heat} .13 ${262 - 160 * heat})`;
