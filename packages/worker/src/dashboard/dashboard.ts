import { Hono } from "hono";
import type { AppEnv } from "../app.tsx";
import { layout } from "./layout.tsx";
import { showOverview } from "./overview.tsx";

/** The pages for people. */
export const dashboard = new Hono<AppEnv>();

dashboard.use(layout);
dashboard.get("/", showOverview);
