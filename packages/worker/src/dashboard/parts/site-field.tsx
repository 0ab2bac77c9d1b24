import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import { sitesOf } from "../../http/parameters.ts";

/** Asks which of SITES is meant, where there are several. */
export function SiteField({ c }: { c: Context<AppEnv> }) {
  const sites = sitesOf(c);
  if (sites.length < 2) return null;
  return (
    <label>
      Site{" "}
      <select name="site">
        <option value="">all</option>
        {sites.map((site) => (
          <option>{site}</option>
        ))}
      </select>
    </label>
  );
}
