import type { Context } from "hono";
import { splitPath } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";

/** The built scripts and the demo page, where the Worker is mounted under a path: at its root the platform serves them. */
export async function serveAsset(c: Context<AppEnv>): Promise<Response> {
  if (!c.env.ASSETS) return c.notFound();
  const { base, path } = splitPath(c.req.url);
  const url = new URL(c.req.url);
  url.pathname = path;
  const asset = await c.env.ASSETS.fetch(new Request(url, c.req.raw));
  const location = asset.headers.get("location");
  if (asset.status == 404) return c.notFound();
  return location ? c.redirect(base + location, 307) : c.newResponse(asset.body, asset);
}
