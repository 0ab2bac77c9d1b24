import { isDay, type Day, type StatRow } from "@tracker/sdk/protocol";
import type { Context } from "hono";
import type { AppEnv } from "../app.tsx";
import { readConfig } from "../config.ts";
import { readExactly } from "../read.ts";
import { refuse } from "../refuse.ts";
import { siteToRead } from "../site.ts";
import { readDomIds } from "../statistic.ts";

/** `GET /get_stats/?dom_ids=a|b[&from=…&to=…][&site=…]` → `[[dom_id, counter, label], …]`, in the order asked for. */
export async function getStats(c: Context<AppEnv>): Promise<Response> {
  const { sites, calendar } = readConfig(c.env);
  const today = calendar.dayOf(Date.now());
  const from = c.req.query("from") ?? today;
  const to = c.req.query("to") ?? today;
  for (const [name, day] of Object.entries({ from, to })) {
    if (!isDay(day)) return refuse(c, "bad_parameter", `${name}: "${day}" is not a day such as ${today}`);
  }
  const site = siteToRead(sites, c.req.query("site"), c.get("onlySite"));
  if (!site.ok) return refuse(c, site.code, site.message);
  const domIds = [...new Set((c.req.query("dom_ids") ?? "").split("|").filter(Boolean))];
  c.header("cache-control", "no-store");
  return c.json(await countDomIds(c.env, { site: site.value, domIds, from, to }));
}

async function countDomIds(
  env: AppEnv["Bindings"],
  query: { site: string; domIds: string[]; from: Day; to: Day },
): Promise<StatRow[]> {
  if (query.domIds.length == 0) return [];
  const { rows, tail } = await readExactly(env, () => readDomIds(env.DB, query));
  const byDomId = new Map(query.domIds.map((domId) => [domId, new Map<string, number>()]));
  const add = (domId: string, label: string, count: number): void => {
    const labels = byDomId.get(domId);
    labels?.set(label, (labels.get(label) ?? 0) + count);
  };
  for (const { domId, label, counter } of rows) add(domId, label, counter);
  for (const [site, label, , domId, count] of tail) if (site === query.site) add(domId, label, count);
  return [...byDomId].flatMap(([domId, labels]) =>
    [...labels].map(([label, counter]): StatRow => [domId, counter, label]),
  );
}
