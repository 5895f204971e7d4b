-- +goose Up
-- What agencies sent and wrote. Times are microseconds since 1970, UTC.

CREATE TABLE imports (
  id          TEXT PRIMARY KEY,
  file        TEXT NOT NULL,           -- its name, as uploaded
  fingerprint TEXT NOT NULL,           -- SHA-256 of its bytes
  state       TEXT NOT NULL,           -- waiting, reading, matching, done, failed, stopped
  mapping     TEXT NOT NULL,           -- JSON: their column to ours
  message     TEXT NOT NULL,           -- notices and, when it failed, why
  rows_read   BIGINT NOT NULL,
  kept        BIGINT NOT NULL,
  already     BIGINT NOT NULL,         -- held before, to the letter
  corrected   BIGINT NOT NULL,         -- kept, and newer than a report held before
  aside       BIGINT NOT NULL,
  begun_by    TEXT NOT NULL,
  begun       BIGINT NOT NULL,
  ended       BIGINT
);
CREATE INDEX imports_by_time ON imports (begun);

CREATE TABLE rows_aside (
  import TEXT NOT NULL REFERENCES imports (id),
  line   BIGINT NOT NULL,
  reason TEXT NOT NULL,
  cells  TEXT NOT NULL,                -- JSON: the row as it came
  PRIMARY KEY (import, line)
);

CREATE TABLE classifications (          -- every code and title ever used or considered
  id    TEXT PRIMARY KEY,              -- digest of the two
  code  TEXT NOT NULL,
  title TEXT NOT NULL,
  words TEXT NOT NULL                  -- both, in lower case: for search
);

CREATE TABLE reports (
  id            TEXT PRIMARY KEY,
  agency        TEXT NOT NULL,
  record        TEXT NOT NULL,         -- the agency's own reference
  reference     TEXT NOT NULL,         -- the same in capitals, letters and digits only: for search
  kind          TEXT NOT NULL,
  reported      BIGINT NOT NULL,
  happened      TEXT NOT NULL,         -- occurred_from and occurred_to in the forms of docs/formats.md
  happened_to   TEXT NOT NULL,
  offence_code  TEXT NOT NULL,
  offence       TEXT NOT NULL,
  classification TEXT NOT NULL,
  occurrences   BIGINT NOT NULL,
  relationship  TEXT NOT NULL,
  place         TEXT NOT NULL,
  latitude      DOUBLE PRECISION,
  longitude     DOUBLE PRECISION,
  narrative     TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  victim        TEXT NOT NULL,         -- JSON: the party as written
  suspect       TEXT NOT NULL,
  extra         TEXT NOT NULL,         -- JSON: columns Clew has no meaning for
  fingerprint   TEXT NOT NULL,
  same_record   TEXT NOT NULL,         -- digest of agency, reference and the pair: what a correction shares
  replaced_by   TEXT NOT NULL,         -- the newer report, or empty
  import        TEXT NOT NULL,         -- empty when typed in
  line          BIGINT NOT NULL,
  taken_in_by   TEXT NOT NULL,
  taken_in      BIGINT NOT NULL
);
CREATE UNIQUE INDEX reports_are_held_once ON reports (fingerprint);
CREATE INDEX reports_by_reference ON reports (reference);
CREATE INDEX reports_by_record ON reports (same_record);
CREATE INDEX reports_by_classification ON reports (classification, reported);
CREATE INDEX reports_by_time ON reports (reported);
