import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** How a receiver takes a message. `silence` ends the connection without an answer, `hang` keeps it. */
export type Reaction = "ok" | "slow" | "error" | "redirect" | "silence" | "hang" | "endless";

export interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
  reaction: Reaction;
  path: string;
}

/** What a webhook leads to: a real server that answers as it is told. */
export interface Receiver {
  url: string;
  deliveries: Delivery[];
  /** How it takes the next ones. */
  react: () => Reaction;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const reaction = receiver.react();
      receiver.deliveries.push({ headers: request.headers, body, reaction, path: request.url ?? "" });
      if (reaction === "ok") response.end("ok");
      if (reaction === "slow") setTimeout(() => response.end("ok"), 30);
      if (reaction === "error") response.writeHead(500).end("no");
      if (reaction === "redirect") response.writeHead(302, { location: "/elsewhere" }).end();
      if (reaction === "silence") response.destroy();
      if (reaction === "endless") {
        response.writeHead(200);
        const pour = (): void =>
          void (response.write("x".repeat(65_536)) ? setImmediate(pour) : response.once("drain", pour));
        response.on("error", () => {});
        pour();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries: [],
    react: () => "ok",
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
