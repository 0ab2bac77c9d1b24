-- What happened on a day, such as a deployment: charts show it. Site '' is shown for every site.
CREATE TABLE annotation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  day TEXT NOT NULL,
  site TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (day, site, text)
) STRICT;

-- What the hourly cron watches. Site '': all sites together; label '': all labels together. `state` is JSON: what is true of each label now.
CREATE TABLE rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  label TEXT NOT NULL,
  number INTEGER NOT NULL,
  -- The dashboard's address, as whoever made the rule used it: messages link there.
  home TEXT NOT NULL,
  state TEXT NOT NULL
) STRICT;

-- Messages to the webhook. One is written in the transaction that changes its rule's state, and tried until it is answered.
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it is tried next, ms since epoch. NULL: it was answered, or given up.
  next_at INTEGER,
  -- What became of the latest try.
  outcome TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX message_waiting ON message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX message_made ON message (made_at);
