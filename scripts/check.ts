/** The one gate before a commit: prints a line for each step, and the whole output of a step that fails. */
import { spawn } from "node:child_process";

const STEPS: Record<string, string> = {
  format: "oxfmt --check",
  lint: "oxlint",
  walls: "node scripts/walls.ts",
  types: "tsc -b",
  unused: "knip --no-config-hints",
  // Pages and Node load the SDK by its exports: what is packed is looked at, not the source.
  exports:
    "publint --strict packages/sdk && attw --quiet --pack packages/sdk --profile node16 --ignore-rules cjs-resolves-to-esm",
  sizes: "size-limit",
  audit: "node scripts/audit.ts",
};

/** Runs a shell command and resolves to whether it passed. */
function run(name: string, command: string): Promise<boolean> {
  const start = performance.now();
  const child = spawn(command, {
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { FORCE_COLOR: "1", ...process.env },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${code == 0 ? "✓" : "✗"} ${name} ${seconds} s`);
      if (code != 0) console.log(`${command}\n${output}`);
      resolve(code == 0);
    });
  });
}

// The others look at what it makes.
const built = await run("build", "npm run --silent build");
const passed = built && (await Promise.all(Object.entries(STEPS).map(([name, command]) => run(name, command))));
process.exitCode = passed && passed.every(Boolean) ? 0 : 1;
