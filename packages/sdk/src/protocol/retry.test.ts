import { describe, expect, test } from "vitest";
import { correctClockOffset, judgeAnswer, readRetryAfter } from "./retry.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const counted = { accepted: 1, duplicate: false, rejected: [], now };
const refused = (code: string) => ({ error: { code, message: "" }, now });

describe("judgeAnswer", () => {
  test.each([
    ["a counted batch is settled", 200, counted, "settled"],
    ["one counted before, too", 200, { ...counted, duplicate: true }, "settled"],
    ["a Tracker's refusal is final", 403, refused("site_unknown"), "settled"],
    ["a Tracker that is busy is asked again", 429, refused("rate_limited"), "retry"],
    ["a Tracker that is slow is asked again", 408, refused("slow"), "retry"],
    ["a Tracker in trouble is asked again", 503, refused("unavailable"), "retry"],
    ["a hotel's network says 200 to everything", 200, undefined, "retry"],
    ["some JSON is no answer", 200, { ok: true }, "retry"],
    ["a challenge page is no refusal", 403, undefined, "retry"],
    ["another API's error is no refusal", 404, { error: { code: 404, message: "no" } }, "retry"],
    ["another API's error with a clock is none either", 404, { error: { code: 404 }, now }, "retry"],
    ["an error that is text is no refusal", 400, { error: "bad", now }, "retry"],
    ["a clock that is text is no Tracker's", 200, { ...counted, now: "12:00" }, "retry"],
    ["null is no answer", 200, null, "retry"],
  ] as const)("%s", (_, status, answer, verdict) => {
    expect(judgeAnswer(status, answer as never, false)).toBe(verdict);
    expect(judgeAnswer(status, answer as never, true)).toBe(verdict);
  });

  test("a clock that was ahead is put right, also on a later try", () => {
    expect(judgeAnswer(400, refused("clock_ahead"), false)).toBe("redate");
    expect(judgeAnswer(400, refused("clock_ahead"), true)).toBe("redate");
  });

  test("a batch that is too old is dated anew only if it cannot have counted", () => {
    expect(judgeAnswer(400, refused("too_old"), false)).toBe("redate");
    expect(judgeAnswer(400, refused("too_old"), true)).toBe("settled");
  });
});

test.each([
  ["20", 20_000],
  [null, 0],
  ["", 0],
  ["Wed, 25 Nov 2026 07:28:00 GMT", 0],
  // A timer of more than 2^31 ms would fire at once.
  ["99999999", 3_600_000],
  ["Infinity", 3_600_000],
])("readRetryAfter(%j) is %d ms", (header, ms) => {
  expect(readRetryAfter(header)).toBe(ms);
});

describe("correctClockOffset", () => {
  test("believes clocks that agree to the minute, however long the answer took", () => {
    expect(correctClockOffset(0, now, now - 20_000, now + 30_000)).toBeCloseTo(0);
    expect(correctClockOffset(0, now, now + 29_000, now + 29_100)).toBeCloseTo(0);
  });

  test("learns to the minute how far the sender's clock is behind or ahead", () => {
    expect(correctClockOffset(0, now, now - 3_601_000, now - 3_600_900)).toBe(3_600_000);
    expect(correctClockOffset(0, now, now + 3_600_000, now + 3_600_100)).toBe(-3_600_000);
  });

  test("keeps what fits: a slow answer does not blur it", () => {
    expect(correctClockOffset(3_600_000, now, now - 3_620_000, now - 3_590_000)).toBe(3_600_000);
  });

  test("believes the later reading where the clock was set back in between", () => {
    expect(correctClockOffset(0, now, now + 3_600_000, now + 100)).toBeCloseTo(0);
    expect(correctClockOffset(-3_600_000, now, now + 3_600_000, now)).toBe(0);
  });
});
