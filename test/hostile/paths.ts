import { batch, TOKEN, type Hostile } from "./request.ts";

function method(name: string, path: string): Hostile {
  return {
    name: `${name} ${path}`,
    method: name,
    path,
    status: 405,
    ...(name != "HEAD" && { code: "method_not_allowed" }),
  };
}

/** A path that must lead nowhere. */
function nowhere(path: string, headers: Hostile["headers"] = {}): Hostile {
  return { name: `GET ${path.slice(0, 60)}`, path, headers, status: 404, code: "not_found" };
}

function labels(name: string, query: string, status: number, code?: string, counts?: Hostile["counts"]): Hostile {
  return { name, path: `/track/?${query}`, status, ...(code && { code }), ...(counts && { counts }) };
}

/** What other people's content in a page of the site can make a browser ask for. */
const EMBEDDED: [name: string, headers: Record<string, string>][] = [
  ...Object.entries({
    "a picture": "image",
    "a frame": "iframe",
    "a style": "style",
    "a script": "script",
    "a font": "font",
    "a video": "video",
    "an object": "object",
    "a track": "track",
  }).map(([name, dest]): [string, Record<string, string>] => [
    name,
    { "sec-fetch-dest": dest, "sec-fetch-site": "cross-site" },
  ]),
  ["another site's link", { "sec-fetch-dest": "document", "sec-fetch-site": "cross-site" }],
];

export const PATHS: Hostile[] = [
  ...["PUT", "PATCH", "DELETE", "PROPFIND", "PURGE", "HEAD"].map((name) => method(name, "/track/?labels=hostile")),
  ...["PUT", "DELETE"].map((name) => method(name, "/report/")),
  ...["PUT", "DELETE"].map((name) => method(name, "/get_stats/?dom_ids=a")),
  ...["POST", "DELETE"].map((name) => method(name, "/healthz")),
  ...["PUT", "DELETE"].map((name) => method(name, "/login/")),
  ...["GET", "PUT"].map((name) => method(name, "/logout/")),
  {
    name: "a method in a header",
    method: "PUT",
    path: "/track/",
    headers: { "x-http-method-override": "POST" },
    body: batch(),
    status: 405,
    code: "method_not_allowed",
  },

  { name: "GET /", path: "/", status: 302 },
  nowhere("/nothing"),
  nowhere("/TRACK/?labels=hostile"),
  nowhere("/track.php?labels=hostile"),
  nowhere("/tracks/?labels=hostile"),
  nowhere("/track%2f?labels=hostile"),
  nowhere("/track;x=1/?labels=hostile"),
  nowhere("/track/more?labels=hostile"),
  ...[
    "/t/track/",
    "/a9f3/zz/track/",
    "/track/track/",
    "/track//",
    "//track/",
    "/./a/../t/track/",
    "/t/track.gif",
    "/x/track",
  ].map((path) => nowhere(`${path}?labels=hostile`)),
  ...["/t/report/", "/t/get_stats/?dom_ids=a", "/t/api/statistics", "/t/healthz", "/t/login/", "/x/dashboard/"].map(
    (path) => nowhere(path, { authorization: `Bearer ${TOKEN}` }),
  ),
  nowhere("/track\u00b7/?labels=hostile".replace("\u00b7", "%C2%B7")),
  nowhere("/%74rack/?labels=hostile"),
  nowhere("/track%00/?labels=hostile"),
  nowhere("//evil.example/track/?labels=hostile"),
  nowhere("//evil.example/login/"),
  nowhere("/%2f%2fevil.example//login/"),
  nowhere("/a;domain=evil.example/login/"),
  nowhere("//evil.example/demo"),
  nowhere("/..%2f..%2fetc%2fpasswd"),
  nowhere("/%2e%2e/%2e%2e/.dev.vars"),
  nowhere("/.dev.vars"),
  nowhere("/.git/config"),
  nowhere("/wrangler.toml"),
  nowhere("/packages/worker/src/index.ts"),
  nowhere("/wp-login.php"),
  nowhere("/%"),
  nowhere("/%E0%A4%A"),
  nowhere(`/${"x".repeat(8_000)}`),
  nowhere(`/${"x/".repeat(4_000)}`),
  { name: "POST to a path that leads nowhere", path: "/nothing", body: batch(), status: 404, code: "not_found" },

  labels("no labels", "", 200),
  labels("empty labels", "labels=", 200),
  labels("labels of bars", "labels=|||", 400),
  labels("labels of spaces", "labels=%20%20", 400),
  labels("a label of no name", "labels=:x:y", 400, "label_missing"),
  labels("a label of colons", "labels=:::", 400, "too_many_parts"),
  labels("four parts", "labels=hostile:b:c:d", 400, "too_many_parts"),
  labels("four parts beside a right one", "labels=right|hostile:b:c:d", 200, "too_many_parts", { "right::": 1 }),
  labels("a NUL", "labels=hos%00tile|right", 200, "bad_character", { "right::": 1 }),
  labels("a line break", "labels=hos%0Atile", 400, "bad_character"),
  labels("a header in a label", "labels=x%0D%0ASet-Cookie:%20a=b", 400, "bad_character"),
  labels("251 characters", `labels=${"h".repeat(251)}|right`, 200, "label_too_long", { "right::": 1 }),
  labels("the tracker's own label", "labels=(refused):bot|right", 200, "label_reserved", { "right::": 1 }),
  labels("1,001 labels", `labels=${"a|".repeat(1_001)}`, 400, "too_many_pings"),
  labels("7,000 bars", `labels=${"|".repeat(7_000)}`, 400),
  labels("11 labels without the token", `labels=${"hostile|".repeat(11)}`, 400, "too_many_pings"),
  labels("10 labels", `labels=${"ten|".repeat(10)}`, 200, undefined, { "ten::": 10 }),
  ...EMBEDDED.map(([name, headers]): Hostile => ({
    name: `labels in ${name}`,
    path: "/track/?labels=hostile",
    headers,
    status: 403,
    code: "embedded",
  })),
  ...EMBEDDED.filter(([name]) => name != "a picture").map(([name, headers]): Hostile => ({
    name: `an image in ${name}`,
    path: "/track.gif?labels=hostile",
    headers,
    status: 403,
    code: "embedded",
  })),
  {
    name: "a form of another site",
    path: "/track/",
    headers: EMBEDDED.at(-1)![1],
    body: batch(),
    status: 403,
    code: "embedded",
  },
  labels("labels under another name", "label=hostile", 200),
  labels("labels as a list", "labels[]=hostile", 200),
  labels("labels as JSON", 'labels[]={"label":"hostile"}'.replaceAll('"', "%22"), 200),
  labels("labels in a fragment of the query", "x=1%26labels=hostile", 200),
];
