-- +goose Up
-- What each report says of its pair, and the patterns that pairs make. A pattern
-- is known by the smallest id among its reports. Everything here can be made
-- again from reports, identity decisions and the model.

CREATE TABLE accounts (                 -- reports that name both a victim and a suspect
  report  TEXT PRIMARY KEY REFERENCES reports (id),
  victim  TEXT NOT NULL,               -- people
  suspect TEXT NOT NULL,
  says    TEXT NOT NULL                -- JSON: what the narrative says happened
);
CREATE INDEX accounts_by_pair ON accounts (victim, suspect);
CREATE INDEX accounts_by_suspect ON accounts (suspect, victim);

CREATE TABLE patterns (
  id           TEXT PRIMARY KEY,       -- the smallest report
  victim       TEXT NOT NULL,          -- people
  suspect      TEXT NOT NULL,
  victim_name  TEXT NOT NULL,
  suspect_name TEXT NOT NULL,
  finding      TEXT NOT NULL,
  pressing     TEXT NOT NULL,          -- sorts the most pressing first
  reports      BIGINT NOT NULL,
  occasions    BIGINT NOT NULL,
  agencies     BIGINT NOT NULL,
  began        BIGINT NOT NULL,
  latest       BIGINT NOT NULL,
  relationship TEXT NOT NULL,
  escalates    BIGINT NOT NULL,
  grave        BIGINT NOT NULL,        -- fear of violence or a threat is recorded
  counter      BIGINT NOT NULL,        -- reports the other way round
  others       BIGINT NOT NULL,        -- other people who report this suspect
  recorded_as  TEXT NOT NULL,          -- in words
  why          TEXT NOT NULL           -- the reasons, a line each
);
CREATE INDEX patterns_by_pressing ON patterns (pressing);
CREATE INDEX patterns_by_finding ON patterns (finding, pressing);
CREATE INDEX patterns_by_latest ON patterns (latest);
CREATE INDEX patterns_by_victim ON patterns (victim, suspect);
CREATE INDEX patterns_by_suspect ON patterns (suspect);

CREATE TABLE pattern_agencies (
  agency  TEXT NOT NULL,
  pattern TEXT NOT NULL,
  PRIMARY KEY (agency, pattern)
);
CREATE INDEX pattern_agencies_by_pattern ON pattern_agencies (pattern);

CREATE TABLE views (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  query    TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  saved    BIGINT NOT NULL
);

CREATE TABLE tallies (                 -- counts too slow to take on every page
  name  TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
