/**
 * The Worker alone in workerd, its data on disk, in a process of its own: it starts in half a second and can be killed at any
 * moment. `worker.ts` starts it: `node worker-process.ts <bundle> <folder> <settings as JSON> [whole]`. Prints its URL and that of
 * its inspector when it is ready.
 */
import { Miniflare } from "miniflare";
import { configureWorker, migrate } from "./worker-config.ts";

const [bundle = "", folder = "", settings = "{}", whole] = process.argv.slice(2);

const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  inspectorPort: 0,
  cf: false,
  resourcePersistencePath: folder,
  // The cron's: /cdn-cgi/local/scheduled.
  unsafeTriggerHandlers: true,
  handleUncaughtError: () => {},
  handleStructuredLogs: ({ message }) => process.stderr.write(`${message}\n`),
  workers: [configureWorker(bundle, JSON.parse(settings) as Record<string, string>, whole == "whole")],
});

await migrate(miniflare);
process.stdout.write(`${String(await miniflare.ready)} ${String(await miniflare.getInspectorURL())}\n`);
