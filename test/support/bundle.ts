import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a Worker as `wrangler deploy` does: one self-contained module.
 *
 * @param file Where it is written.
 * @param banner A comment, by which it differs from another of the same source.
 */
export async function bundle(entry: string, file: string, banner = ""): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    alias: { "@tracker/sdk/protocol": join(import.meta.dirname, "../../packages/sdk/src/protocol.ts") },
    banner: { js: banner },
    logLevel: "warning",
  });
}
