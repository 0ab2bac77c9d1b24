import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import type { D1Database } from "@cloudflare/workers-types";
import { Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "./workerd.ts";

const ROOT = join(import.meta.dirname, "../..");
const TOKEN = "bench";

/** What D1 and the objects did. */
export interface Operations {
  queries: number;
  rowsRead: number;
  rowsWritten: number;
  objectRowsRead: number;
  objectRowsWritten: number;
}

/** The Worker with a real D1, on miniflare: slower in front than workerd alone, the same behind. */
export interface FullServer {
  db: D1Database;
  /** A request with the token. @throws when it is not answered with 200. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** What D1 and the objects did since this was asked last. */
  operations(): Promise<Operations>;
  stop(): Promise<void>;
}

export async function startFullServer(): Promise<FullServer> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  await bundle("counted", folder);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    resourcePersistencePath: join(folder, "data"),
    workers: [
      {
        config: {
          name: "tracker",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: {
            mainModule: "counted.js",
            modulesRoot: "/",
            modules: { "counted.js": { type: "esm", contents: readFileSync(join(folder, "counted.js"), "utf8") } },
          },
          env: {
            DB: { type: "d1", id: "tracker" },
            DAY_COUNTER: { type: "durable-object", worker: "tracker", exportName: "DayCounter" },
            ADMIN_TOKEN: { type: "text", value: TOKEN },
            MAX_LABELS_PER_DAY: { type: "text", value: "100000" },
          },
          exports: { DayCounter: { type: "durable-object", storage: "sqlite" } },
        },
      },
    ],
  });
  const url = String(await miniflare.ready).replace(/\/$/, "");
  const db = await miniflare.getD1Database("DB");
  for (const { queries } of await readD1Migrations(join(ROOT, "packages/worker/migrations"))) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` }, ...init });
    if (response.status != 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    db,
    request,
    operations: async () => (await (await request("/operations")).json()) as Operations,
    async stop() {
      await miniflare.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}
