import type { MiddlewareHandler } from "hono";
import { routePathOf } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { mayUse } from "../http/guards/route-access.ts";

/**
 * Takes out of a page what its reader may not use: forms and buttons that would be refused go, and of other links the text stays. It asks
 * the table that the guards ask, so no page has to know who reads it.
 */
export const hideDeadEnds: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const caller = c.get("caller");
  if (!caller || mayUse(caller, "POST", "/report") || !c.res.headers.get("content-type")?.startsWith("text/html"))
    return;
  const leads = (method: string, target: string): boolean => {
    if (target.startsWith("#")) return true;
    if (caller.view !== undefined) return false;
    const url = new URL(target, c.req.url);
    return url.origin !== new URL(c.req.url).origin || mayUse(caller, method, routePathOf(new Request(url), c.env));
  };
  const rewriter = new HTMLRewriter();
  // A share link is for one view: what chooses another goes altogether.
  if (caller.view !== undefined) {
    rewriter.on(".top nav, main nav, main .dates, main .share-menu, main form, main button, main .button", {
      element: (part) => void part.remove(),
    });
  }
  c.res = rewriter
    .on("a[href]", {
      element(link) {
        if (leads("GET", link.getAttribute("href")!)) return;
        if (/\bbutton\b/.test(link.getAttribute("class") ?? "") || link.hasAttribute("data-page")) link.remove();
        else link.removeAttribute("href");
      },
    })
    .on("form", {
      element(form) {
        const method = (form.getAttribute("method") ?? "get").toUpperCase();
        if (!leads(method, form.getAttribute("action") ?? c.req.url)) form.remove();
      },
    })
    .transform(c.res);
};
