import { describe, expect, test, vi } from "vitest";
import { SERVER, openPage, requests, sent, stored, warnings } from "../../test/fake-page.ts";

describe("beforeSend", () => {
  test("edits and drops pings, equal ones once", async () => {
    const seen: unknown[] = [];
    const { flush, track } = await openPage({
      beforeSend: (ping) => {
        seen.push(ping);
        if (ping.label == "secret") return null;
        return { ...ping, domId: "" };
      },
    });
    track("a:b:c|secret|a:b:c");
    await flush();
    expect(sent()).toEqual([["a:b::2"]]);
    expect(seen).toEqual([
      { label: "a", category: "b", domId: "c", count: 2 },
      { label: "secret", category: "", domId: "", count: 1 },
    ]);
  });

  const boo = () => {
    throw new Error("boo");
  };
  test.each([
    ["throws", boo],
    ["rejects", async () => boo()],
    ["is no function", "edit"],
  ])("drops the ping, with one warning, when it %s", async (_, beforeSend) => {
    const { flush, init, track } = await openPage({
      beforeSend: ((ping: { label: string }) =>
        ping.label == "good" ? ping : (beforeSend as (ping: unknown) => unknown)(ping)) as never,
    });
    track("bad|good|worse");
    await flush();
    expect(sent().flat()).toEqual(["good:::1"]);
    expect(warnings).toContainEqual(expect.stringMatching(/^tracker: not a ping/));
    // Counting goes on.
    init({ beforeSend: (ping) => ping });
    track("later");
    await flush();
    expect(sent().at(-1)).toEqual(["later:::1"]);
    expect(stored).toEqual({});
  });

  test("sees what was tracked before init()", async () => {
    const { init, track } = await openPage();
    track(["a", { label: "secret", count: 2 }]);
    await vi.advanceTimersByTimeAsync(5000);
    init({ endpoint: SERVER, beforeSend: (ping) => ping.label != "secret" && ping });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent()).toEqual([["a:::1"]]);
  });

  test("keeps the count where the edited ping has none", async () => {
    const { flush, track } = await openPage({ beforeSend: ({ label }) => ({ label }) });
    track("a:b|a:b");
    await flush();
    expect(sent()).toEqual([["a:::2"]]);
  });

  test("may track: that goes out with the next batch", async () => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => {
        if (ping.label == "a") track("seen");
        return ping;
      },
    });
    track("a");
    await flush();
    await flush();
    expect(sent()).toEqual([["a:::1"], ["seen:::1"]]);
  });

  test.each([
    ["a label too long", { label: "x".repeat(251) }],
    ["a count too high", { label: "a", count: 1_001 }],
    ["a category that is no text", { label: "a", category: 5 }],
    ["a megabyte", { label: "a", category: "x".repeat(1_000_000) }],
  ])("drops what it makes of a ping if that is none: %s", async (_, edited) => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => (ping.label == "good" ? ping : (edited as never)),
    });
    track("bad|good");
    await flush();
    expect(sent()).toEqual([["good:::1"]]);
    expect(warnings).toHaveLength(1);
  });

  test("may make pings longer: what one request cannot hold goes in several", async () => {
    const { flush, track } = await openPage({
      beforeSend: (ping) => ({ ...ping, label: ping.label.padEnd(250, "語"), domId: "番".repeat(250) }),
    });
    track(Array.from({ length: 200 }, (_, index) => `label ${index}`));
    await flush();
    expect(sent().flat()).toHaveLength(200);
    for (const { text } of requests) expect(new TextEncoder().encode(text).length).toBeLessThan(65_536);
  });

  test("sends no batch when it drops everything", async () => {
    const { flush, track } = await openPage({ beforeSend: () => false });
    track("a");
    await flush();
    expect(requests).toEqual([]);
  });
});
