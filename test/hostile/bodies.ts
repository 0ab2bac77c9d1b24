import { batch, gzip, nextId, type Hostile } from "./request.ts";

const WRONG: Record<string, unknown> = {
  null: null,
  true: true,
  "a text": "hostile",
  "an empty text": "",
  "a list": [],
  "an object": {},
  "a negative number": -1,
  "a fraction": 1.5,
  "2^53": 2 ** 53,
  "a million": 1_000_000,
};

function wrongFields(field: string, code: string, except: string[] = []): Hostile[] {
  return Object.entries({ ...WRONG, nothing: undefined })
    .filter(([what]) => !except.includes(what))
    .map(([what, value]) => ({ name: `${field} is ${what}`, body: batch({ [field]: value }), status: 400, code }));
}

function wrongParts(field: string, index: number, code: string, except: string[] = []): Hostile[] {
  return Object.entries(WRONG)
    .filter(([what]) => !except.includes(what))
    .map(([what, value]) => {
      const ping: unknown[] = ["hostile", "", "", 1];
      ping[index] = value;
      return {
        name: `a ping's ${field} is ${what}`,
        body: batch({ pings: [["right"], ping] }),
        status: 200,
        code,
        counts: { "right::": 1 },
      };
    });
}

/** A ping that is wrong beside one that is right. */
function wrongPing(name: string, ping: unknown, code: string): Hostile {
  return { name, body: batch({ pings: [ping, ["right"]] }), status: 200, code, counts: { "right::": 1 } };
}

const whole = batch();
const DAY_MS = 86_400_000;

