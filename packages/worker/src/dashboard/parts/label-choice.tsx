import { addDays } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import { selectSums } from "../../d1/sums.ts";
import type { AppEnv } from "../../http/context.ts";
import type { View } from "../../http/view.ts";
import { queryExactly } from "../../statistics/read.ts";
import { HiddenParameters } from "./hidden-parameters.tsx";

const LABELS_OFFERED = 200;
const DAYS = 30;

/** Another label to show beside this one; offered are those counted most lately. */
export async function LabelChoice({ c, view, label }: { c: Context<AppEnv>; view: View; label: string }) {
  const { site, today } = view;
  const { results } = await queryExactly<{ label: string }>(
    c.env,
    { site, from: addDays(today, 1 - DAYS), to: today },
    (known) => [selectSums(c.env.DB, known, {}, ["label"], { order: ["counter", "desc"], limit: LABELS_OFFERED })],
  );
  return (
    <form class="site" method="get">
      <HiddenParameters c={c} except={["with"]} />
      <label>
        Compare with <input name="with" value={c.req.query("with")} list="labels" autocomplete="off" />
      </label>
      <datalist id="labels">{results[0]!.map((row) => row.label !== label && <option value={row.label} />)}</datalist>
      <button>Compare</button>
    </form>
  );
}
