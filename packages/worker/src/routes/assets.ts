import type { Context } from "hono";
import { cutBasePath, urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";

/** The built scripts and the demo page under BASE_PATH: at the Worker's root the platform serves them. */
export async function serveAsset(c: Context<AppEnv>): Promise<Response> {
  if (!c.env.ASSETS || !["GET", "HEAD"].includes(c.req.method)) return c.notFound();
  const url = new URL(c.req.url);
  url.pathname = cutBasePath(c.env, url.pathname);
  const asset = await c.env.ASSETS.fetch(new Request(url, c.req.raw));
  const location = asset.headers.get("location");
  if (asset.status == 404) return c.notFound();
  return location ? c.redirect(urlTo(c, location), 307) : c.newResponse(asset.body, asset);
}
