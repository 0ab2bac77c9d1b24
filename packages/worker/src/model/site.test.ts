import { describe, expect, it } from "vitest";
import { senderOf, siteOf } from "./site.ts";

const SITES = ["shop.example", "*.blog.example"];

function ask(headers: Record<string, string>, claimed?: string, isTrusted = false): string {
  const site = siteOf(SITES, senderOf(new Headers(headers)), claimed, isTrusted);
  return site.ok ? site.value : site.code;
}

describe("siteOf", () => {
  it("is the empty site where SITES is empty, whoever asks", () => {
    expect(siteOf([], "any.example", "x", false)).toEqual({ ok: true, value: "" });
  });

  it("is the hostname of the page's origin", () => {
    expect(ask({ origin: "https://shop.example:8443" })).toBe("shop.example");
  });

  it("is the referring page where there is no origin, as for images", () => {
    expect(ask({ referer: "https://shop.example/cart?x=1" })).toBe("shop.example");
  });

  it("is one site for a domain and all its subdomains where a pattern says so", () => {
    expect(ask({ origin: "https://de.blog.example" })).toBe("blog.example");
    expect(ask({ origin: "https://blog.example" })).toBe("blog.example");
    expect(ask({ origin: "https://evilblog.example" })).toBe("site_unknown");
  });

  it.each(["https://*.blog.example", "https://a.*.blog.example"])(
    "does not take the pattern %s for a site, though a URL may be written so",
    (origin) => {
      expect(ask({ origin })).toBe("site_unknown");
      expect(ask({}, new URL(origin).hostname, true)).toBe("site_unknown");
    },
  );

  it.each(["https://evil.example", "https://shop.example.evil.example", "null", "not a url"])(
    "refuses %s",
    (origin) => {
      expect(ask({ origin })).toBe("site_unknown");
    },
  );

  it("does not let a page speak for another site", () => {
    expect(ask({ origin: "https://shop.example" }, "blog.example")).toBe("site_not_yours");
    expect(ask({ origin: "https://shop.example" }, "shop.example")).toBe("shop.example");
  });

  it("lets only who has the token name a site without being its page", () => {
    expect(ask({}, "shop.example")).toBe("site_unknown");
    expect(ask({}, "shop.example", true)).toBe("shop.example");
    expect(ask({}, "evil.example", true)).toBe("site_unknown");
  });
});
