-- What flushes of an object wrote here: changed statistics, and the watermark. For the health page; it goes with the watermark,
-- so it costs no row of its own.
ALTER TABLE flush ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
