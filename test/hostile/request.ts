import { createHash, createHmac } from "node:crypto";
import { request as sendHttp, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";

/** A bad request, and what it is to be answered with. */
export interface Hostile {
  name: string;
  /** Default: POST where there is a body, else GET. */
  method?: string;
  /** As it is sent, default `/track/`. */
  path?: string;
  /** Beside `Origin: https://shop.example`, which null leaves out. */
  headers?: Record<string, string | string[] | null>;
  body?: string | Uint8Array;
  /** Without a Content-Length. */
  isChunked?: boolean;
  status: number;
  /** Of the error, or of the first ping that was rejected. */
  code?: string;
  /** What of it counts all the same, by `label:category:domId`. */
  counts?: Record<string, number>;
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

export const TOKEN = "the-token-of-these-tests";
const SITES = "shop.example *.blog.example";

/** What the servers of the table are set up with. */
export const SETTINGS = { ADMIN_TOKEN: TOKEN, SITES };

let ids = 0;

/** A batch id that no other request has. */
export function nextId(): string {
  return `hostile_${ids++}`.padEnd(22, "-");
}

/** A batch as JSON: one ping of the label `hostile`, and whatever differs. */
export function batch(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ v: 1, id: nextId(), at: Date.now(), pings: [["hostile"]], ...fields });
}

/** The salt of its keys that the hostile suite's database has instead of a random one. */
export const SALT = "hostile";

/** A JWT signed with a key of an admin token and the salt, as the Worker makes them. */
export function jwt(claims: Record<string, unknown>, { token = TOKEN, header = { alg: "HS256" } } = {}): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const key = createHash("sha256").update(`tracker signing key\n${SALT}\n${token}`).digest();
  const unsigned = `${encode(header)}.${encode(claims)}`;
  return `${unsigned}.${createHmac("sha256", key).update(unsigned).digest("base64url")}`;
}

export const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3_600;

export function gzip(text: string): Uint8Array {
  return gzipSync(text);
}

/** Sends it as it is: `fetch` would put most of it right. */
export async function send(url: string, request: Partial<Hostile>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(url, request);
    } catch (error) {
      // A server that has seen enough answers and hangs up; the answer is lost where the body was still on its way.
      if (attempt == 10 || !/EPIPE|ECONNRESET/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}

function sendOnce(
  url: string,
  { method, path = "/track/", headers = {}, body, isChunked }: Partial<Hostile>,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const all = Object.entries({ origin: "https://shop.example", ...headers }).filter(([, value]) => value !== null);
  if (body !== undefined && !isChunked) all.push(["content-length", `${Buffer.byteLength(body)}`]);
  return new Promise((resolve, reject) => {
    const request = sendHttp(
      {
        hostname,
        port,
        method: method ?? (body === undefined ? "GET" : "POST"),
        path,
        headers: Object.fromEntries(all) as Record<string, string>,
        agent: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
        response.on("error", reject);
      },
    );
    request.on("error", reject);
    if (body !== undefined && isChunked) for (const part of split(body)) request.write(part);
    else if (body !== undefined) request.write(body);
    request.end();
  });
}

/** Sends bytes that are no HTTP, or not one request, and returns all that comes back until the server hangs up. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding("utf8").setTimeout(2_000, () => socket.destroy());
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

/** The error's code, or that of the first rejected ping or line, in JSON or in words. */
export function codeOf(text: string): string | undefined {
  if (!text.startsWith("{")) return /\((\w+)\)\n/.exec(text)?.[1];
  const answer = JSON.parse(text.split("\n", 1)[0]!) as {
    error?: { code: string };
    rejected?: { code: string }[];
    code?: string;
  };
  return answer.error?.code ?? answer.rejected?.[0]?.code ?? answer.code;
}

function split(body: string | Uint8Array): Buffer[] {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += 10_000) parts.push(bytes.subarray(from, from + 10_000));
  return parts;
}
