import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";

/** The page's other parameters, for a form that changes some of them. A list begins with its first rows again. */
export function HiddenParameters({ c, except }: { c: Context<AppEnv>; except: readonly string[] }) {
  const kept = Object.entries(c.req.query()).filter(
    ([name, value]) => value && name !== "cursor" && name !== "export" && !except.includes(name),
  );
  return (
    <>
      {kept.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
