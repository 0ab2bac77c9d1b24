import { expect, it } from "vitest";
import { runFuzz } from "./attacks/fuzz.ts";

// The long form, 100,000 of them: npm run attack -- fuzz.
it("answers whatever bytes there are without a 5xx, and counts exactly what it says", async () => {
  const { statuses, accepted, counted, wrongKeys } = await runFuzz(2_000);
  expect(counted).toBe(accepted);
  expect(wrongKeys).toBe(0);
  // Else nothing got through, or nothing was refused.
  expect(statuses["200"]).toBeGreaterThan(200);
  expect(statuses["400"]).toBeGreaterThan(200);
});
