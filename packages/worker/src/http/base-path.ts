import type { Context } from "hono";
import { ConfigError, readConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import type { AppEnv } from "./context.ts";

// A request's URL is absolute and was parsed before; parsing it again takes a twenty-fifth of a ping's time.
const PATHNAME = /^[^/]+\/\/[^/?#]*(\/[^?#]*)/;

/**
 * The path that Hono routes by: without BASE_PATH, and the same with and without a trailing slash. No other path leads to a route, so
 * that a firewall's rule for it holds.
 */
export function routePathOf(request: Request, env: Env): string {
  const path = cutBasePath(env, PATHNAME.exec(request.url)?.[1] ?? "/");
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Where a path of the Worker, such as `/login/`, is for a browser. */
export function urlTo(c: Context<AppEnv>, path: string): string {
  return readBasePath(c.env) + path;
}

/** A path without BASE_PATH, where it begins with that: the Worker answers at its root, too, which other addresses of it have. */
export function cutBasePath(env: Env, pathname: string): string {
  const base = readBasePath(env);
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
}

/** Settings that are wrong are told by the first middleware, whose errors become answers. */
function readBasePath(env: Env): string {
  try {
    return readConfig(env).basePath;
  } catch (error) {
    if (error instanceof ConfigError) return "";
    throw error;
  }
}
