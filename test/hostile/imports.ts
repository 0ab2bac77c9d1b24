import { TOKEN, type Hostile } from "./request.ts";

const reader = { authorization: `Bearer ${TOKEN}` };
const OLD = "day,label,counter\n2020-01-01,hostile,1\n";
const IMPORT = { path: "/api/import", body: OLD };

/** An import whose lines are wrong: the answer says which, and nothing changes. */
function imported(
  name: string,
  csv: string | Uint8Array,
  code?: string,
  headers: Record<string, string> = {},
): Hostile {
  return {
    name,
    path: "/api/import",
    headers: { ...reader, ...headers },
    body: csv,
    status: 200,
    ...(code && { code }),
  };
}

export const IMPORTS: Hostile[] = [
  { ...IMPORT, name: "an import without a token", status: 401, code: "unauthorized" },
  {
    ...IMPORT,
    name: "an import for a site that is none",
    path: "/api/import?site=evil.example",
    headers: reader,
    status: 400,
    code: "bad_parameter",
  },
  {
    ...IMPORT,
    name: "an import with a parameter that is none",
    path: "/api/import?format=json",
    headers: reader,
    status: 400,
    code: "bad_parameter",
  },
  imported("an import of nothing", "", "bad_header"),
  imported("an import of JSON", JSON.stringify([{ day: "2020-01-01", label: "hostile", counter: 1 }]), "bad_header", {
    "content-type": "application/json",
  }),
  imported("an import of a form", "file=x", "bad_header", { "content-type": "application/x-www-form-urlencoded" }),
  imported(
    "an import of a form's file",
    `--x\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n${OLD}\r\n--x--\r\n`,
    "bad_header",
    { "content-type": "multipart/form-data; boundary=x" },
  ),
  imported("an import with two columns of one name", `label,${OLD}`, "bad_header"),
  imported("an import of a column of 200,000 characters", "x".repeat(200_000), "bad_header"),
  imported("an import with a cell too many", "site,day,label,counter\nshop.example,2020-01-01,a,1,2\n", "bad_columns"),
  imported("an import with a cell too few", "site,day,label,counter\nshop.example,2020-01-01,a\n", "bad_counter"),
  imported("an import of a day that is none", "site,day,label,counter\nshop.example,2020-02-30,a,1\n", "bad_day"),
  imported(
    "an import of a header in a label",
    'site,day,label,counter\nshop.example,2020-01-01,"a\r\nb: c",1\n',
    "bad_name",
  ),
  imported("an import of bytes that are no text", Uint8Array.of(0xff, 0xfe, 0, 1, 2), "bad_header"),
  imported("an import without a header", "2020-01-01,hostile,1\n", "bad_header"),
  imported("an import that says it is gzip", OLD, "bad_site", { "content-encoding": "gzip" }),
  imported(
    "an import of one quote and a megabyte",
    `day,label,counter\n"${`${"x".repeat(1_000)},\n`.repeat(1_000)}`,
    "bad_quotes",
  ),
  imported(
    "an import of a count that is too large",
    "site,day,label,counter\nshop.example,2020-01-01,x,1e400\n",
    "bad_counter",
  ),
  imported(
    "an import of a count that is a formula",
    "site,day,label,counter\nshop.example,2020-01-01,x,=1+1\n",
    "bad_counter",
  ),
  imported("an import of a day that still counts", "site,day,label,counter\nshop.example,9999-01-01,x,1\n", "day_open"),
  imported(
    "an import of a day that is SQL",
    "site,day,label,counter\nshop.example,'; DROP TABLE flush,x,1\n",
    "bad_day",
  ),
  imported("an import for another site", "site,day,label,counter\nevil.example,2020-01-01,x,1\n", "bad_site"),
];
