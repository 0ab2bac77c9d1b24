import { IN_AN_HOUR, jwt, type Hostile } from "./request.ts";

const session = { cookie: `tracker_session=${jwt({ aud: "session", site: "", exp: IN_AN_HOUR })}` };
const OLD = "day,label,counter\n2020-01-01,hostile,1\n";
const DELETE = { method: "DELETE", path: "/api/statistics?label=hostile" };
const IMPORT = { path: "/api/import", body: OLD };

/** A change of state with a reader's cookie, from elsewhere. */
function foreign(
  name: string,
  request: Pick<Hostile, "method" | "path" | "body"> & { headers?: Record<string, string | null> },
): Hostile {
  const headers = { ...session, origin: "https://evil.example", ...request.headers };
  return { ...request, name, headers, status: 403, code: "cross_origin" };
}

export const CROSS_ORIGIN: Hostile[] = [
  foreign("a deletion from another page", DELETE),
  foreign("a deletion from a sandboxed frame", { ...DELETE, headers: { origin: "null" } }),
  foreign("a deletion from nowhere", { ...DELETE, headers: { origin: null } }),
  foreign("a deletion from another page, as JSON", { ...DELETE, headers: { "content-type": "application/json" } }),
  foreign("a deletion from a page below the same site", { ...DELETE, headers: { "sec-fetch-site": "same-site" } }),
  foreign("an import from another page", { ...IMPORT, headers: { "content-type": "text/csv" } }),
  foreign("an import from nowhere", { ...IMPORT, headers: { origin: null } }),
  foreign("a deletion by the dashboard's form, from another page", {
    path: "/dashboard/delete",
    body: "label=hostile",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  }),
  foreign("a deletion by the dashboard's form, as JSON from another page", {
    path: "/dashboard/delete",
    body: "{}",
    headers: { "content-type": "application/json" },
  }),
  foreign("an import by the dashboard's form, from another page", {
    path: "/dashboard/import",
    body: OLD,
    headers: { "content-type": "text/csv" },
  }),
  foreign("a flush by the dashboard, from another page", { path: "/dashboard/flush", body: "" }),
  foreign("a heat map opened by another page", { path: "/dashboard/heatmap", body: "url=https://shop.example/" }),
  foreign("a heat map opened by a link in a mail", {
    path: "/dashboard/heatmap",
    body: "url=https://shop.example/",
    headers: { origin: null, "sec-fetch-site": "none" },
  }),
  foreign("a flush by another page", { path: "/report/", body: "" }),
  foreign("a flush by a link", { path: "/report/", headers: { origin: null, "sec-fetch-site": "none" } }),
  foreign("a flush by an image", { path: "/report/", headers: { origin: null, "sec-fetch-site": "same-site" } }),
];
