import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import type { Env } from "../env.ts";

function read(settings: Partial<Env>): ReturnType<typeof readConfig> {
  return readConfig(settings as Env);
}

function problemOf(settings: Partial<Env>): Error {
  try {
    read(settings);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was taken");
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
    ["BASE_PATH", "t"],
    ["BASE_PATH", "/t/"],
    ["BASE_PATH", "//evil.example"],
    ["BASE_PATH", "/t;domain=evil.example"],
    ["DEVELOPMENT", "1"],
    ["ACCESS_TEAM_DOMAIN", "evil.example"],
    ["ACCESS_TEAM_DOMAIN", "my-team.cloudflareaccess.com"],
    ["ACCESS_AUD", "ab".repeat(32)],
    ["LABELS", "a|b:c"],
    ["ADMIN_TOKEN", "nineteen-characters"],
    ["ADMIN_TOKEN", " ".repeat(30)],
    ["ADMIN_TOKEN", "a-token-with-its-newline\n"],
    ["ADMIN_TOKEN_NEXT", "short"],
  ])("refuses %s=%s by its name, and tells strangers nothing of the value", (setting, value) => {
    const error = problemOf({ [setting]: value });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(setting);
    if (value.length > 2) expect(error.message).not.toContain(value);
  });

  it("says which of many is wrong", () => {
    expect(problemOf({ SITES: "shop.example https://blog.example" }).message).toMatch("number 2 is not a hostname");
    expect(problemOf({ LABELS: "a|b|c:d" }).message).toMatch("number 3 is not a label");
  });

  it("takes tokens that cannot be guessed", () => {
    const ADMIN_TOKEN = "exactly-twenty-chars";
    expect(read({ ADMIN_TOKEN, ADMIN_TOKEN_NEXT: "" }).adminTokens).toEqual([ADMIN_TOKEN]);
    expect(read({}).adminTokens).toEqual([]);
  });
});
