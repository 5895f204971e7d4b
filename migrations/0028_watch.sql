-- +goose Up
-- The early warnings that stand in cases, for lists across cases. They are worked
-- out anew from what is known; a row that is cleared is kept. Times are microseconds
-- since 1970, UTC.

ALTER TABLE cases ADD COLUMN look BIGINT NOT NULL DEFAULT 0;  -- when to ask anew; 0: now
ALTER TABLE cases ADD COLUMN first BIGINT;                     -- the first of its warnings that stand; none: NULL
CREATE INDEX cases_by_look ON cases (closed, look);
CREATE INDEX cases_by_first ON cases (closed, first);
CREATE INDEX reports_by_taken_in ON reports (taken_in);

CREATE TABLE case_warnings (
  id       TEXT PRIMARY KEY,
  case_id  TEXT NOT NULL REFERENCES cases (id),
  rule     TEXT NOT NULL,
  which    TEXT NOT NULL,              -- a digest: tells apart several of one rule
  severity TEXT NOT NULL,
  level    BIGINT NOT NULL,
  raised   BIGINT NOT NULL,            -- when what raised it was known
  due      BIGINT NOT NULL,            -- 0: no deadline
  again    BIGINT NOT NULL,            -- 1: it was answered, and came back
  first    BIGINT NOT NULL,            -- to be shown before: see internal/watch
  found    BIGINT NOT NULL,            -- when Clew first said so
  cleared  BIGINT,
  why      TEXT NOT NULL               -- answered, gone, closed, merged; empty while it stands
);
CREATE INDEX case_warnings_by_case ON case_warnings (case_id, cleared, first);

CREATE TABLE watch_marks (             -- up to where new reports, decisions and pools were looked at
  name TEXT PRIMARY KEY,
  at   BIGINT NOT NULL
);

CREATE INDEX identity_decisions_by_program ON identity_decisions (reason) WHERE account = 'program';  -- reports that are kept apart
