/** The bindings and settings of wrangler.toml. Settings are text; `readConfig` makes them typed. */
export interface Env {
  DB: D1Database;
  DAY_COUNTER: DurableObjectNamespace;
  /** The built scripts and the demo page. */
  ASSETS?: Fetcher;
  /** Limit how often one address may send and read, and send wrong tokens. */
  RATE_LIMIT?: RateLimit;
  LOGIN_LIMIT?: RateLimit;
  ADMIN_TOKEN?: string;
  ADMIN_TOKEN_NEXT?: string;
  WEBHOOK_URL?: string;
  WEBHOOK_SECRET?: string;
  PLAN?: string;
  ACCESS_TEAM_DOMAIN?: string;
  ACCESS_AUD?: string;
  SITES?: string;
  BASE_PATH?: string;
  TIME_ZONE?: string;
  SHARDS?: string;
  MAX_LABELS_PER_DAY?: string;
  COMMIT_WINDOW_MS?: string;
  LABELS?: string;
  COUNT_BOTS?: string;
  RETENTION_DAYS?: string;
  PUBLIC_STATS?: string;
  LOCATION_HINT?: string;
  JURISDICTION?: string;
  DEVELOPMENT?: string;
}
