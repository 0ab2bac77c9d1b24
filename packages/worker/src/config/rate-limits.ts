interface RateLimitPolicy {
  /** Requests of one address in a window. */
  quota: number;
  windowSeconds: number;
}

/**
 * The limits of wrangler.toml, which a Worker cannot read there: `read` and `ping` are RATE_LIMIT, each counted for itself, `guess` is
 * LOGIN_LIMIT. For headers alone: the bindings decide. Who changes one changes both, and a test compares them.
 */
export const RATE_LIMITS = {
  ping: { quota: 1_000, windowSeconds: 60 },
  read: { quota: 1_000, windowSeconds: 60 },
  guess: { quota: 10, windowSeconds: 60 },
} satisfies Record<string, RateLimitPolicy>;

export type LimitName = keyof typeof RATE_LIMITS;
