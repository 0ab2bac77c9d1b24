import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { ScriptTag } from "./parts/script-tag.tsx";

/** What to do where nothing is counted yet: the one line to paste, ready to copy. */
export function Empty({ c }: { c: Context<AppEnv> }) {
  return (
    <section class="empty" data-waiting>
      <h1>Nothing is counted yet</h1>
      <ol>
        <li>
          <p>Paste this into your pages:</p>
          <ScriptTag c={c} />
        </li>
        <li>
          <p>
            Click a link or a button there. This page shows it within seconds<noscript>, when you reload it</noscript>.
          </p>
        </li>
        <li>
          <p>Give what matters to you a name of its own, in the page:</p>
          <pre tabindex={0} aria-label="Example">
            <code>{`<button id="buy" data-track="buy:buttons">Buy</button>`}</code>
          </pre>
          <p>
            or in a script: <code>track("buy:buttons:buy")</code>
          </p>
        </li>
      </ol>
      <p>
        Or look at the <a href={urlTo(c, "/demo/")}>demo page</a> first.
      </p>
    </section>
  );
}
