import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import { linkHere } from "./links.ts";

/** Links from page to page of a list. */
export function ListPages({ c, next }: { c: Context<AppEnv>; next: string | null }) {
  const isFirst = !c.req.query("cursor");
  if (isFirst && !next) return null;
  return (
    <nav class="pages" aria-label="Pages of the list">
      {!isFirst && (
        <a class="button" href={linkHere(c, {})}>
          First page
        </a>
      )}
      {next && (
        <a class="button" rel="next" href={linkHere(c, { cursor: next })}>
          Next page
        </a>
      )}
    </nav>
  );
}
