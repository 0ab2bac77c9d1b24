import type { Ping, PingInput } from "../protocol/labels.ts";

/** What `init()` takes. All of it is optional. */
export interface Options {
  /** Where the Worker is served, with its base path. Default: the page's own origin. */
  endpoint?: string;
  /** The hostname that the pings belong to. Default: the page's, which the browser sends by itself. */
  site?: string;
  /**
   * Whether to count before the visitor has chosen by `optIn()` or `optOut()`. Default `true`. Until then nothing is
   * stored and nothing sent: with `false` it is dropped, with `null` it waits in memory.
   */
  enabled?: boolean | null;
  /** Counts also where the browser sends Global Privacy Control or Do Not Track. Default `false`. */
  ignoreSignals?: boolean;
  /**
   * Counts by page, too: by what this makes of the path, or nothing for no page; `matchPages()` makes one of patterns. Default: not.
   * A path can be personal, and each page costs rows.
   */
  pages?: (path: string) => string | null | undefined;
  /**
   * Sees each ping before it is sent; what it returns is sent instead, and nothing if that is `null` or `false`, or if it
   * throws. Equal pings come as one with a count. Not for promises: it has to be done before the page is gone.
   */
  beforeSend?: (ping: Ping) => PingInput | null | false;
  /** Writes each warning to the console, not only the first of its kind. Default `false`. */
  debug?: boolean;
}

export const options: Options = {};
