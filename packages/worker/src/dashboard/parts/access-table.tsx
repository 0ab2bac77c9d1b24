import type { AccessToken } from "../../model/access-token.ts";
import { heatmapOf } from "../../http/guards/share.ts";
import { formatAge, formatUntil } from "./format.ts";
import { RowButton } from "./row-button.tsx";

const MAY = { viewer: "reads", counter: "counts", admin: "does everything" };

interface AccessTableProps {
  title: string;
  tokens: readonly AccessToken[];
  /** What is said where there is none. */
  none: string;
  now: number;
}

/** Who was given what, and the buttons that take it back. */
export function AccessTable({ title, tokens, none, now }: AccessTableProps) {
  const hasSites = tokens.some(({ site }) => site !== null);
  return (
    <section class="list panel access">
      <h2>{title}</h2>
      {tokens.length === 0 ? (
        <p>{none}</p>
      ) : (
        <div class="scroll" tabindex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col">What</th>
                {hasSites && <th scope="col">Site</th>}
                <th scope="col">Ends</th>
                <th scope="col">Last use</th>
                <th scope="col">
                  <span class="unseen">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {tokens.map((token) => (
                <TokenRow token={token} hasSites={hasSites} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function TokenRow({ token, hasSites, now }: { token: AccessToken; hasSites: boolean; now: number }) {
  const { id, name, role, site, view, endsAt, usedOn } = token;
  const hasEnded = endsAt !== null && endsAt <= now;
  return (
    <tr class={hasEnded ? "ended" : undefined}>
      <th scope="row">{name}</th>
      <td>{view === null ? MAY[role] : <ViewLink view={view} />}</td>
      {hasSites && <td>{site || "all sites"}</td>}
      <td>{endsAt === null ? "no end" : hasEnded ? `ended ${formatAge(endsAt, now)}` : formatUntil(endsAt, now)}</td>
      <td>{usedOn === null ? "never used" : `used ${usedOn}`}</td>
      <td class="number">
        {hasEnded ? (
          <RowButton name="revoke" value={id} text="Remove" label={`Remove ${name} from the list`} />
        ) : (
          <details class="sure">
            <summary aria-label={`Revoke ${name}`}>Revoke…</summary>
            <form method="post">
              <button class="danger" name="revoke" value={id} aria-label={`Revoke ${name} for good`}>
                Revoke for good
              </button>
            </form>
          </details>
        )}
      </td>
    </tr>
  );
}

/** What a share link shows: a page of the dashboard, or the address of a page with its heat map. */
function ViewLink({ view }: { view: string }) {
  const url = heatmapOf(view);
  return url === undefined ? <a href={view || "./"}>the view</a> : <>heat map of {url}</>;
}
