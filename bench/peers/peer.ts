import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeBatch, makeBatchId } from "../../packages/sdk/src/protocol.ts";
import { findFreePort } from "../../test/support/npm-start.ts";
import { countJournals } from "../lib/journal.ts";
import { killNow, onCore } from "../../test/support/processes.ts";
import type { RetryRequest } from "../lib/send.ts";
import { startWorkerd } from "../lib/workerd.ts";

/** One way to count pings, running on this machine. */
export interface Peer {
  url: string;
  /** A ping on its way, as its clients send it: a retry sends just this again. */
  makeRequest(label: string): RetryRequest;
  /** Moves counters to where they stay, where that is a step of its own. */
  flush(): Promise<void>;
  /** SIGKILL to all of it, and a new start. */
  crash(): Promise<void>;
  /** What it has counted in the end. */
  total(): Promise<number>;
  stop(): Promise<void>;
}

/** Where install.sh puts the packages. */
export const PACKAGES = join(tmpdir(), "tracker-bench-peers");

export const PEERS: Record<string, () => Promise<Peer>> = {
  tracker: startTracker,
  "Django + memcached, threads": () => startDjango(["--worker-class=gthread", "--workers=2", "--threads=16"]),
  "Django + memcached, processes": () => startDjango(["--worker-class=sync", "--workers=4"]),
  "Fastify + Redis, appendfsync always": () => startFastify("always"),
  "Fastify + Redis, appendfsync everysec": () => startFastify("everysec"),
};

async function startTracker(): Promise<Peer> {
  const server = await startWorkerd("tracker");
  return {
    url: server.url,
    makeRequest: (label) => ({
      method: "POST",
      path: "/track/",
      body: encodeBatch({
        id: makeBatchId(),
        at: Date.now(),
        pings: [{ label, category: "buttons", domId: "", count: 1 }],
      }),
    }),
    // What is read is the journals: there is no D1 here, and nothing that a flush could lose.
    flush: () => Promise.resolve(),
    async crash() {
      await server.kill();
      await server.restart();
    },
    async total() {
      await server.kill();
      return countJournals(server.objects).pings;
    },
    stop: () => server.stop(),
  };
}

async function startDjango(gunicorn: string[]): Promise<Peer> {
  const memcached = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  return startProcesses(folder, [memcached], (port) => [
    `memcached -u nobody -l 127.0.0.1 -p ${memcached} -t 2 -c 4096`.split(" "),
    [
      "env",
      `MEMCACHED=127.0.0.1:${memcached}`,
      `DATABASE=${folder}/db.sqlite3`,
      "gunicorn",
      `--chdir=${import.meta.dirname}`,
      "--log-level=critical",
      `--bind=127.0.0.1:${port}`,
      ...gunicorn,
      "django_tracker:application",
    ],
  ]);
}

async function startFastify(appendfsync: string): Promise<Peer> {
  const redis = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  return startProcesses(folder, [redis], (port) => [
    [
      ...`redis-server --bind 127.0.0.1 --port ${redis} --loglevel warning --appendonly yes`.split(" "),
      "--appendfsync",
      appendfsync,
      "--save",
      "",
      "--dir",
      folder,
    ],
    [process.execPath, join(import.meta.dirname, "fastify-redis.mjs"), PACKAGES, String(port), String(redis)],
  ]);
}

/**
 * A peer of several processes, the last of which serves `/track/`, `/report/` and `/total/`.
 *
 * @param stores Ports of the other processes. Each is open before the next process starts: the last one needs them.
 */
async function startProcesses(
  folder: string,
  stores: readonly number[],
  commandsOf: (port: number) => string[][],
): Promise<Peer> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  let children: ChildProcess[] = [];
  const start = async (): Promise<void> => {
    children = [];
    const ports = [...stores, port];
    for (const [index, one] of commandsOf(port).entries()) {
      const [command, ...args] = onCore("server", one);
      const child = spawn(command!, args, { stdio: ["ignore", "ignore", "inherit"], detached: true });
      children.push(child);
      await waitForPort(ports[index]!);
    }
  };
  const kill = async (): Promise<void> => {
    await Promise.all(children.map(killNow));
  };
  await start();
  return {
    url,
    makeRequest: (label) => ({ method: "GET", path: `/track/?labels=${label}:buttons` }),
    flush: async () => void (await fetch(`${url}/report/`)),
    async crash() {
      await kill();
      await start();
    },
    total: async () => Number(await (await fetch(`${url}/total/`)).text()),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Waits until something listens on the port. @throws when nothing does after ten seconds. */
async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}
