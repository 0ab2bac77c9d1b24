import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beginRun } from "./run-folder.ts";

/** Before all tests: they load the built SDK, and leave nothing behind. */
export function setup(): void {
  beginRun();
  execFileSync(process.execPath, [join(import.meta.dirname, "../../packages/sdk/build.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
