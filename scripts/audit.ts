/**
 * Fails when what is deployed has a known vulnerability: `npm audit` without the development's own tools. It fails, too, when the
 * registry could not be asked; except offline, or where the registry is a mirror without audits. With AUDIT=required in the
 * environment, as in our workflows, it fails there as well.
 */
import { execFileSync } from "node:child_process";

interface Report {
  vulnerabilities?: Record<string, { severity: string; range: string }>;
  message?: string;
  statusCode?: number;
}

const WITHIN_MS = 60_000;

const { vulnerabilities, message, statusCode } = askRegistry();

for (const [name, { severity, range }] of Object.entries(vulnerabilities ?? {})) {
  console.error(`${name} ${range}: ${severity}. See npm audit.`);
  process.exitCode = 1;
}
if (!vulnerabilities) {
  const isOffline = message !== undefined && statusCode === undefined;
  const hasNoAudits = statusCode === 404 || statusCode === 405;
  console.error(`Not audited: ${message ?? "npm audit failed"}`);
  if (process.env["AUDIT"] == "required" || !(isOffline || hasNoAudits)) process.exitCode = 1;
}

function askRegistry(): Report {
  const args = ["audit", "--omit=dev", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  let printed: string;
  try {
    printed = execFileSync("npm", args, { timeout: WITHIN_MS, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    // npm's exit code is the same for a finding and for a registry that does not answer.
    printed = (error as { stdout: string }).stdout;
  }
  try {
    return JSON.parse(printed) as Report;
  } catch {
    return {};
  }
}
