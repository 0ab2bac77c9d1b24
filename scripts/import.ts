/**
 * Sends a CSV of statistics to a tracker: `npm run import -- statistics.csv [--remote https://tracker.example.com]`. The file is one
 * that the dashboard exported, or django-tracker's table. ADMIN_TOKEN in the environment or in .dev.vars is the token. With --replace
 * the days in the file become exactly what the file says, also days that the tracker counted itself.
 */
import { existsSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";

const DEV_VARS = join(import.meta.dirname, "../.dev.vars");

const {
  values: { remote, site, replace },
  positionals: [file],
} = parseArgs({
  allowPositionals: true,
  options: {
    remote: { type: "string", default: "http://127.0.0.1:8787" },
    site: { type: "string", default: "" },
    replace: { type: "boolean", default: false },
  },
});
const token =
  process.env["ADMIN_TOKEN"] ?? (existsSync(DEV_VARS) ? parseEnv(readFileSync(DEV_VARS, "utf8"))["ADMIN_TOKEN"] : "");

if (!file) {
  fail(
    "Usage: npm run import -- statistics.csv [--remote https://tracker.example.com] [--site shop.example] [--replace]",
  );
}
if (!token) fail("ADMIN_TOKEN is not set.");

const handle = await open(file).catch((error: Error) => fail(error.message));
const response = await fetch(
  `${remote.replace(/\/$/, "")}/api/import?${new URLSearchParams({ site, replace: `${replace}` })}`,
  {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
    body: handle.readableWebStream(),
    duplex: "half",
  } as RequestInit,
).catch((error: Error) => fail(`${remote} does not answer: ${error.message}`));
if (!response.ok) fail(`${remote} answers ${response.status}: ${await response.text()}`);

interface Progress {
  rows: number;
  changed: number;
  wrong: number;
  deleted: number;
}

let progress: Progress | undefined;
let isAllRight = true;
let rest = "";
for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const step = JSON.parse(line) as Progress | { line: number; code: string; message: string };
    if ("line" in step) {
      // An export of lately has days that still count. They are there already.
      if (step.code != "day_open") isAllRight = false;
      console.error(`line ${step.line}: ${step.message} (${step.code})`);
    } else {
      progress = step;
      const deleted = step.deleted > 0 ? `; ${step.deleted} rows that the file does not have deleted` : "";
      console.log(
        `${step.rows} rows, ${step.changed} of them new or different; ${step.wrong} lines left out${deleted}`,
      );
    }
  }
}
await handle.close();
if (!progress) fail("The import broke off. Run it again: what is there already is not counted twice.");
process.exitCode = isAllRight ? 0 : 1;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
