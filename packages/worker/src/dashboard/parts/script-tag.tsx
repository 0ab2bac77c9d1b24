import type { Context } from "hono";
import { urlTo } from "../../http/base-path.ts";
import type { AppEnv } from "../../http/context.ts";

/** The one line to paste into pages, ready to copy. */
export function ScriptTag({ c }: { c: Context<AppEnv> }) {
  const worker = `${new URL(c.req.url).origin}${urlTo(c, "")}`;
  return (
    <div class="copy">
      <pre tabindex={0} aria-label="Script tag">
        <code id="tag">{`<script src="${worker}/tracker.js" data-auto="true" async></script>`}</code>
      </pre>
      <button type="button" data-copy="tag">
        Copy
      </button>
    </div>
  );
}
