-- Of the counts that came with a page: how many of them on which page. A row here is a part of its row in `statistic`, which has
-- the sum over all pages and those without one. A table of its own, so that counts without pages cost nothing more, no row
-- needs to be moved, and the version before runs on it.
CREATE TABLE page_statistic (
  site TEXT NOT NULL,
  day TEXT NOT NULL,
  page TEXT NOT NULL,
  label TEXT NOT NULL,
  category TEXT NOT NULL,
  dom_id TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (site, day, page, label, category, dom_id)
) STRICT, WITHOUT ROWID;
