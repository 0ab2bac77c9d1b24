import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readerRequest, request, requestWith } from "../../test/batches.ts";
import { insertStatistics } from "../../test/statistics.ts";

interface Answer {
  annotations: { id: number; day: string; site: string; text: string }[];
  error: { code: string; message: string };
  deleted: number;
  id: number;
}

const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
const today = new Date().toISOString().slice(0, 10);

async function annotate(annotation: object, settings = {}): Promise<Answer> {
  const body = JSON.stringify(annotation);
  return (await requestWith(settings, "/api/annotations", { method: "POST", headers, body })).json();
}

async function list(query = ""): Promise<string[]> {
  const { annotations } = await (await readerRequest(`/api/annotations${query}`)).json<Answer>();
  return annotations.map(({ day, site, text }) => `${day} ${site} ${text}`);
}

describe("/api/annotations", () => {
  it("notes what happened today, or on a day, once however often a script sends it", async () => {
    const { id } = await annotate({ text: " Version 1.4 " });
    expect(await annotate({ text: "Version 1.4" })).toEqual({ id, day: today, site: "", text: "Version 1.4" });
    await annotate({ day: "2026-01-31", text: "Sale" });
    expect(await list("?from=2026-01-01")).toEqual([`${today}  Version 1.4`, "2026-01-31  Sale"]);
    expect(await list("?from=2026-01-01&to=2026-01-30")).toEqual([]);
  });

  it("gives a site those of all sites and its own", async () => {
    const settings = { SITES: "a.example *.b.example" };
    await annotate({ text: "everywhere" }, settings);
    await annotate({ text: "at a", site: "a.example" }, settings);
    await annotate({ text: "at b", site: "www.b.example" }, settings);
    expect(await list("?site=b.example")).toEqual([`${today}  everywhere`, `${today} b.example at b`]);
  });

  it.each([
    [{}, "text"],
    [{ text: "" }, "text: is empty"],
    [{ text: "   " }, "text: is empty"],
    [{ text: "two\nlines" }, "text: has a line break"],
    [{ text: "x".repeat(251) }, "text: more than 250 characters"],
    [{ text: 1 }, "text"],
    [{ text: "a", day: "2026-02-30" }, `day: "2026-02-30" is not a day`],
    [{ text: "a", colour: "red" }, "colour: no such parameter"],
  ])("refuses %j by the field's name", async (annotation, message) => {
    const { error } = await annotate(annotation);
    expect(error.code).toBe("bad_parameter");
    expect(error.message).toContain(message);
    expect(await list()).toEqual([]);
  });

  it("takes no more than twenty a day, and says so", async () => {
    for (let index = 0; index < 20; index++) await annotate({ text: `${index}` });
    expect((await annotate({ text: "one more" })).error.code).toBe("limit_reached");
    expect((await annotate({ text: "0" })).id).toBeGreaterThan(0);
    expect((await annotate({ text: "another day", day: "2026-01-31" })).id).toBeGreaterThan(0);
  });

  it("deletes by number, and never another that came later", async () => {
    const { id } = await annotate({ text: "wrong" });
    const remove = async () =>
      (await request(`/api/annotations?id=${id}`, { method: "DELETE", headers })).json<Answer>();
    expect(await remove()).toEqual({ deleted: 1 });
    await annotate({ text: "right" });
    expect(await remove()).toEqual({ deleted: 0 });
    expect(await list()).toEqual([`${today}  right`]);
  });
});

describe("the dashboard", () => {
  const submit = (fields: Record<string, string>) =>
    request("/dashboard/annotations", { method: "POST", headers, body: new URLSearchParams(fields) });

  it("adds and deletes them", async () => {
    expect((await submit({ day: "2026-01-31", text: "Sale" })).headers.get("location")).toBe("/dashboard/annotations");
    const page = await (await readerRequest("/dashboard/annotations")).text();
    expect(page).toContain("Sale");
    await submit({ delete: /name="delete" value="(\d+)"/.exec(page)![1]! });
    expect(await (await readerRequest("/dashboard/annotations")).text()).toContain("There are none yet");
  });

  it.each(["/dashboard/", "/dashboard/label?label=a"])("shows them beside the chart of %s, as text", async (path) => {
    await insertStatistics([["", today, "a", "", "", 7]]);
    await annotate({ text: "<b>Version</b> 1.4" });
    const page = await (await readerRequest(path)).text();
    expect(page).toContain(`<li data-annotated="${today}">`);
    expect(page).toContain("&lt;b&gt;Version&lt;/b&gt; 1.4");
    expect(page).toContain('<line class="marker"');
  });
});
