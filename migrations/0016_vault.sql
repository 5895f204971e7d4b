-- +goose Up
-- Contact details that must not reach whoever is feared. What they are is sealed;
-- these rows can be rewritten, and are erased by rewriting. Times are microseconds
-- since 1970, UTC.

CREATE TABLE contacts (
  id          TEXT PRIMARY KEY,
  person      TEXT NOT NULL,           -- a mention
  holder      TEXT NOT NULL,           -- the agency that keeps it
  shared      BIGINT NOT NULL,         -- 1: the police of the holder's pool may reveal it too
  kind        TEXT NOT NULL,
  value       BYTEA NOT NULL,          -- sealed
  note        BYTEA NOT NULL,          -- sealed: how it is safe to use
  hash        BYTEA NOT NULL,          -- keyed: equal values of a kind are equal here
  known       TEXT NOT NULL,           -- to the suspect: no, yes, unsure
  known_since TEXT NOT NULL,           -- as dates are written, or empty
  kept_by     TEXT NOT NULL,           -- account
  kept_name   TEXT NOT NULL,
  kept        BIGINT NOT NULL,
  ended       BIGINT                   -- no longer right
);
CREATE INDEX contacts_by_person ON contacts (person);

CREATE TABLE vault_reveals (
  id      TEXT PRIMARY KEY,
  contact TEXT NOT NULL,
  person  TEXT NOT NULL,               -- as the mentions were held then: the smallest of them
  account TEXT NOT NULL,
  session TEXT NOT NULL,
  purpose TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX vault_reveals_by_account ON vault_reveals (account, at);

CREATE TABLE vault_alerts (             -- tries that were refused, for whoever watches over misuse
  account TEXT NOT NULL,
  agency  TEXT NOT NULL,
  contact TEXT NOT NULL,
  reason  TEXT NOT NULL,
  day     TEXT NOT NULL,               -- 2026-02-03, UTC
  tries   BIGINT NOT NULL,
  latest  BIGINT NOT NULL,
  PRIMARY KEY (account, agency, contact, reason, day)
);
