import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { Miniflare } from "miniflare";
import { bundle } from "../../test/support/bundle.ts";
import { configureWorker, migrate } from "../../test/support/worker-config.ts";

const TOKEN = "the-token-of-this-bench";

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
  const file = join(folder, "counted.js");
  await bundle(join(import.meta.dirname, "../workers/counted.ts"), file);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    resourcePersistencePath: join(folder, "data"),
    workers: [configureWorker(file, { ADMIN_TOKEN: TOKEN, MAX_LABELS_PER_DAY: "100000" })],
  });
  await migrate(miniflare);
  const url = String(await miniflare.ready).replace(/\/$/, "");
  const db = await miniflare.getD1Database("DB");
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
