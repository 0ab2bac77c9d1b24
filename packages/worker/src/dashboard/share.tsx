import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { giveAccess } from "../http/give-access.ts";
import { isShareable, linkOf, nameView } from "../http/guards/share.ts";
import { ParameterError, readForm, readSite } from "../http/parameters.ts";
import { Copyable } from "./parts/copyable.tsx";
import { formatUntil } from "./parts/format.ts";
import { readShareHours } from "./parts/share-choice.tsx";

/** `POST /dashboard/share`: makes a link that shows one page of the dashboard as it is, to whoever has it. */
export async function submitShare(c: Context<AppEnv>): Promise<Response> {
  const { view = "", name = "", hours } = await readForm(c);
  const [page = "", query = ""] = view.split("?", 2);
  const parameters = new URLSearchParams(query);
  if (!isShareable(page)) throw new ParameterError("view", `"${page}" cannot be shared`);
  const endsAt = Date.now() + readShareHours(hours) * 3_600_000;
  const site = readSite(c, parameters.get("site") ?? undefined) ?? null;
  const named = nameView(page, parameters);
  const given = { name: name.trim().slice(0, 250) || page, role: "viewer" as const, site, view: named, endsAt };
  const { token, secret } = await giveAccess(c, given);
  const path = urlTo(c, `/dashboard/${linkOf(named, token.id)}`);
  return showLink(c, `${new URL(c.req.url).origin}${path}#${secret}`, endsAt);
}

/** A link that was made: as JSON for the script that copies it, else as a page. */
export function showLink(c: Context<AppEnv>, url: string, endsAt: number): Response | Promise<Response> {
  const until = formatUntil(endsAt, Date.now());
  c.header("cache-control", "no-store");
  if (c.req.header("accept") === "application/json") return c.json({ url, until });
  return c.render(
    <section class="ask">
      <h1>Share link</h1>
      <p>Whoever has this link sees this one view, without an account. It ends {until}, or when you revoke it.</p>
      <Copyable id="link" label="Share link" text={url} />
      <p>
        It is shown only now. <a href="access">All share links</a>
      </p>
    </section>,
    { title: "Share link" },
  );
}
