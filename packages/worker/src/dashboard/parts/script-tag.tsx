import type { Context } from "hono";
import { urlTo } from "../../http/base-path.ts";
import type { AppEnv } from "../../http/context.ts";
import { Copyable } from "./copyable.tsx";

/** The one line to paste into pages, ready to copy. */
export function ScriptTag({ c }: { c: Context<AppEnv> }) {
  const worker = `${new URL(c.req.url).origin}${urlTo(c, "")}`;
  return (
    <Copyable
      id="tag"
      label="Script tag"
      text={`<script src="${worker}/tracker.js" data-auto="true" async></script>`}
    />
  );
}
