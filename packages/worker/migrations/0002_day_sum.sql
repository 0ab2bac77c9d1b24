-- The statistics of a day that has ended, summed up once, so that months can be looked at without reading every row of them.
-- kind 'day' (name ''), 'label' or 'category'. A day of a site has either all of its sums, or none while it may still change;
-- then its rows in `statistic` are summed when they are asked for.
CREATE TABLE day_sum (
  site TEXT NOT NULL,
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  name TEXT NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (site, kind, day, name)
) STRICT, WITHOUT ROWID;
