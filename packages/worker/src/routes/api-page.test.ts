import { describe, expect, it } from "vitest";
import { readerRequest } from "../../test/batches.ts";
import { OPERATIONS } from "./operations.ts";

describe("the page of the API", () => {
  it("has each operation with its role, and a form to try those that only read", async () => {
    const response = await readerRequest("/dashboard/api");
    const html = await response.text();
    expect(response.headers.get("content-security-policy")).not.toMatch("unsafe");
    for (const { method, path, summary } of OPERATIONS) {
      const part = html.split(`<code>${method.toUpperCase()} ${path}</code>`)[1]?.split('class="panel operation"')[0];
      expect(part, `${method} ${path}`).toContain("Role: ");
      expect(part).toContain(`curl -X ${method.toUpperCase()}`);
      expect(part!.includes("<form")).toBe(method === "get" && path.startsWith("/api/"));
      expect(html).toContain(summary.slice(0, 20));
    }
    // Nothing on it changes anything.
    expect(html.split("<main")[1]).not.toMatch(/<form[^>]*method="post"/);
  });
});
