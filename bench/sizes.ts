import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { table, whole, type Bench } from "./lib/report.ts";

const ROOT = join(import.meta.dirname, "..");

/** Others' clients: the file of the package that a page loads. None of it says what its server loads after it. */
const PEERS: Omit<Size, "brotli">[] = [
  { name: "Plausible", source: "@plausible-analytics/tracker@0.4.6 plausible.js", does: "no" },
  { name: "Counterscale", source: "@counterscale/tracker@3.4.1 dist/loader/tracker.js", does: "no" },
  { name: "PostHog", source: "posthog-js@1.449.2 dist/array.js", does: "yes" },
];
/** No npm package has these two. Their figures were taken by hand from what the vendors serve. */
const UNPACKAGED = [
  ["Umami", "the vendor's script, version not recorded; not measured by this benchmark", "1,940", "no"],
  ["GoatCounter", "the vendor's script, version not recorded; not measured by this benchmark", "1,850", "no"],
];

interface Size {
  name: string;
  /** The file it is. */
  source: string;
  brotli: number;
  /** Whether it sends events together, tries again, and counts what it has sent twice once. */
  does: "yes" | "no";
}

/** What a page loads for each client. */
export const sizes: Bench<Size[]> = {
  title: "What a page loads",

  async measure() {
    const folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
    try {
      return weighAll(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },

  render(all) {
    return `Bytes of what a page loads, as its vendor publishes it; some load more from their servers. *Batches* is whether it sends
events together, tries again what failed, and counts once what arrived twice:

${table(
  ["client", "file", "brotli", "batches"],
  [...all.map(({ name, source, brotli, does }) => [name, source, whole(brotli), does]), ...UNPACKAGED],
)}`;
  },
};

function weighAll(folder: string): Size[] {
  // The gate's own figures: it bundles what is imported.
  const printed = execFileSync(join(ROOT, "node_modules/.bin/size-limit"), ["--json"], { cwd: ROOT, encoding: "utf8" });
  const sizes = new Map(
    (JSON.parse(printed) as { name: string; size: number }[]).map(({ name, size }) => [name, size]),
  );
  return [
    {
      name: "Tracker, imported",
      source: "`init`, `track`, `flush` of @tracker/sdk",
      brotli: sizes.get("ESM core")!,
      does: "yes",
    },
    { name: "Tracker, script tag", source: "tracker.js", brotli: sizes.get("tracker.js")!, does: "yes" },
    {
      name: "Tracker, where a send was not simply accepted",
      source: "recovery.js, beside either",
      brotli: [...sizes].find(([name]) => name.startsWith("recovery.js"))![1],
      does: "yes",
    },
    ...PEERS.map((peer) => ({ ...peer, brotli: brotliCompressSync(readPublished(folder, peer.source)).length })),
  ];
}

/** Reads a file of a published package: `name@version file`. */
function readPublished(folder: string, source: string): Uint8Array {
  const [spec, file] = source.split(" ") as [string, string];
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, spec], { encoding: "utf8" });
  const archive = join(folder, packed.trim());
  return execFileSync("tar", ["-xzOf", archive, `package/${file}`], { maxBuffer: 2 ** 26 });
}
