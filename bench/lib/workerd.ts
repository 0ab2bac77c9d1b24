import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { bundle } from "../../test/support/bundle.ts";
import { killNow, onCore, readCpuMs } from "../../test/support/processes.ts";
import { COMPATIBILITY_DATE } from "../../test/support/worker-config.ts";

const ROOT = join(import.meta.dirname, "../..");

const WORKERS = join(ROOT, "bench/workers");

/** A Worker of bench/workers served by workerd alone, with nothing in front of it. */
export interface Server {
  url: string;
  /** Where its Durable Objects' databases are. */
  objects: string;
  /** CPU time it took so far. */
  cpuMs(): number;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the same data at the same address. */
  restart(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

/**
 * Serves `bench/workers/<name>.ts`.
 *
 * @param vars Settings, as in wrangler.toml.
 * @param options `inspect`: also listen for a debugger, at this port.
 */
export async function startWorkerd(
  name: string,
  vars: Record<string, string> = {},
  options: { inspect?: number } = {},
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  const objects = join(folder, "objects");
  mkdirSync(objects);
  await Promise.all([name, "d1-stand-in"].map((one) => bundle(join(WORKERS, `${one}.ts`), join(folder, `${one}.js`))));
  writeFileSync(join(folder, "config.capnp"), writeConfig(name, vars));
  const inspector = options.inspect ? [`--inspector-addr=127.0.0.1:${options.inspect}`] : [];
  const serve = async (port: number): Promise<{ child: ChildProcess; port: number }> => {
    const [command, ...args] = onCore("server", [
      join(ROOT, "node_modules/.bin/workerd"),
      "serve",
      "config.capnp",
      "--experimental",
      `--socket-addr=http=127.0.0.1:${port}`,
      "--control-fd=3",
      ...inspector,
    ]);
    const child = spawn(command!, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit", "pipe"] });
    return { child, port: await readPort(child.stdio[3] as Readable) };
  };
  const first = await serve(0);
  const { port } = first;
  let { child } = first;
  return {
    url: `http://127.0.0.1:${port}`,
    objects: join(objects, "day-counter"),
    cpuMs: () => readCpuMs(child.pid!),
    kill: () => killNow(child),
    async restart() {
      ({ child } = await serve(port));
    },
    async stop() {
      await killNow(child);
      rmSync(folder, { recursive: true });
    },
  };
}

function writeConfig(name: string, vars: Record<string, string>): string {
  const settings = Object.entries({ DEVELOPMENT: "true", ...vars }).map(
    ([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)}),`,
  );
  const hasObjects = name != "plain";
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main.js", esModule = embed "${name}.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      bindings = [
        ${settings.join("\n        ")}
        ${hasObjects ? `(name = "DAY_COUNTER", durableObjectNamespace = "DayCounter"),` : ""}
        (name = "DB", wrapped = (
          moduleName = "cloudflare-internal:d1-api",
          innerBindings = [(name = "fetcher", service = "d1")],
        )),
      ],
      ${
        hasObjects
          ? `durableObjectNamespaces = [(className = "DayCounter", uniqueKey = "day-counter", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),`
          : ""
      }
    )),
    (name = "d1", worker = (
      modules = [(name = "d1-stand-in.js", esModule = embed "d1-stand-in.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
    )),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`;
}

/** workerd writes a JSON line to its control descriptor when a socket listens. */
async function readPort(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, socket, port } = JSON.parse(line) as { event: string; socket?: string; port: number };
    if (event == "listen" && socket == "http") return port;
  }
  throw new Error("workerd ended before it listened");
}
