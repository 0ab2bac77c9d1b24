import type { Context } from "hono";
import type { AppEnv } from "../../http/context.ts";
import { HiddenParameters } from "./hidden-parameters.tsx";

/** Finds names in a list. */
export function SearchForm({ c, placeholder }: { c: Context<AppEnv>; placeholder: string }) {
  return (
    <form method="get" role="search" class="search">
      <HiddenParameters c={c} except={["search"]} />
      <input
        type="search"
        name="search"
        value={c.req.query("search")}
        placeholder={placeholder}
        aria-label={placeholder}
      />
      <button>Find</button>
    </form>
  );
}
