import type { Context } from "hono";
import { deleteAccessToken, listAccessTokens } from "../d1/access-tokens.ts";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { makeAccessToken, NewToken } from "../http/give-access.ts";
import { parseParameters, readForm } from "../http/parameters.ts";
import type { AccessToken, Role } from "../model/access-token.ts";
import { AccessTable } from "./parts/access-table.tsx";
import { Copyable } from "./parts/copyable.tsx";
import { linkTo } from "./parts/links.ts";
import { SiteField } from "./parts/site-field.tsx";

const ROLES: readonly [role: Role, may: string][] = [
  ["viewer", "read"],
  ["counter", "count, as a server"],
  ["admin", "do everything"],
];

const ENDS: readonly [days: string, when: string][] = [
  ["", "when revoked"],
  ["1", "in a day"],
  ["7", "in 7 days"],
  ["30", "in 30 days"],
  ["365", "in a year"],
];

/** `GET /dashboard/access`: who was given access, to add to and to take it back. */
export function showAccess(c: Context<AppEnv>): Promise<Response> {
  return renderAccess(c);
}

/** `POST /dashboard/access`: makes a token, which this page alone shows; or revokes the one that `revoke` names. */
export async function submitAccess(c: Context<AppEnv>): Promise<Response> {
  const { revoke, ...fields } = await readForm(c);
  if (revoke === undefined) return renderAccess(c, await makeAccessToken(c, parseParameters(NewToken, fields)));
  await deleteAccessToken(c.env.DB, revoke);
  return c.redirect(linkTo(c, "access"), 303);
}

async function renderAccess(c: Context<AppEnv>, made?: { token: AccessToken; secret: string }): Promise<Response> {
  const all = await listAccessTokens(c.env.DB);
  const [tokens, links] = [all.filter(({ view }) => view === null), all.filter(({ view }) => view !== null)];
  return c.render(
    <>
      <div class="heading">
        <h1>Access</h1>
      </div>
      {made && <Made c={c} {...made} />}
      <p class="summary">Give somebody a token instead of yours. You can take it back at any time.</p>
      <form class="filter" method="post">
        <label class="wide">
          Who or what is it for? <input name="name" required maxlength={100} autocomplete="off" placeholder="Ann" />
        </label>
        <label>
          It may{" "}
          <select name="role">
            {ROLES.map(([role, may]) => (
              <option value={role}>{may}</option>
            ))}
          </select>
        </label>
        <SiteField c={c} />
        <label>
          It ends{" "}
          <select name="days">
            {ENDS.map(([days, when]) => (
              <option value={days}>{when}</option>
            ))}
          </select>
        </label>
        <button class="primary">Make token</button>
      </form>
      <AccessTable title="Tokens" tokens={tokens} none="You have given out no token yet." now={Date.now()} />
      <AccessTable
        title="Share links"
        tokens={links}
        none="There is none. The overview, labels, pages and heat maps have a Share button."
        now={Date.now()}
      />
    </>,
    { title: "Access" },
  );
}

/** The new token, ready to copy: as a link that logs a person in, or as it is, for a program. */
function Made({ c, token, secret }: { c: Context<AppEnv>; token: AccessToken; secret: string }) {
  const isForPeople = token.role !== "counter";
  const text = isForPeople ? `${new URL(c.req.url).origin}${urlTo(c, "/login/")}#token=${secret}` : secret;
  return (
    <section class="panel setting made" role="status">
      <h2>Token for {token.name}</h2>
      <p>
        {isForPeople
          ? "Send this link. It logs in who opens it; a program sends the part after #token= as the token."
          : "Give it to the server, as the SDK's token."}{" "}
        <b>It is shown only now.</b>
      </p>
      <Copyable id="made" label="Token" text={text} />
    </section>
  );
}
