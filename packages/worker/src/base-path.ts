import type { Context } from "hono";

// The first segments of all routes and assets. The last one in a path begins the route; what is before it is the base path.
const ROUTE = /\/(?:track|report|get_stats|healthz|login|logout|dashboard|api|demo|tracker\.js|heatmap[\w-]*\.js)(?:\/|$)/g;

/**
 * The path without the base path that the Worker is mounted under, so that a site can serve it as its own
 * (`shop.example/t/*`): `/t/track/` is `/track/`.
 */
export function routePathOf(request: Request): string {
  const { pathname } = new URL(request.url);
  let start = 0;
  for (const match of pathname.matchAll(ROUTE)) start = match.index;
  return pathname.slice(start);
}

/** What comes before the route: `/t`, or nothing. */
export function basePathOf(c: Context): string {
  const { pathname } = new URL(c.req.url);
  return pathname.slice(0, pathname.length - c.req.path.length);
}
