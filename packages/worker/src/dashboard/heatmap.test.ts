import { describe, expect, it } from "vitest";
import { requestWith } from "../../test/batches.ts";

async function open(url: string): Promise<string> {
  const headers = { authorization: "Bearer test-token", "sec-fetch-site": "same-origin" };
  const response = await requestWith({}, `/dashboard/heatmap?url=${encodeURIComponent(url)}`, { headers });
  return response.headers.get("refresh")?.replace(/^0; url=(.*)#.*$/, "$1") ?? `${response.status}`;
}

describe("the page whose heat map is opened", () => {
  it.each([
    ["shop.example/pricing", "https://shop.example/pricing"],
    [" shop.example ", "https://shop.example/"],
    ["shop.example:8443/a?b=c", "https://shop.example:8443/a?b=c"],
    ["http://shop.example/", "http://shop.example/"],
    ["localhost:5173/cart", "http://localhost:5173/cart"],
    ["127.0.0.1:5173", "http://127.0.0.1:5173/"],
    ["javascript:alert(1)", "400"],
    ["data:text/html,x", "400"],
    ["a page", "400"],
    ["", "400"],
  ])("is named as people name it: %s", async (address, url) => {
    expect(await open(address)).toBe(url);
  });
});
