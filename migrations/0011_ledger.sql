-- +goose Up
-- Every act and every look. Times are microseconds since 1970, UTC.

CREATE TABLE ledger_head (
  id   BIGINT PRIMARY KEY,
  size BIGINT NOT NULL                 -- entries so far
);
INSERT INTO ledger_head (id, size) VALUES (1, 0);

CREATE TABLE ledger_entries (
  seq       BIGINT PRIMARY KEY,        -- from 0, without gaps
  at        BIGINT NOT NULL,
  account   TEXT NOT NULL,
  agency    TEXT NOT NULL,
  session   TEXT NOT NULL,
  purpose   TEXT NOT NULL,
  verb      TEXT NOT NULL,             -- of DPA 2018 s.62(1)
  action    TEXT NOT NULL,
  what      TEXT NOT NULL,
  subject   TEXT NOT NULL,
  fields    TEXT NOT NULL,             -- names, never values
  recipient TEXT NOT NULL,
  outcome   TEXT NOT NULL
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, seq);
CREATE INDEX ledger_entries_by_subject ON ledger_entries (what, subject, seq);
CREATE INDEX ledger_entries_by_agency ON ledger_entries (agency, seq);

CREATE TABLE ledger_about (
  person TEXT NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (person, seq)
);
