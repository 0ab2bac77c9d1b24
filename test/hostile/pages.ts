import { IN_AN_HOUR, jwt, type Hostile } from "./request.ts";

/** A reader in a browser, on the dashboard's own pages. */
const own = {
  cookie: `tracker_session=${jwt({ aud: "session", site: "", exp: IN_AN_HOUR })}`,
  "sec-fetch-site": "same-origin",
};
const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=x";

/** An address of the dashboard that does not say what to show. */
function page(path: string, status = 400): Hostile {
  return { name: `/dashboard/${path.slice(0, 60)}`, path: `/dashboard/${path}`, headers: own, status };
}

function form(name: string, path: string, body: string, type = FORM, status = 400, code?: string): Hostile {
  const headers = { ...own, "content-type": type };
  return { name, path: `/dashboard/${path}`, headers, body, status, ...(code && { code }) };
}

function part(name: string, value: string, file = ""): string {
  const filename = file && `; filename="${file}"`;
  return `--x\r\ncontent-disposition: form-data; name="${name}"${filename}\r\n\r\n${value}\r\n--x--\r\n`;
}

export const PAGES: Hostile[] = [
  page("statistics?from=2026-02-30"),
  page("statistics?to=tomorrow"),
  page("statistics?from=2026-02-02&to=2026-02-01"),
  page("statistics?from=1000-01-01&to=9999-12-31"),
  page("statistics?site=evil.example"),
  page("statistics?group=__proto__"),
  page("statistics?sort=counter;--"),
  page("statistics?order=up"),
  page("statistics?cursor=x"),
  page("statistics?label=%3Cscript%3Ealert(1)%3C/script%3E&search='%20OR%20'1'='1", 200),
  page("label?label=a&from=2026-02-30"),
  page("label?label=a&to=tomorrow"),
  page("label?label=a&to=0"),
  page("label?label=a&from=9999-12-31"),
  page("label?label=a&site=evil.example"),
  page("label?label=%3Cscript%3Ealert(1)%3C/script%3E&with='--", 200),
  page("?site=evil.example"),
  { ...page("heatmap?url=https://shop.example/", 405), code: "method_not_allowed" },
  page("delete"),
  page("delete?from=2020-01-01"),
  page("delete?from=2020-02-30&to=2020-03-01"),
  page("delete?label=hostile&to=zzzz"),
  page("delete?label=hostile&site=evil.example"),
  page("delete?label=hostile&to=9999-12-31", 409),
  ...["POST", "PUT", "DELETE"].flatMap((method) =>
    ["", "statistics", "label", "health"].map((path): Hostile => ({
      ...page(path, 405),
      name: `${method} /dashboard/${path}`,
      method,
      code: "method_not_allowed",
    })),
  ),

  ...[
    ["", 400],
    ["shop.example", 200],
    ["//shop.example/", 200],
    ["javascript:alert(1)", 400],
    ["data:text/html,x", 400],
    ["https://evil.example/", 400],
    ["https://shop.example.evil.example/", 400],
    ["https://shop.example@evil.example/", 400],
    ["https://*.blog.example/", 400],
    ["evil.example/shop.example", 400],
  ].map(([url, status]) => form(`the heat map of "${url}"`, "heatmap", `url=${url}`, FORM, Number(status))),
  form("a heat map by a file", "heatmap", part("url", "https://shop.example/", "x"), MULTIPART),
  form("a deletion of nothing", "delete", ""),
  form("a deletion of a day that is none, by form", "delete", "from=2020-02-30&to=2020-03-01"),
  form("a deletion up to a text, by form", "delete", "label=hostile&to=zzzz"),
  form("a deletion on a site that is none, by form", "delete", "label=hostile&site=evil.example"),
  form("a deletion of days that count, by form", "delete", "label=hostile&to=9999-12-31", FORM, 409),
  form("a deletion by JSON", "delete", '{"label":"hostile"}', "application/json"),
  form("a deletion of a file", "delete", part("label", "hostile", "x"), MULTIPART),
  form("a deletion on a site that is a file", "delete", part("site", "hostile", "x"), MULTIPART),
  form("a deletion by a broken form", "delete", "--x\r\ncontent-disp", MULTIPART),
  form("a deletion of 100,000 characters", "delete", `label=${"x".repeat(100_000)}`, FORM, 413, "body_too_large"),
  form("an import of no file", "import", ""),
  form("an import of a text in a file's place", "import", part("file", "day,label,counter"), MULTIPART),
  form("an import by JSON", "import", "{}", "application/json"),
  form("an import by a broken form", "import", "--x\r\ncontent-disp", MULTIPART),
  form("an import of wrong lines", "import", part("file", "day,label,counter\nx,hostile,1", "x.csv"), MULTIPART, 200),
];
