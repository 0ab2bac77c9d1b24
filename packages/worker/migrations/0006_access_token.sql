-- Keys that an admin has given out, and share links, which are keys for one view. Of the key itself only its SHA-256 is here. A key that
-- is revoked has no row.
CREATE TABLE access_token (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'counter', 'admin')),
  -- NULL: all sites.
  site TEXT,
  -- The one view that a share link shows, as the path and parameters of its page. NULL: no share link.
  view TEXT,
  made_at INTEGER NOT NULL,
  -- NULL: valid until it is revoked.
  ends_at INTEGER,
  -- The day it was used last.
  used_on TEXT
) STRICT;
