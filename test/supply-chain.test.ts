import { execFile } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");
const ADVISORY = { id: 1, title: "t", url: "https://a.example", severity: "high", vulnerable_versions: "*" };

describe("the audit", () => {
  /** What the audit says where the registry answers like that. */
  async function audit(
    status: number,
    answer: object,
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number; stderr: string }> {
    const registry = createServer(({ method, url = "" }, response) => {
      const asked = method == "POST" ? answer : { name: decodeURIComponent(url.slice(1)), versions: {} };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(asked));
    }).listen(0, "127.0.0.1");
    await once(registry, "listening");
    const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    try {
      const { stderr } = await run(process.execPath, [join(ROOT, "scripts/audit.ts")], {
        cwd: ROOT,
        env: { ...process.env, AUDIT: "", ...env, npm_config_registry: env["npm_config_registry"] ?? address },
      });
      return { code: 0, stderr };
    } catch (error) {
      return error as { code: number; stderr: string };
    } finally {
      registry.close();
    }
  }

  it("passes where the registry knows of nothing", async () => {
    expect(await audit(200, {})).toEqual({ code: 0, stderr: "" });
  });

  it("fails for a vulnerability of what is deployed", async () => {
    expect(await audit(200, { hono: [ADVISORY] })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^hono .*: high/m),
    });
  });

  it("fails where the registry could not say", async () => {
    expect(await audit(503, {})).toMatchObject({ code: 1, stderr: expect.stringContaining("Not audited: 503") });
  });

  it("says that it could not ask where there is no network, or a mirror without audits, and fails there only when it must", async () => {
    const nobody = "http://127.0.0.1:9";
    expect(await audit(200, {}, { npm_config_registry: nobody })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Not audited"),
    });
    expect(await audit(405, {})).toMatchObject({ code: 0, stderr: expect.stringContaining("Not audited: 405") });
    expect(await audit(405, {}, { AUDIT: "required" })).toMatchObject({ code: 1 });
  });
});

describe("a workflow", () => {
  it.each(globSync(".github/workflows/*.yml", { cwd: ROOT }))(
    "%s runs fixed actions, and keeps the token from what npm installed",
    (file) => {
      const text = readFileSync(join(ROOT, file), "utf8");
      for (const [, action] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      const checkouts = text.match(/actions\/checkout@/g) ?? [];
      expect(text.match(/persist-credentials: false/g)).toHaveLength(checkouts.length);
      for (const job of text.split(/^ {2}(?=\w+:$)/m).filter((one) => /: write/.test(one))) {
        expect(job).not.toMatch(/\.ci\/run|npm (ci|install|test|run)|checkout/);
      }
    },
  );
});
