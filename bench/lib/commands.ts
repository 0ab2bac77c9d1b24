import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Which of these commands are not on the PATH. */
export function findMissingCommands(commands: readonly string[]): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return commands.filter((command) => !folders.some((folder) => existsSync(join(folder, command))));
}
