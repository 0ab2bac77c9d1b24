import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";

/** A Worker as it was uploaded. */
interface Upload {
  bindings: { name: string; type: string; text?: string; id?: string }[];
  migrations?: { new_tag: string };
  observability?: unknown;
}

/** An account at Cloudflare, as far as wrangler asks for one to deploy a tracker. */
export interface CloudflareAccount {
  /** For wrangler's environment. */
  env: Record<string, string>;
  /** By name: real SQLite. */
  databases: Map<string, DatabaseSync>;
  /** What `d1 create` asked for. */
  databasesAskedFor: unknown[];
  /** The last upload of each Worker. */
  workers: Map<string, Upload>;
  /** By Worker. Each has a workers.dev subdomain too, where its configuration wants that. */
  routes: Map<string, string[]>;
  crons: Map<string, string[]>;
  close(): void;
}

const NO_SUCH_WORKER = { code: 10007, message: "This Worker does not exist on your account." };

/**
 * There is no Cloudflare offline: this answers the real `wrangler` in its place, by `CLOUDFLARE_API_BASE_URL`. What wrangler asks for
 * is real; what Cloudflare makes of it is not tested.
 */
export async function fakeCloudflare(): Promise<CloudflareAccount> {
  const account: Omit<CloudflareAccount, "env" | "close"> = {
    databases: new Map(),
    databasesAskedFor: [],
    workers: new Map(),
    routes: new Map(),
    crons: new Map(),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url!, "http://localhost");
    const headers = { "content-type": request.headers["content-type"] ?? "" };
    const body = new Request("http://localhost", { method: "POST", headers, body: Buffer.concat(chunks) });
    const result = await answer(account, request.method!, pathname, body);
    const success = result !== undefined;
    response.writeHead(success ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ success, errors: success ? [] : [NO_SUCH_WORKER], messages: [], result }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...account,
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: "token",
      CLOUDFLARE_ACCOUNT_ID: "acc",
    },
    close: () => server.close(),
  };
}

/** The result of a request; nothing where there is none. */
async function answer(
  { databases, databasesAskedFor, workers, routes, crons }: Omit<CloudflareAccount, "env" | "close">,
  method: string,
  path: string,
  body: Request,
): Promise<unknown> {
  if (path == "/user/tokens/verify") return { id: "token", status: "active" };
  if (path == "/user") return { id: "user", email: "owner@shop.example" };
  if (path == "/accounts") return [{ id: "acc", name: "Shop" }];
  if (path == "/memberships") return [{ id: "member", account: { id: "acc", name: "Shop" } }];
  if (path == "/accounts/acc/workers/subdomain") return { subdomain: "shop" };
  const [, kind, name = "", part = ""] = /^\/accounts\/acc\/(d1|workers)\/\w+\/?([^/]*)\/?(.*)$/.exec(path) ?? [];

  if (kind == "d1") {
    if (part == "query") return query(databases.get(name)!, (await body.json()) as { sql: string });
    if (method == "GET" && name) return databases.has(name) ? { uuid: name, name } : undefined;
    if (method == "GET") return [...databases.keys()].map((one) => ({ uuid: one, name: one }));
    const asked = (await body.json()) as { name: string };
    databasesAskedFor.push(asked);
    databases.set(asked.name, new DatabaseSync(":memory:"));
    return { ...asked, uuid: asked.name };
  }
  if (part == "assets-upload-session") return { jwt: "nothing is new", buckets: [] };
  // Once its Durable Objects are there, a Worker is uploaded as a version, and that deployed.
  if ((method == "PUT" && part == "") || (method == "POST" && part == "versions")) {
    const upload = JSON.parse((await body.formData()).get("metadata") as string) as Upload;
    // A deploy without a secret keeps it.
    const kept = workers.get(name)?.bindings.filter(({ type }) => type == "secret_text") ?? [];
    workers.set(name, { ...upload, bindings: [...upload.bindings, ...kept] });
    return { id: name, startup_time_ms: 20, resources: { script: { etag: "etag" } } };
  }
  const worker = workers.get(name);
  if (!worker) return undefined;
  if (part == "secrets") return worker.bindings.filter(({ type }) => type == "secret_text");
  if (part == "deployments") return { deployments: [] };
  if (part == "settings") return { bindings: worker.bindings };
  if (part == "schedules") {
    crons.set(
      name,
      ((await body.json()) as { cron: string }[]).map(({ cron }) => cron),
    );
    return {};
  }
  if (part == "routes") {
    routes.set(
      name,
      ((await body.json()) as { pattern: string }[]).map(({ pattern }) => pattern),
    );
    return [];
  }
  if (path.includes("/services/")) {
    return { default_environment: { script: { tag: "tag", migration_tag: worker.migrations?.new_tag } } };
  }
  return { id: name, name, subdomain: { enabled: true, previews_enabled: false } };
}

function query(database: DatabaseSync, { sql }: { sql: string }): unknown {
  const meta = { duration: 0, changes: 0 };
  if (/^\s*SELECT/i.test(sql)) return [{ success: true, results: database.prepare(sql).all(), meta }];
  database.exec(sql);
  return [{ success: true, results: [], meta }];
}
