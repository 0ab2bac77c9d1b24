import { expect, test } from "vitest";
import { makeRandom } from "../../../../test/support/random.ts";
import { loadClient } from "../../test/simulation/client.ts";
import { Page } from "../../test/simulation/page.ts";
import { simulate } from "../../test/simulation/run.ts";
import { World } from "../../test/simulation/world.ts";

const HISTORIES = 1_000;

// The same ones, and some that nobody has run before.
test.each([1, Date.now()])("counts every ping once, on its day, in random histories from seed %i", async (seed) => {
  const { wrong, pings } = await simulate(seed, HISTORIES);
  const [first] = wrong;
  expect(first, `to see it again: npm run attack -- client --seed ${first?.seed}`).toBeUndefined();
  expect(pings).toBeGreaterThan(HISTORIES);
});

test("counts what is added to an open batch that another tab takes over while the clock is wrong for a moment", async () => {
  const world = new World(makeRandom(1), Date.parse("2026-11-24T12:00:00Z"));
  const load = loadClient();
  const page = new Page(world, load, world.stored, "soon");
  page.client.track("first");
  await world.pass(5_000);
  page.client.track("open");
  await world.pass(5_000);
  // By this clock the batch is a day old: nobody can be adding to it.
  world.skew = 26 * 3_600_000;
  const other = new Page(world, load, world.stored, "soon");
  await world.pass(5_000);
  world.skew = 0;
  page.client.track("added");
  await world.pass(10 * 60_000);
  for (const one of [page, other]) one.close();
  await world.pass(60_000);
  const counted = world.server.counted().flatMap(({ pings }) => pings.map(({ label, count }) => `${label} ${count}`));
  expect(counted.toSorted()).toEqual(["added 1", "first 1", "open 1"]);
});
