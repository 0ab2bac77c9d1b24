import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { readerRequest, request } from "../../test/batches.ts";

const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

it.each([
  ["gone_quiet", "“buy”: nothing for 24 hours"],
  ["changes", "“buy”: a day differs by 24% from the same day a week before"],
  ["unhealthy", "the tracker is not well"],
  ["digest", "every Monday, the week before"],
])("the form makes a rule of the kind %s with what it is filled with, and deletes it", async (kind, words) => {
  const submit = (fields: Record<string, string>) =>
    request("/dashboard/rules", { method: "POST", headers, body: new URLSearchParams(fields) });
  expect((await submit({ kind, label: "buy", number: "24" })).status).toBe(303);
  const page = await (await readerRequest("/dashboard/rules")).text();
  expect(page).toContain(`<th scope="row">${words}</th>`);
  await submit({ delete: /name="delete" value="(\d+)"/.exec(page)![1]! });
  expect(await (await readerRequest("/dashboard/rules")).text()).toContain("There are none yet");
});
