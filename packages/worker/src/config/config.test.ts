import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import type { Env } from "../env.ts";

function read(settings: Partial<Env>): ReturnType<typeof readConfig> {
  return readConfig(settings as Env);
}

describe("readConfig", () => {
  it("has a default for every setting", () => {
    expect(read({})).toMatchObject({
      sites: [],
      timeZone: "UTC",
      shards: 1,
      maxLabelsPerDay: 10_000,
      commitWindowMs: 250,
      retentionDays: 0,
      publicStats: false,
      locationHint: undefined,
      jurisdiction: undefined,
    });
  });

  it("reads sites between spaces and commas, in lower case", () => {
    expect(read({ SITES: "Shop.example, *.blog.example" }).sites).toEqual(["shop.example", "*.blog.example"]);
  });

  it.each<[keyof Env, string]>([
    ["SITES", "https://shop.example"],
    ["TIME_ZONE", "Mars/Olympus"],
    ["SHARDS", "0"],
    ["SHARDS", "65"],
    ["SHARDS", "1,2027-01-10:4"],
    ["MAX_LABELS_PER_DAY", "many"],
    ["COMMIT_WINDOW_MS", "-1"],
    ["RETENTION_DAYS", "1.5"],
    ["PUBLIC_STATS", "yes"],
    ["LOCATION_HINT", "moon"],
    ["JURISDICTION", "us"],
  ])("refuses %s=%s by its name", (setting, value) => {
    expect(() => read({ [setting]: value })).toThrow(ConfigError);
    expect(() => read({ [setting]: value })).toThrow(setting);
  });
});
