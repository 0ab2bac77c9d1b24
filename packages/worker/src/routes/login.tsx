import type { Context } from "hono";
import { isToken, logIn, logOut, TOKEN_HINT } from "../http/guards/readers.ts";
import { splitPath } from "../http/base-path.ts";
import { refuse } from "../http/refuse.ts";
import { adminTokens } from "../http/guards/signed-token.ts";
import type { AppEnv } from "../http/context.ts";

/** `GET /login/`: the form; with `?token=…`, as the links that `npm start` prints have it, logs in at once; `to=demo` for the demo page. */
export async function showLogin(c: Context<AppEnv>): Promise<Response> {
  const token = c.req.query("token");
  return token === undefined
    ? c.html(<LoginPage c={c} />)
    : enter(c, token, c.req.query("to") == "demo" ? "demo" : "dashboard");
}

/** `POST /login/`: the form's answer. */
export async function submitLogin(c: Context<AppEnv>): Promise<Response> {
  // What is no form has no token in it.
  const { token } = await c.req.parseBody().catch(() => ({ token: undefined }));
  return enter(c, typeof token == "string" ? token : "", "dashboard");
}

/** `POST /logout/`. */
export function submitLogout(c: Context<AppEnv>): Response {
  logOut(c);
  return c.redirect(`${splitPath(c.req.url).base}/login/`, 303);
}

async function enter(c: Context<AppEnv>, token: string, page: "dashboard" | "demo"): Promise<Response> {
  if (adminTokens(c.env).length == 0) return refuse(c, "token_not_set", TOKEN_HINT);
  if (!(await isToken(c.env, token))) return c.html(<LoginPage c={c} message="This is not the token." />, 401);
  await logIn(c);
  return c.redirect(`${splitPath(c.req.url).base}/${page}/`, 303);
}

function LoginPage({ c, message }: { c: Context<AppEnv>; message?: string }) {
  const assets = `${splitPath(c.req.url).base}/assets`;
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
            <label>
              Token
              <input type="password" name="token" autocomplete="current-password" required autofocus />
            </label>
            <button class="primary">Log in</button>
          </form>
          <p>
            <small>The token is the Worker's ADMIN_TOKEN secret; npm start prints a link that has it.</small>
          </p>
        </main>
      </body>
    </html>
  );
}
