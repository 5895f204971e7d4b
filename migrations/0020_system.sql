-- +goose Up
-- How the system's own work went, what reviewers found out about refused tries at
-- contact details, and whose import it is. Times are microseconds since 1970, UTC.

CREATE TABLE jobs (
  name     TEXT PRIMARY KEY,
  ended    BIGINT NOT NULL,            -- the last time
  figure   BIGINT NOT NULL,            -- of the last time that went well: what it counts
  error    TEXT NOT NULL,              -- number of the last error in the log; empty: none
  failed   BIGINT NOT NULL             -- when that was; 0: never
);

CREATE TABLE vault_alerts_closed (
  agency    TEXT NOT NULL,
  account   TEXT NOT NULL,             -- whose tries
  reason    TEXT NOT NULL,
  day       TEXT NOT NULL,
  tries     BIGINT NOT NULL,           -- there were: more of them are to be reviewed again
  why       TEXT NOT NULL,
  closed_by TEXT NOT NULL,             -- account
  closed    BIGINT NOT NULL,
  PRIMARY KEY (agency, account, reason, day, tries)
);
CREATE INDEX vault_alerts_by_agency ON vault_alerts (agency, day);

ALTER TABLE imports ADD COLUMN account TEXT NOT NULL DEFAULT '';  -- that began it; empty: not known

CREATE INDEX glass_by_mention ON glass (mention);  -- what an erasure empties
