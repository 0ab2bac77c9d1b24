-- What was counted: one row per site, day, label, category and DOM id.
CREATE TABLE statistic (
  site TEXT NOT NULL,
  day TEXT NOT NULL,
  label TEXT NOT NULL,
  category TEXT NOT NULL,
  dom_id TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (site, day, label, category, dom_id)
) STRICT, WITHOUT ROWID;

-- For heat maps: a page asks for its DOM ids. Rows without one cost no index entry.
CREATE INDEX statistic_by_dom_id ON statistic (site, dom_id, day) WHERE dom_id <> '';

-- How far each DayCounter's journal is in `statistic`: the watermark is the last journal row counted there.
CREATE TABLE flush (
  source TEXT PRIMARY KEY,
  object TEXT NOT NULL,
  day TEXT NOT NULL,
  watermark INTEGER NOT NULL,
  flushed_at INTEGER,
  closed_at INTEGER
) STRICT, WITHOUT ROWID;

-- The cron asks for the few open objects every two minutes; closed ones pile up by the day.
CREATE INDEX flush_open ON flush (day) WHERE closed_at IS NULL;
