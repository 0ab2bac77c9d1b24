import { Hono } from "hono";
import { ParameterError } from "../http/parameters.ts";
import { Refusal } from "../http/refuse.ts";
import { showAccess, submitAccess } from "./access.tsx";
import { showAnnotations, submitAnnotation } from "./annotations.tsx";
import { confirmDelete, showOpenDays, submitDelete } from "./delete.tsx";
import { showHealth, submitFlush } from "./health.tsx";
import { hideDeadEnds } from "./hide-dead-ends.ts";
import { openHeatmap, tellOpened } from "./heatmap.tsx";
import { showHeatmaps } from "./heatmaps.tsx";
import { showImport, submitImport } from "./import.tsx";
import { showLabel } from "./label.tsx";
import { showLabels } from "./labels.tsx";
import { layout } from "./layout.tsx";
import { showPage } from "./page.tsx";
import { showPages } from "./pages.tsx";
import { showLatest } from "./latest.tsx";
import { showSettings } from "./settings.tsx";
import { submitShare } from "./share.tsx";
import { showRules, submitRule } from "./rules.tsx";
import { showStatistics } from "./statistics.tsx";
import { showToday } from "./today.tsx";
import { showOverview } from "./overview.tsx";
import { showWrongField } from "./wrong-field.tsx";
import type { AppEnv } from "../http/context.ts";
import { limitBody } from "../http/limit-body.ts";

/** The pages for people. */
export const dashboard = new Hono<AppEnv>();

dashboard.use(hideDeadEnds, layout, async (c, next) => {
  // Counts change with each click.
  c.header("cache-control", "no-store");
  // Links in the pages are relative to the folder that they lie in.
  const { pathname, search } = new URL(c.req.url);
  const isFolder = c.req.path === "/dashboard";
  if (c.req.method === "GET" && isFolder !== pathname.endsWith("/")) {
    return c.redirect((isFolder ? `${pathname}/` : pathname.replace(/\/+$/, "")) + search, 301);
  }
  return next();
});
dashboard.get("/", showOverview);
dashboard.get("/labels", showLabels);
dashboard.get("/pages", showPages);
dashboard.get("/page", showPage);
dashboard.get("/today", showToday);
dashboard.get("/statistics", showStatistics);
dashboard.get("/label", showLabel);
dashboard.get("/heatmaps", showHeatmaps);
dashboard.get("/settings", showSettings);
dashboard.post("/share", limitBody, submitShare);
dashboard.get("/access", showAccess);
dashboard.post("/access", limitBody, submitAccess);
dashboard.post("/heatmap", limitBody, openHeatmap);
dashboard.get("/opened", tellOpened);
dashboard.get("/delete", confirmDelete);
dashboard.post("/delete", limitBody, submitDelete);
dashboard.get("/import", showImport);
dashboard.post("/import", submitImport);
dashboard.get("/rules", showRules);
dashboard.post("/rules", limitBody, submitRule);
dashboard.get("/annotations", showAnnotations);
dashboard.post("/annotations", limitBody, submitAnnotation);
dashboard.get("/health", showHealth);
dashboard.get("/latest", showLatest);
dashboard.get("/flush", (c) => c.redirect("health"));
dashboard.post("/flush", submitFlush);

dashboard.onError((error, c) => {
  if (error instanceof ParameterError) return showWrongField(c, error);
  if (error instanceof Refusal && error.code === "day_open") return showOpenDays(c, error.message);
  throw error;
});
