import { expect, it } from "vitest";
import { runCrashes } from "./attacks/crash-run.ts";

// The long form, which writes docs/reliability.md: npm run attack -- crashes.
it("counts every acknowledged batch once, however often the Worker is killed", async () => {
  const figures = await runCrashes(({ crashes, duplicates, reads }) => crashes >= 3 && duplicates > 0 && reads > 0);
  expect(figures).toMatchObject({ lost: 0, doubled: 0, wrongReads: 0 });
  // Else nothing was attacked.
  expect(figures.retries).toBeGreaterThan(0);
  expect(figures.duplicates).toBeGreaterThan(0);
  expect(figures.reads).toBeGreaterThan(0);
  expect(figures.restored).toBeGreaterThan(0);
});

it("answers or has retried what is sent during a deployment, and counts it once", async () => {
  const figures = await runCrashes(({ crashes, retries }) => crashes >= 2 && retries > 0, "deployment");
  expect(figures).toMatchObject({ lost: 0, doubled: 0, wrongReads: 0 });
  expect(figures.pings).toBeGreaterThan(0);
});
