import type { Context } from "hono";
import { HeatmapForm } from "./heatmap.tsx";
import type { AppEnv } from "../http/context.ts";

/** `GET /dashboard/heatmaps`: where a page's heat map is opened. */
export function showHeatmaps(c: Context<AppEnv>): Response | Promise<Response> {
  return c.render(
    <>
      <div class="heading">
        <h1>Heat maps</h1>
      </div>
      <HeatmapForm />
    </>,
    { title: "Heat maps" },
  );
}
