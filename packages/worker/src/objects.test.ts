import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { batchOf } from "../test/batches.ts";
import { countBatch } from "./count.ts";
import type { Env } from "./env.ts";
import { flushAll } from "./flush.ts";

/** Real objects whose calls fail `times` times with such an error: the platform's own flags decide what may be tried again. */
function failingObjects(flags: Record<string, boolean>, moment: "before" | "after", times: number) {
  const calls: string[] = [];
  const getByName = (name: string): unknown =>
    new Proxy(env.DAY_COUNTER.getByName(name), {
      get: (stub, method: "count") => async (argument: never) => {
        calls.push(method);
        const isFailing = times-- > 0;
        if (isFailing && moment == "before") throw Object.assign(new Error("lost"), flags);
        const answer = await stub[method](argument);
        if (isFailing) throw Object.assign(new Error("lost"), flags);
        return answer;
      },
    });
  return { calls, env: { ...env, DAY_COUNTER: { getByName } } as unknown as Env };
}

describe("callObject", () => {
  it.each([
    ["before", false],
    ["after", true],
  ] as const)("tries a retryable error %s the commit once more, and counts once", async (moment, duplicate) => {
    const failing = failingObjects({ retryable: true }, moment, 1);
    expect(await countBatch(failing.env, "", batchOf("a"))).toEqual({ ok: true, duplicate });
    expect(failing.calls).toEqual(["count", "count"]);
    expect(await flushAll(env)).toMatchObject({ statistics: 1 });
  });

  it("tries once more where the instance ended", async () => {
    const failing = failingObjects({ durableObjectReset: true }, "before", 1);
    expect(await countBatch(failing.env, "", batchOf("a"))).toEqual({ ok: true, duplicate: false });
  });

  it.each([{ retryable: true, overloaded: true }, { overloaded: true }, {}])("never tries %o again", async (flags) => {
    const failing = failingObjects(flags, "before", 1);
    await expect(countBatch(failing.env, "", batchOf("a"))).rejects.toThrow("lost");
    expect(failing.calls).toHaveLength(1);
  });

  it("gives up after the second failure", async () => {
    const failing = failingObjects({ retryable: true }, "before", 2);
    await expect(countBatch(failing.env, "", batchOf("a"))).rejects.toThrow("lost");
    expect(failing.calls).toHaveLength(2);
  });
});
