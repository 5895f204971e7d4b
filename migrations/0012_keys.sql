-- +goose Up
-- The keys that sealed columns are under: one for each person, case or account.
-- Each is wrapped by a master key that is not in the database. Times are
-- microseconds since 1970, UTC.

CREATE TABLE keys (
  id        TEXT PRIMARY KEY,
  subject   TEXT NOT NULL,             -- whom or what it is for
  wrapped   BYTEA NOT NULL,            -- empty once it is destroyed
  master    TEXT NOT NULL,             -- fingerprint of the master key it is wrapped by
  made      BIGINT NOT NULL,
  destroyed BIGINT                     -- the row stays: what was sealed is gone for good
);
CREATE UNIQUE INDEX keys_by_subject ON keys (subject);
CREATE INDEX keys_by_master ON keys (master);
