-- Heat maps that were opened from the dashboard and have asked for their counts: so the dashboard can say where a page has no tag. An hour
-- later a row is deleted.
CREATE TABLE heatmap_opening (
  id TEXT PRIMARY KEY,
  -- Ms since 1970.
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
