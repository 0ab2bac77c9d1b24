import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { findHolder } from "../http/guards/callers.ts";
import { isShareable, linkOf, rememberShare } from "../http/guards/share.ts";

/** `GET /share/`: where a share link leads in a browser that does not have its token yet. `assets/share.js` takes it out of the fragment. */
export function showShare(c: Context<AppEnv>): Response | Promise<Response> {
  return c.html(
    <SharePage c={c} title="Opening a share link">
      <form method="post">
        <label>
          The part of the link after #
          <input type="password" name="token" required autocomplete="off" />
        </label>
        <button class="primary">Open</button>
      </form>
    </SharePage>,
  );
}

/** `POST /share/`: goes on to the one view of a link. The fragment stays in the address, so that it can be kept and sent on. */
export async function submitShare(c: Context<AppEnv>): Promise<Response> {
  const { token } = await c.req.parseBody().catch((): Record<string, undefined> => ({}));
  const found = await findHolder(c, typeof token == "string" ? token : "");
  const { view, tokenId } = found.ok ? found.caller : {};
  if (!found.ok || view === undefined || !isShareable(view.split("?", 1)[0]!)) {
    const over = !found.ok && found.code === "token_expired";
    return c.html(
      <SharePage c={c} title={over ? "This link has ended" : "This link does not work"}>
        <p>{over ? "" : "It is not whole, or it was revoked. "}Ask who sent it for a new one.</p>
      </SharePage>,
      401,
    );
  }
  await rememberShare(c, found.caller);
  return c.redirect(urlTo(c, `/dashboard/${linkOf(view, tokenId!)}`), 303);
}

function SharePage({ c, title, children }: { c: Context<AppEnv>; title: string; children: Child }) {
  const assets = urlTo(c, "/assets");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title} · Tracker</title>
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={`${assets}/icon.svg`} />
        <link rel="stylesheet" href={`${assets}/dashboard.css`} />
        <script src={`${assets}/share.js`} type="module" />
      </head>
      <body>
        <main class="login">
          <p class="name">
            <span class="mark" aria-hidden="true" />
            Tracker
          </p>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
