/**
 * Fails when what is deployed has a known vulnerability: `npm audit` without the development's own tools. Where the registry cannot
 * be asked, as offline, nothing is known to be wrong.
 */
import { execFile } from "node:child_process";

interface Report {
  vulnerabilities?: Record<string, { severity: string; range: string }>;
}

const WITHIN_MS = 30_000;

const report = await new Promise<Report>((resolve) => {
  // npm's exit code is the same for a finding and for a registry that does not answer.
  execFile("npm", ["audit", "--omit=dev", "--json"], { timeout: WITHIN_MS }, (_error, stdout) => {
    try {
      resolve(JSON.parse(stdout) as Report);
    } catch {
      resolve({});
    }
  });
});

if (!report.vulnerabilities) console.log("The registry did not answer: not audited.");
for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {})) {
  console.error(`${name} ${range}: ${severity}. See npm audit.`);
  process.exitCode = 1;
}