export const BODIES: Hostile[] = [
  ...wrongFields("v", "bad_version"),
  ...wrongFields("id", "bad_id"),
  ...wrongFields("at", "bad_at", ["a million"]),
  ...wrongFields("site", "bad_site", ["nothing", "a text"]),
  ...wrongFields("page", "bad_page", ["nothing", "a text"]),
  ...wrongFields("pings", "no_pings"),
  ...wrongParts("label", 0, "bad_type", ["null", "a text", "an empty text"]),
  ...wrongParts("category", 1, "bad_type", ["null", "a text", "an empty text"]),
  ...wrongParts("DOM id", 2, "bad_type", ["null", "a text", "an empty text"]),
  ...wrongParts("count", 3, "bad_count"),

  wrongPing("a ping is null", null, "bad_type"),
  wrongPing("a ping is a text", "hostile", "bad_type"),
  wrongPing("a ping is a number", 1, "bad_type"),
  wrongPing("a ping is an object", { label: "hostile", length: 1, 0: "hostile" }, "bad_type"),
  wrongPing("a ping is empty", [], "label_missing"),
  wrongPing("a ping is a list of lists", [["hostile"]], "bad_type"),
  wrongPing("a ping has five parts", ["hostile", "", "", 1, ""], "too_many_parts"),
  wrongPing("a ping has a thousand parts", Array(1_000).fill("hostile"), "too_many_parts"),
  wrongPing("a label is null", [null], "label_missing"),
  wrongPing("a label is empty", [""], "label_missing"),
  wrongPing("a label is white space", [" \t\n\u00a0\u2003\ufeff "], "label_missing"),
  wrongPing("a label is 251 characters", ["h".repeat(251)], "label_too_long"),
  wrongPing("a label is 251 emoji", ["💥".repeat(251)], "label_too_long"),
  wrongPing("a label is 60,000 characters", ["h".repeat(60_000)], "label_too_long"),
  wrongPing("a category is 101 characters", ["hostile", "h".repeat(101)], "category_too_long"),
  wrongPing("a DOM id is 251 characters", ["hostile", "", "h".repeat(251)], "dom_id_too_long"),
  wrongPing("a label has a NUL", ["hos\0tile"], "bad_character"),
  wrongPing("a label has a line break", ["hos\ntile"], "bad_character"),
  wrongPing("a label has a carriage return", ["hos\rtile"], "bad_character"),
  wrongPing("a label has an escape sequence", ["\u001b[31mhostile\u001b[0m"], "bad_character"),
  wrongPing("a label has a DEL", ["hos\u007ftile"], "bad_character"),
  wrongPing("a label has a C1 control", ["hos\u0085tile"], "bad_character"),
  wrongPing("a category has a NUL", ["hostile", "\0x"], "bad_character"),
  wrongPing("a DOM id has a NUL", ["hostile", "", "x\0y"], "bad_character"),
  wrongPing("a label has half of a surrogate pair", ["hos\ud800tile"], "bad_character"),
  wrongPing("a label ends in half of a surrogate pair", ["hostile\udc00"], "bad_character"),
  wrongPing("a count is 0", ["hostile", "", "", 0], "bad_count"),
  wrongPing("a count is 1,001", ["hostile", "", "", 1_001], "bad_count"),
  wrongPing("a count is a number as a text", ["hostile", "", "", "1"], "bad_count"),
  wrongPing("a label is the tracker's (other)", ["(other)"], "label_reserved"),
  wrongPing("a label is the tracker's (refused)", ["(refused)", "bot", "", 1_000], "label_reserved"),
  wrongPing("a label is the tracker's (refused) with spaces", [" (refused) "], "label_reserved"),

  { name: "nothing in it", body: "", status: 400, code: "bad_json" },
  { name: "one space", body: " ", status: 400, code: "bad_json" },
  { name: "no JSON", body: "labels=hostile", status: 400, code: "bad_json" },
  { name: "HTML", body: "<script>hostile</script>", status: 400, code: "bad_json" },
  {
    name: "XML with an entity",
    body: '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    status: 400,
    code: "bad_json",
  },
  { name: "JSON null", body: "null", status: 400, code: "bad_json" },
  { name: "a JSON number", body: "1", status: 400, code: "bad_json" },
  { name: "a JSON text", body: JSON.stringify(batch()), status: 400, code: "bad_json" },
  { name: "a list of batches", body: `[${batch()},${batch()}]`, status: 400, code: "bad_json" },
  { name: "two batches, one after the other", body: batch() + batch(), status: 400, code: "bad_json" },
  { name: "an empty object", body: "{}", status: 400, code: "bad_version" },
  ...[1, 10, 30, whole.length - 2, whole.length - 1].map((length) => ({
    name: `JSON that ends after ${length} bytes`,
    body: whole.slice(0, length),
    status: 400,
    code: "bad_json",
  })),
  { name: "JSON with a comment", body: `/* */${batch()}`, status: 400, code: "bad_json" },
  { name: "JSON with a trailing comma", body: batch().replace(/\}$/, ",}"), status: 400, code: "bad_json" },
  { name: "JSON with NaN", body: batch().replace('"v":1', '"v":NaN'), status: 400, code: "bad_json" },
  { name: "JSON with 1e400", body: batch().replace('"v":1', '"v":1e400'), status: 400, code: "bad_version" },
  { name: "JSON after a byte order mark, twice", body: `\ufeff\ufeff${batch()}`, status: 400, code: "bad_json" },
  { name: "JSON in UTF-16", body: Buffer.from(batch(), "utf16le"), status: 400, code: "bad_json" },
  { name: "a NUL before JSON", body: `\0${batch()}`, status: 400, code: "bad_json" },
  { name: "30,000 open brackets", body: "[".repeat(30_000), status: 400, code: "bad_json" },
  { name: "30,000 nested lists", body: "[".repeat(30_000) + "]".repeat(30_000), status: 400, code: "bad_json" },
  {
    name: "pings nested 5,000 deep",
    body: `{"v":1,"id":"${nextId()}","at":${Date.now()},"pings":[${"[".repeat(5_000)}${"]".repeat(5_000)}]}`,
    status: 200,
    code: "bad_type",
  },
  {
    name: "5,000 keys",
    body: JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1]))),
    status: 400,
    code: "bad_version",
  },
  { name: "__proto__ with all fields", body: `{"__proto__":${batch()}}`, status: 400, code: "bad_version" },
  {
    name: "constructor.prototype with all fields",
    body: `{"constructor":{"prototype":${batch()}}}`,
    status: 400,
    code: "bad_version",
  },
  { name: "a batch inside pings", body: batch({ pings: [JSON.parse(batch())] }), status: 200, code: "bad_type" },
  {
    name: "the same key twice, the second wrong",
    body: batch().replace('"v":1', '"v":1,"v":2'),
    status: 400,
    code: "bad_version",
  },

  { name: "65,537 bytes", body: batch().padEnd(65_537), status: 413, code: "body_too_large" },
  { name: "a megabyte", body: batch().padEnd(1_000_000), status: 413, code: "body_too_large" },
  {
    name: "65,537 bytes without a Content-Length",
    body: batch().padEnd(65_537),
    isChunked: true,
    status: 413,
    code: "body_too_large",
  },
  {
    name: "a megabyte without a Content-Length",
    body: batch().padEnd(1_000_000),
    isChunked: true,
    status: 413,
    code: "body_too_large",
  },
  {
    name: "30,000 characters that are 90,000 bytes",
    body: batch({ x: "€".repeat(30_000) }),
    status: 413,
    code: "body_too_large",
  },
  {
    name: "the same without a Content-Length",
    body: batch({ x: "€".repeat(30_000) }),
    isChunked: true,
    status: 413,
    code: "body_too_large",
  },
  {
    name: "gzip",
    body: gzip(batch()),
    headers: { "content-encoding": "gzip" },
    status: 415,
    code: "encoding_unsupported",
  },
  {
    name: "gzip of ten megabytes",
    body: gzip(batch().padEnd(10_000_000)),
    headers: { "content-encoding": "gzip" },
    status: 415,
    code: "encoding_unsupported",
  },
  { name: "gzip that does not say so", body: gzip(batch()), status: 400, code: "bad_json" },
  {
    name: "brotli, as it says",
    body: batch(),
    headers: { "content-encoding": "br" },
    status: 415,
    code: "encoding_unsupported",
  },
  {
    name: "a form",
    body: "v=1&id=x",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 400,
    code: "bad_json",
  },
  {
    name: "a multipart form",
    body: `--x\r\ncontent-disposition: form-data; name="pings"\r\n\r\n${batch()}\r\n--x--`,
    headers: { "content-type": "multipart/form-data; boundary=x" },
    status: 400,
    code: "bad_json",
  },

  {
    name: "1,001 pings",
    body: batch({ pings: Array.from({ length: 1_001 }, () => ["hostile"]) }),
    status: 400,
    code: "too_many_pings",
  },
  {
    name: "20,000 empty pings",
    body: batch({ pings: Array.from({ length: 20_000 }, () => []) }),
    status: 400,
    code: "too_many_pings",
  },
  {
    name: "1,000 wrong pings",
    body: batch({ pings: Array.from({ length: 1_000 }, () => [""]) }),
    status: 200,
    code: "label_missing",
  },
  {
    name: "counts that are too much together",
    body: batch({ pings: Array.from({ length: 11 }, () => ["much", "", "", 100]) }),
    status: 200,
    code: "bad_count",
    counts: { "much::": 1_000 },
  },
  { name: "an id of 21 characters", body: batch({ id: "x".repeat(21) }), status: 400, code: "bad_id" },
  { name: "an id of 23 characters", body: batch({ id: "x".repeat(23) }), status: 400, code: "bad_id" },
  { name: "an id with SQL", body: batch({ id: "'; DROP TABLE state; --" }), status: 400, code: "bad_id" },
  { name: "an id with a space", body: batch({ id: "xxxxxxxxxxx xxxxxxxxxx" }), status: 400, code: "bad_id" },
  {
    name: "an id with a line break at its end",
    body: batch({ id: `${"x".repeat(21)}\n` }),
    status: 400,
    code: "bad_id",
  },
  { name: "an id with a path", body: batch({ id: "../../../../etc/passwd" }), status: 400, code: "bad_id" },
  { name: "an at of 1970", body: batch({ at: 0 }), status: 400, code: "too_old" },
  { name: "an at of 49 hours ago", body: batch({ at: Date.now() - 49 * 3_600_000 }), status: 400, code: "too_old" },
  { name: "an at of tomorrow", body: batch({ at: Date.now() + DAY_MS }), status: 400, code: "clock_ahead" },
  { name: "an at of 2^53 - 1", body: batch({ at: 2 ** 53 - 1 }), status: 400, code: "clock_ahead" },
  { name: "an at after the last date there is", body: batch({ at: 8.64e15 + 1 }), status: 400, code: "clock_ahead" },
  { name: "an at as a text", body: batch({ at: `${Date.now()}` }), status: 400, code: "bad_at" },
  { name: "an at as a date", body: batch({ at: new Date().toISOString() }), status: 400, code: "bad_at" },
  { name: "a site of 254 characters", body: batch({ site: "x".repeat(254) }), status: 400, code: "bad_site" },
  { name: "a page of 251 characters", body: batch({ page: "x".repeat(251) }), status: 400, code: "bad_page" },
  { name: "a page with a line break", body: batch({ page: "/a\n/b" }), status: 400, code: "bad_page" },
  { name: "a page with half a character", body: batch({ page: "/\uD800" }), status: 400, code: "bad_page" },
  { name: "v is 2", body: batch({ v: 2 }), status: 400, code: "bad_version" },
];
