import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What happens to a batch on its way. */
export type Fault =
  | "none"
  /** The connection breaks before the server has seen it. */
  | "request lost"
  /** The server has counted it, and the connection breaks. */
  | "answer lost"
  | "503"
  | "429";

/** A network between pages and a server that does to batches what it is told. */
export interface FaultyProxy {
  url: string;
  /** Asked for each batch. */
  fault: () => Fault;
  /** The batches that have reached the server. */
  batches: { id: string; pings: [label: string, category: string, domId: string, count: number][] }[];
  /** What the server has answered to batches, also where that was lost. */
  answers: { accepted: number; duplicate: boolean }[];
  /** Requests that are not answered yet. */
  underWay: number;
  close(): void;
}

const SCRIPTS = join(import.meta.dirname, "../../packages/worker/dist/assets");

/** Starts one in front of a Worker. It serves the scripts too, as the whole tracker does. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((request, response) => {
    proxy.underWay++;
    response.once("close", () => proxy.underWay--);
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => "none",
    batches: [],
    answers: [],
    underWay: 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith(".js")) {
      const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };
      return void response.writeHead(200, headers).end(readFileSync(join(SCRIPTS, request.url)));
    }
    const isBatch = request.method == "POST";
    const fault = isBatch ? proxy.fault() : "none";
    const body = Buffer.concat(await request.toArray());
    if (fault == "request lost") return void request.socket.destroy();
    if (fault == "503" || fault == "429") {
      const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after" };
      return void response.writeHead(Number(fault), { ...headers, "retry-after": "1" }).end("busy");
    }
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(target + request.url, {
      method: request.method!,
      headers,
      ...(isBatch && { body }),
    });
    if (isBatch) proxy.batches.push(JSON.parse(body.toString()));
    const text = Buffer.from(await answer.arrayBuffer());
    if (isBatch && answer.ok) proxy.answers.push(JSON.parse(text.toString()));
    if (fault == "answer lost") return void request.socket.destroy();
    // The body is unpacked by now.
    const { "content-encoding": ___, "content-length": ____, ...rest } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, rest).end(text);
  }

  return proxy;
}
