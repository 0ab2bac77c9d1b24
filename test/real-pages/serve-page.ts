import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { unpack } from "./packages.ts";
import type { RealPage } from "./pages.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const REWRITTEN = /\.(html|js|jsx)$/;
/** Longer files are libraries. */
const REWRITTEN_MAX_CHARS = 100_000;

/** A page's web site. */
export interface PageServer {
  url: string;
  /** Whether the page has the tag. */
  hasTag: boolean;
  /** Whether clicks on links lead nowhere: the answer "no content" leaves a browser where it is. */
  isLocked: boolean;
  close(): void;
}

/** Serves a page from its package, as its owner does who has pasted the tag. Other packages are under `/npm/`. */
export async function servePage(page: RealPage, trackerUrl: string): Promise<PageServer> {
  const tag = `<script src="${trackerUrl}/tracker.js" data-auto="true" async></script>`;
  const root = page.package && join(unpack(page.package), page.root ?? "");
  const server = createServer((request, response): void => {
    const path = decodeURIComponent(new URL(request.url!, "http://site").pathname);
    const isDocument = request.headers["sec-fetch-dest"] == "document";
    if (isDocument && site.isLocked) return void response.writeHead(204).end();
    const text = page.files?.[path];
    const file = text === undefined ? findFile(path == page.path ? (page.file ?? path) : path) : path;
    const bytes = text === undefined ? (file ? readFileSync(file) : undefined) : Buffer.from(text);
    if (!bytes || !file) return void response.writeHead(404, { "content-type": "text/html" }).end();
    answer(response, file, bytes, path == page.path);
  });

  function answer(response: ServerResponse, file: string, bytes: Buffer, isPage: boolean): void {
    const type = TYPES[isPage ? ".html" : extname(file)] ?? "application/octet-stream";
    const headers = { "content-type": type, "cache-control": isPage ? "no-store" : "max-age=600" };
    const policy = isPage && page.policy ? { "content-security-policy": page.policy(trackerUrl) } : {};
    response.writeHead(200, { ...headers, ...policy });
    if ((!isPage && !REWRITTEN.test(file)) || bytes.length > REWRITTEN_MAX_CHARS) return void response.end(bytes);
    const rewritten = (page.rewrite ?? []).reduce((text, [from, to]) => text.replaceAll(from, to), bytes.toString());
    response.end(isPage && site.hasTag ? insertTag(rewritten) : rewritten);
  }

  function findFile(path: string): string | undefined {
    const [, name, rest] = /^\/npm\/((?:@[^/]+\/)?[^/]+)(\/.*)$/.exec(path) ?? [];
    const folder = name ? unpack(name) : root;
    const file = folder && join(folder, normalize(rest ?? path));
    return file && statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
  }

  function insertTag(html: string): string {
    return html.replace(/<\/head>|(?<=<head>)/i, (end) => `${tag}${end}`);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const site: PageServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${page.path}`,
    hasTag: false,
    isLocked: false,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return site;
}
