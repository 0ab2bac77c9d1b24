import { encodeBatch } from "@tracker/sdk/protocol";
import { describe, expect, it } from "vitest";
import { batchOf, readDomIds, request } from "../../test/batches.ts";

async function post(body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await request("/track/", { method: "POST", body });
  return { status: response.status, answer: await response.json() };
}

describe("GET /track/", () => {
  it.each(["/track/", "/track"])("counts labels at %s", async (path) => {
    const response = await request(`${path}?labels=a|b:c:d|`);
    expect(await response.text()).toBe("ok");
    expect(response.headers.get("content-type")).toMatch("text/plain");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await readDomIds("dom_ids=d")).toEqual([["d", 1, "b"]]);
  });

  it("answers the syntax when there are no labels", async () => {
    const response = await request("/track/");
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch("label:category:domId|label2");
  });

  it("counts the right labels and names the wrong one", async () => {
    const response = await request("/track/?labels=a::x|b:c:d:e");
    expect(await response.text()).toMatch(/^ok\nping 1: .*\(too_many_parts\)/);
    expect(await readDomIds("dom_ids=x")).toEqual([["x", 1, "a"]]);
  });

  it("does not count a prefetch", async () => {
    await request("/track/?labels=a::x", { headers: { "sec-purpose": "prefetch;prerender" } });
    expect(await readDomIds("dom_ids=x")).toEqual([]);
  });
});

describe("GET /track.gif", () => {
  it("counts labels and is an image", async () => {
    const response = await request("/track.gif?labels=a::x");
    expect(response.headers.get("content-type")).toBe("image/gif");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe("GIF89a");
    expect(await readDomIds("dom_ids=x")).toEqual([["x", 1, "a"]]);
  });

  it("says what is wrong instead", async () => {
    expect(await (await request("/track.gif?labels=a:b:c:d")).text()).toMatch("too_many_parts");
    expect(await (await request("/track.gif")).text()).toMatch("label:category:domId|label2");
  });
});

describe("POST /track/", () => {
  it("counts the same body five times once", async () => {
    const body = encodeBatch(batchOf("a::x|a::x"));
    expect((await post(body)).answer).toMatchObject({ accepted: 2, duplicate: false, rejected: [] });
    for (let time = 0; time < 4; time++)
      expect((await post(body)).answer).toMatchObject({ accepted: 2, duplicate: true });
    expect(await readDomIds("dom_ids=x")).toEqual([["x", 2, "a"]]);
  });

  it("counts the good pings and reports the bad one", async () => {
    const { id, at } = batchOf("");
    const body = JSON.stringify({ v: 1, id, at, pings: [["a", "", "x"], ["b".repeat(251)], ["c", "", "x", 3]] });
    expect((await post(body)).answer).toMatchObject({ accepted: 4, rejected: [{ index: 1, code: "label_too_long" }] });
    expect(await readDomIds("dom_ids=x")).toEqual([
      ["x", 1, "a"],
      ["x", 3, "c"],
    ]);
  });

  it("says what is wrong, with its clock and CORS", async () => {
    const response = await request("/track/", { method: "POST", body: "{" });
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject({ error: { code: "bad_json" }, now: expect.any(Number) });
  });

  it.each([
    ["clock_ahead", 6 * 60_000],
    ["too_old", -49 * 3_600_000],
  ])("refuses %s", async (code, offset) => {
    const { status, answer } = await post(encodeBatch(batchOf("a", { at: Date.now() + offset })));
    expect([status, answer.error]).toMatchObject([400, { code }]);
  });
});
