import { createServer } from "node:http";
import { Tracker } from "@tracker/sdk/server";

const { ADMIN_TOKEN = "", TRACKER = "http://127.0.0.1:8787", PORT = "3000" } = process.env;

// The token says that this program may count: others are taken for bots.
const tracker = new Tracker({ endpoint: TRACKER, token: ADMIN_TOKEN });

createServer((request, response) => {
  if (request.url == "/order") tracker.incr({ label: "order", category: "shop" });
  response.end("Tea is on its way.\n");
}).listen(Number(PORT), "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/order`));

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void tracker.close().then(() => process.exit()));
