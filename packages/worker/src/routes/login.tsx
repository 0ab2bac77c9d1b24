import type { Context } from "hono";
import type { AppEnv } from "../app.tsx";
import { isToken, logIn, logOut, TOKEN_HINT } from "../auth.ts";
import { splitPath } from "../base-path.ts";
import { refuse } from "../refuse.ts";
import { adminTokens } from "../signed-token.ts";

/** `GET /login/`: the form; with `?token=…`, as the link that `npm start` prints has it, logs in at once. */
export async function showLogin(c: Context<AppEnv>): Promise<Response> {
  const token = c.req.query("token");
  return token === undefined ? c.html(<LoginPage />) : enter(c, token);
}

/** `POST /login/`: the form's answer. */
export async function submitLogin(c: Context<AppEnv>): Promise<Response> {
  // What is no form has no token in it.
  const { token } = await c.req.parseBody().catch(() => ({ token: undefined }));
  return enter(c, typeof token == "string" ? token : "");
}

/** `POST /logout/`. */
export function submitLogout(c: Context<AppEnv>): Response {
  logOut(c);
  return c.redirect(`${splitPath(c.req.url).base}/login/`, 303);
}

async function enter(c: Context<AppEnv>, token: string): Promise<Response> {
  if (adminTokens(c.env).length == 0) return refuse(c, "token_not_set", TOKEN_HINT);
  if (!(await isToken(c.env, token))) return c.html(<LoginPage message="This is not the token." />, 401);
  await logIn(c);
  return c.redirect(`${splitPath(c.req.url).base}/dashboard/`, 303);
}

function LoginPage({ message }: { message?: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Log in · Tracker</title>
      </head>
      <body>
        <h1>Tracker</h1>
        {message && <p role="alert">{message}</p>}
        <form method="post">
          <label>
            Token <input type="password" name="token" autocomplete="current-password" required autofocus />
          </label>
          <button>Log in</button>
        </form>
        <p>The token is the Worker's ADMIN_TOKEN secret.</p>
      </body>
    </html>
  );
}
