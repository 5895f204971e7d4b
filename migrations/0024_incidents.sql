-- +goose Up
-- Incidents of a case, kept by hand. An incident is one row for each version: a
-- correction is another row, and none is changed, but that an erasure empties what
-- could tell whom it was about. What people write freely is sealed under the key of
-- the case. Times are microseconds since 1970, UTC.

CREATE TABLE incidents (
  id         TEXT PRIMARY KEY,         -- of the version
  incident   TEXT NOT NULL,            -- id of its first version
  number     BIGINT NOT NULL,          -- 1: the first version
  case_id    TEXT NOT NULL REFERENCES cases (id),
  kind       TEXT NOT NULL,
  suspect    TEXT NOT NULL,            -- a mention; empty: not known who; erased
  happened   TEXT NOT NULL,            -- as dates are written; of a series, the first and the last time, / between
  ranked     BIGINT NOT NULL,          -- lists are ordered by it: when it happened, or for want of a date its place among those without
  codes      TEXT NOT NULL,            -- times;behaviours;acts;channel;place: ~4 is about four times, a comma between several
  features   TEXT NOT NULL,            -- JSON by kind: number, handle, device, wording, method; erased: empty
  said       BYTEA NOT NULL,           -- sealed: what happened, where, how often, why the version before was wrong
  agency     TEXT NOT NULL,            -- of whoever wrote it
  basis      TEXT NOT NULL,            -- of sharing; empty: that agency's own
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,
  at         BIGINT NOT NULL,          -- when this version was written
  paste      TEXT NOT NULL,            -- of a diary, with which it came; else empty
  UNIQUE (incident, number)
);
CREATE INDEX incidents_by_case ON incidents (case_id, ranked, id);
CREATE INDEX incidents_by_suspect ON incidents (suspect);

CREATE TABLE incident_facts (           -- of one incident: who came to know of it, and what it did to the victim
  id         TEXT PRIMARY KEY,
  incident   TEXT NOT NULL,
  case_id    TEXT NOT NULL REFERENCES cases (id),
  kind       TEXT NOT NULL,            -- known, impact
  moment     TEXT NOT NULL,            -- when, as dates are written
  who        TEXT NOT NULL,            -- known: the agency; else empty
  fear       BIGINT NOT NULL,          -- impact: 0 not asked, 1 none, 2 alarm, 3 distress, 4 of violence
  impact     TEXT NOT NULL,            -- codes, a comma between several
  said       BYTEA NOT NULL,           -- sealed, or empty
  replaces   TEXT NOT NULL,            -- a fact that was wrong, or empty
  agency     TEXT NOT NULL,
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX incident_facts_by_case ON incident_facts (case_id, incident);
