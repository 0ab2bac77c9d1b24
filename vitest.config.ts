import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// A test that hangs fails all the same; one that is only slow, on a busy machine, does not.
const TEST_TIMEOUT_MS = 120_000;
// Longer than a page keeps a batch open.
const WAIT_MAX_MS = 90_000;

export default defineConfig({
  test: {
    globalSetup: "test/support/global-setup.ts",
    // Most tests wait for a server or a browser: it takes three files at a time to keep two cores busy.
    maxWorkers: availableParallelism() + 1,
    expect: { poll: { timeout: WAIT_MAX_MS, interval: 50 } },
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          include: ["packages/sdk/src/**/*.test.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // Inside workerd, with real Durable Objects and D1.
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ADMIN_TOKEN: "the-token-of-these-tests",
                DEVELOPMENT: "true",
                MAX_LABELS_PER_DAY: "100",
                // npm run attack -- histories asks for more of them.
                HISTORIES: process.env["HISTORIES"] ?? "15",
                HISTORIES_SHRINK: process.env["HISTORIES_SHRINK"] ?? "true",
                HISTORIES_SEED: process.env["HISTORIES_SEED"] ?? "",
                D1_MIGRATIONS: await readD1Migrations("packages/worker/migrations"),
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["packages/worker/{src,test}/**/*.test.{ts,tsx}"],
          setupFiles: ["packages/worker/test/apply-migrations.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // Real servers and browsers.
        test: {
          name: "e2e",
          environment: "node",
          include: ["test/**/*.test.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
    ],
  },
});
