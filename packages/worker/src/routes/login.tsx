import type { Context } from "hono";
import { TOKEN_HINT } from "../http/guards/admit.ts";
import { findHolder } from "../http/guards/callers.ts";
import { logIn, logOut } from "../http/guards/session.ts";
import { urlTo } from "../http/base-path.ts";
import { Refusal } from "../http/refuse.ts";
import { readConfig } from "../config/config.ts";
import type { AppEnv } from "../http/context.ts";

/** `GET /login/`: the form. `?to=/dashboard/label?…` is where it leads; a link's fragment fills it in (`assets/login.js`). */
export function showLogin(c: Context<AppEnv>): Response | Promise<Response> {
  const message = c.req.query("ended") ? "You are logged out: your access has ended, or was revoked." : undefined;
  return c.html(<LoginPage c={c} to={c.req.query("to")} message={message} />);
}

/** `POST /login/`: the form's answer. */
export async function submitLogin(c: Context<AppEnv>): Promise<Response> {
  if (readConfig(c.env).adminTokens.length == 0) throw new Refusal("token_not_set", TOKEN_HINT);
  const { token, to } = await c.req.parseBody().catch((): Record<string, undefined> => ({}));
  const found = await findHolder(c, typeof token == "string" ? token : "");
  if (!found.ok) {
    const message = found.code == "token_expired" ? "This token has ended." : "This is not the token.";
    return c.html(<LoginPage c={c} to={to} message={message} />, 401);
  }
  const { role, view } = found.caller;
  if (role == "counter" || view !== undefined) {
    const message =
      view === undefined
        ? "This token lets a server count; it opens no page."
        : "This token is a share link's: open the link.";
    return c.html(<LoginPage c={c} to={to} message={message} />, 403);
  }
  await logIn(c, found.caller);
  return c.redirect(urlTo(c, readTarget(to)), 303);
}

/** `POST /logout/`. */
export function submitLogout(c: Context<AppEnv>): Response {
  logOut(c);
  return c.redirect(urlTo(c, "/login/"), 303);
}

/** Where to go after the login: to a page of the dashboard or the demo, never away from the Worker. */
function readTarget(to: unknown): string {
  const url = URL.parse(typeof to == "string" ? to : "", "https://tracker.invalid");
  const isOwn = url?.host == "tracker.invalid" && /^\/(dashboard|demo)(\/|$)/.test(url.pathname);
  return isOwn ? url.pathname + url.search : "/dashboard/";
}

function LoginPage({ c, to, message }: { c: Context<AppEnv>; to: unknown; message?: string | undefined }) {
  const assets = urlTo(c, "/assets");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Log in · Tracker</title>
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={`${assets}/icon.svg`} />
        <link rel="stylesheet" href={`${assets}/dashboard.css`} />
        <script src={`${assets}/login.js`} type="module" />
      </head>
      <body>
        <main class="login">
          <h1 class="name">
            <span class="mark" aria-hidden="true" />
            Tracker
          </h1>
          {message && (
            <p role="alert" class="wrong">
              {message}
            </p>
          )}
          <form method="post">
            <input type="hidden" name="to" value={readTarget(to)} />
            <label>
              Token
              <input type="password" name="token" autocomplete="current-password" required autofocus />
            </label>
            <button class="primary">Log in</button>
          </form>
          <p>
            <small>
              The token is one that you were given, or the Worker's ADMIN_TOKEN secret; npm start prints a link that has
              it.
            </small>
          </p>
        </main>
      </body>
    </html>
  );
}
