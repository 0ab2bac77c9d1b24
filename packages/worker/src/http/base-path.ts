// The first segments of all routes and assets. The last one in a path begins the route; what is before it is the base path.
const ROUTE =
  /\/(?:track|track\.gif|report|get_stats|healthz|login|logout|dashboard|api|assets|demo|tracker(?:\.\w+)?\.js|heatmap[\w-]*\.js)(?=\/|$)/g;

// A request's URL is absolute and was parsed before; parsing it again takes a twenty-fifth of a ping's time.
const PATHNAME = /^[^/]+\/\/[^/?#]*(\/[^?#]*)/;

const BASE = /^(?:\/[\w.~%-]+)*$/;

/**
 * Where the base path ends that the Worker is mounted under, so that a site can serve it as its own (`shop.example/t/*`):
 * `/t/track/` is the route `/track/` under the base path `/t`.
 */
export function splitPath(url: string): { base: string; path: string } {
  const pathname = PATHNAME.exec(url)?.[1] ?? "/";
  let start = 0;
  for (const match of pathname.matchAll(ROUTE)) start = match.index;
  const base = pathname.slice(0, start);
  // Redirects and cookies are made with it: `//evil.example` or `;` must not get there.
  return BASE.test(base) ? { base, path: pathname.slice(start) } : { base: "", path: pathname };
}

/** The path that Hono routes by: without the base path, and the same with and without a trailing slash. */
export function routePathOf(request: Request): string {
  const { path } = splitPath(request.url);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
