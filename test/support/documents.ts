import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";

export const ROOT = join(import.meta.dirname, "../..");

/** All pages of Markdown, from the root. */
export const PAGES = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], {
  cwd: ROOT,
  exclude: (name) => name == "node_modules",
}).toSorted();

/** A file's text, by its path from the root. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

export function readWranglerToml(): {
  vars: Record<string, string>;
  ratelimits: { name: string; simple: { limit: number; period: number } }[];
} {
  return parse(read("wrangler.toml")) as unknown as ReturnType<typeof readWranglerToml>;
}
