export const ROLES = ["viewer", "counter", "admin"] as const;

/** What the holder of a token may do: read; send as a server that is trusted; everything. */
export type Role = (typeof ROLES)[number];

/** Who sends a request, as far as it has a right. */
export interface Caller {
  role: Role;
  /** The one site it is for; absent: all. */
  site?: string | undefined;
  /** The one view that may be seen: that of a share link. */
  view?: string | undefined;
  /** The access token's id; absent for `ADMIN_TOKEN` and Cloudflare Access. */
  tokenId?: string;
  /** When the right ends, ms since 1970, if it does. */
  endsAt?: number | undefined;
}

/** A token that was given out, without the token itself. */
export interface AccessToken {
  id: string;
  name: string;
  role: Role;
  /** Null: all sites. */
  site: string | null;
  /** Null where it is no share link. */
  view: string | null;
  /** Ms since 1970. */
  madeAt: number;
  /** Ms since 1970; null: valid until it is revoked. */
  endsAt: number | null;
  /** The day of its last use. */
  usedOn: string | null;
}
