import { expect, it } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";

/** Reads the text format, strictly: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
function parse(text: string): Map<string, number> {
  expect(text.endsWith("\n")).toBe(true);
  const samples = new Map<string, number>();
  const typed = new Set<string>();
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, name] = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\\]+$/.exec(line) ?? [];
    if (name) {
      expect(typed.has(name), `${name} is there twice`).toBe(false);
      family = name;
      continue;
    }
    if (line.startsWith("#")) {
      expect(line).toBe(`# TYPE ${family} gauge`);
      typed.add(family);
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="[^"\\\n]*"\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
      line,
    );
    expect(sample?.[1], line).toBe(family);
    expect(typed.has(family), `${family} has no type before its samples`).toBe(true);
    samples.set(sample![1]! + (sample![2] ?? ""), Number(sample![3]));
  }
  return samples;
}

it("says how the tracker is, in Prometheus' text format, the same few series whatever is counted", async () => {
  for (const label of ["a", "b", "c"]) await request(`/track/?labels=${label}`);
  const response = await readerRequest("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const samples = parse(await response.text());
  expect(Object.fromEntries(samples)).toMatchObject({
    tracker_open_objects: 1,
    tracker_silent_objects: 0,
    tracker_unflushed_actions: 3,
    'tracker_problem{code="flush_late"}': 0,
    'tracker_rows_written_today{store="d1"}': 0,
  });
  expect(samples.get("tracker_database_bytes")).toBeGreaterThan(1_000);
  for (let index = 0; index < 20; index++) await request(`/track/?labels=label${index}`);
  expect(parse(await (await readerRequest("/metrics")).text()).size).toBe(samples.size);
});
