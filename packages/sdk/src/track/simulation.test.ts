import { expect, test } from "vitest";
import { simulate } from "../../test/simulation/run.ts";

const HISTORIES = 1_000;

// The same ones, and some that nobody has run before.
test.each([1, Date.now()])("counts every ping once, on its day, in random histories from seed %i", async (seed) => {
  const { wrong, pings } = await simulate(seed, HISTORIES);
  const [first] = wrong;
  expect(first, `to see it again: npm run attack -- client --seed ${first?.seed}`).toBeUndefined();
  expect(pings).toBeGreaterThan(HISTORIES);
});
