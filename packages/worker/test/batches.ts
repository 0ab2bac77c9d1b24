import { makeBatchId, parseLabels, type Batch } from "@tracker/sdk/protocol";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import type { Env } from "../src/env.ts";
import worker from "../src/index.ts";

/** A batch of a labels string, sealed now. */
export function batchOf(labels: string, fields: Partial<Batch> = {}): Batch {
  return { id: makeBatchId(), at: Date.now(), pings: parseLabels(labels).pings, ...fields };
}

/** Twenty batches. Their ids are fixed, and by these each of four shards counts some. */
export function batchesOf(labels: string, name = "batch"): Batch[] {
  return Array.from({ length: 20 }, (_, index) => batchOf(labels, { id: `${name}-${index}-`.padEnd(22, "x") }));
}

/** A request to the whole Worker. */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`https://tracker.example${path}`, { redirect: "manual", ...init }));
}

/** A request to the Worker with other settings. */
export async function requestWith(settings: Partial<Env>, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`https://tracker.example${path}`, { redirect: "manual", ...init });
  const response = await worker.fetch(request, { ...env, ...settings }, context);
  await waitOnExecutionContext(context);
  return response;
}

/** The same as a reader with the token. */
export function readerRequest(path: string, init: RequestInit = {}): Promise<Response> {
  return request(path, { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` }, ...init });
}

/** Sends the login's form. */
export function logIn(token: string, fields: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
  return request("/login/", { method: "POST", body: new URLSearchParams({ token, ...fields }), ...init });
}

/** All of D1's counters, `day label:category:domId` each. */
export async function readStatistic(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare("SELECT * FROM statistic").all<Record<string, string | number>>();
  return Object.fromEntries(
    results.map((row) => [`${row.day} ${row.label}:${row.category}:${row.dom_id}`, Number(row.counter)]),
  );
}

/** What GET /get_stats/ answers a reader. */
export async function readDomIds(query: string): Promise<unknown> {
  return (await readerRequest(`/get_stats/?${query}`)).json();
}
