import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listStartedWith } from "./support/processes.ts";

const RUN = join(import.meta.dirname, "support/run-folder.ts");

describe("a run", () => {
  // As a test does that starts a server and never stops it.
  const script = `
    import { spawn } from "node:child_process";
    import { writeFileSync } from "node:fs";
    import { tmpdir } from "node:os";
    import { beginRun } from ${JSON.stringify(RUN)};
    beginRun();
    writeFileSync(tmpdir() + "/left", "");
    spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" }).unref();
    console.log(tmpdir());
    setInterval(() => {}, 1000);`;

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "that is ended by %s leaves no process and no file",
    async (signal) => {
      const run = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [printed] = (await once(run.stdout, "data")) as [Buffer];
      const folder = printed.toString().trim();
      expect(existsSync(folder)).toBe(true);
      expect(listStartedWith(`TMPDIR=${folder}`)).toHaveLength(1);
      run.kill(signal);
      await once(run, "close");
      await expect.poll(() => [listStartedWith(`TMPDIR=${folder}`), existsSync(folder)]).toEqual([[], false]);
    },
  );
});
