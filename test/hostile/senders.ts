import { batch, IN_AN_HOUR, jwt, TOKEN, type Hostile } from "./request.ts";

function from(
  name: string,
  headers: Hostile["headers"],
  status = 403,
  code: string | undefined = "site_unknown",
): Hostile {
  return { name, headers: { origin: null, ...headers }, body: batch(), status, ...(code && { code }) };
}

/** With `Authorization`, and so without need of an origin. */
function as(name: string, authorization: string): Hostile {
  return { name, headers: { authorization }, body: batch(), status: 401, code: "unauthorized" };
}

function visit(name: string, headers: Hostile["headers"], code: string): Hostile {
  return {
    name,
    path: "/track/?labels=hostile",
    headers: { "cf-connecting-ip": "203.0.113.7", ...headers },
    status: 403,
    code,
  };
}

const heatmap = { aud: "heatmap", site: "shop.example", exp: IN_AN_HOUR };

export const SENDERS: Hostile[] = [
  from("no Origin and no Referer", {}),
  from("an empty Origin", { origin: "" }),
  from("Origin: null, as of a sandboxed frame", { origin: "null" }),
  from("the Origin of another site", { origin: "https://evil.example" }),
  from("an Origin that begins like a site", { origin: "https://shop.example.evil.example" }),
  from("an Origin that ends like a site", { origin: "https://evilshop.example" }),
  from("an Origin that ends like a pattern", { origin: "https://evilblog.example" }),
  from("an Origin below a site that is no pattern", { origin: "https://www.shop.example" }),
  from("an Origin with a pattern in it", { origin: "https://*.blog.example.evil.example" }),
  from("an Origin that is a pattern of SITES", { origin: "https://*.blog.example" }),
  from("an Origin below a pattern of SITES", { origin: "https://a.*.blog.example" }),
  from("the Referer of a pattern of SITES", { referer: "https://*.blog.example/" }),
  from("an Origin with a site as user name", { origin: "https://shop.example@evil.example" }),
  from("an Origin with a site as password", { origin: "https://x:shop.example@evil.example" }),
  from("an Origin with a site as path", { origin: "https://evil.example/shop.example" }),
  from("an Origin with a site as query", { origin: "https://evil.example?shop.example" }),
  from("an Origin with a site as fragment", { origin: "https://evil.example#shop.example" }),
  from("an Origin with a backslash", { origin: "https://evil.example\\shop.example" }),
  from("an Origin with a dot at its end", { origin: "https://shop.example." }),
  from("an Origin without a scheme", { origin: "shop.example" }),
  from("an Origin that is a path", { origin: "//shop.example" }),
  from("an Origin of a data: page", { origin: "data:text/html,shop.example" }),
  from("an Origin of a file", { origin: "file:///shop.example" }),
  from("an Origin of an extension", { origin: "chrome-extension://shopexample" }),
  from("an Origin with letters that look alike", { origin: "https://xn--shp-fxa.example" }),
  from("an Origin that is an IPv6 address", { origin: "https://[::1]" }),
  from("an Origin with two sites", { origin: "https://evil.example https://shop.example" }),
  from("an Origin of 7,000 characters", { origin: `https://${"x".repeat(7_000)}.example` }),
  from("an Origin that is HTML", { origin: "https://<script>alert(1)</script>" }),
  from("two Origins", { origin: ["https://shop.example", "https://evil.example"] }),
  from("the Referer of another site", { referer: "https://evil.example/?shop.example" }),
  from("the Referer of a site and the Origin of another", {
    origin: "https://evil.example",
    referer: "https://shop.example/",
  }),
  from("the Referer of a site and Origin: null", { origin: "null", referer: "https://shop.example/" }),
  from("a forged Host and no Origin", { host: "shop.example" }),
  from("X-Forwarded-Host and no Origin", { "x-forwarded-host": "shop.example", forwarded: "host=shop.example" }),
  { name: "a batch for another site", body: batch({ site: "blog.example" }), status: 403, code: "site_not_yours" },
  {
    name: "a batch for a site that is none",
    body: batch({ site: "evil.example" }),
    status: 403,
    code: "site_not_yours",
  },
  { name: "a batch for a pattern", body: batch({ site: "*.blog.example" }), status: 403, code: "site_not_yours" },
  {
    name: "a batch for a site in an unknown page's hands",
    headers: { origin: "https://evil.example" },
    body: batch({ site: "shop.example" }),
    status: 403,
    code: "site_unknown",
  },
  {
    name: "labels for another site",
    path: "/track/?labels=hostile&site=blog.example",
    status: 403,
    code: "site_not_yours",
  },
  {
    name: "labels of an unknown page",
    path: "/track/?labels=hostile&site=shop.example",
    headers: { origin: "https://evil.example" },
    status: 403,
    code: "site_unknown",
  },
  {
    name: "the token, for a site that is none",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: batch({ site: "evil.example" }),
    status: 403,
    code: "site_unknown",
  },
  {
    name: "the token, for a pattern of SITES",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: batch({ site: "*.blog.example" }),
    status: 403,
    code: "site_unknown",
  },
  {
    name: "the token, and no site",
    headers: { origin: null, authorization: `Bearer ${TOKEN}` },
    body: batch(),
    status: 403,
    code: "site_unknown",
  },
  {
    name: "a session's cookie, for another site",
    headers: { cookie: `tracker_session=${jwt({ aud: "session", site: "", exp: IN_AN_HOUR })}` },
    body: batch({ site: "blog.example" }),
    status: 403,
    code: "site_not_yours",
  },

  as("a wrong token", "Bearer wrong"),
  as("the token in capitals", `Bearer ${TOKEN.toUpperCase()}`),
  as("the token without its end", `Bearer ${TOKEN.slice(0, -1)}`),
  as("the token with an end", `Bearer ${TOKEN}x`),
  as("the token twice", `Bearer ${TOKEN}, Bearer ${TOKEN}`),
  as("a token with a wildcard", "Bearer *"),
  as("a token of 7,000 characters", `Bearer ${"x".repeat(7_000)}`),
  as("a heat map's token", `Bearer ${jwt(heatmap)}`),
  as("a session's token", `Bearer ${jwt({ aud: "session", site: "", exp: IN_AN_HOUR })}`),

  visit("curl", { "user-agent": "curl/8.1" }, "bot"),
  visit(
    "a crawler",
    { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" },
    "bot",
  ),
  visit("a browser without a head", { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0" }, "bot"),
  visit("a user agent of 7,000 characters", { "user-agent": "bot".repeat(2_333) }, "bot"),
  visit("a prefetch", { "sec-purpose": "prefetch" }, "prefetch"),
  visit("a prerendered page", { "sec-purpose": "prefetch;prerender" }, "prefetch"),
  visit("an old prefetch", { purpose: "prefetch" }, "prefetch"),
  visit("an older prefetch", { "x-moz": "prefetch" }, "prefetch"),
  {
    name: "a page that a program drives",
    headers: { "cf-connecting-ip": "203.0.113.7" },
    body: batch({ webdriver: true }),
    status: 403,
    code: "bot",
  },
];
