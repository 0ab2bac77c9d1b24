import type { Context } from "hono";
import { readConfig } from "../../config/config.ts";
import type { AppEnv } from "../../http/context.ts";

/** Asks which of SITES is meant, where there are several. */
export function SiteField({ c }: { c: Context<AppEnv> }) {
  const { sites } = readConfig(c.env);
  if (sites.length < 2) return null;
  return (
    <label>
      Site{" "}
      <select name="site">
        <option value="">all</option>
        {sites.map((site) => (
          <option>{site.replace("*.", "")}</option>
        ))}
      </select>
    </label>
  );
}
