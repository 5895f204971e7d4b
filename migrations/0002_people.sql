-- +goose Up
-- Who reports speak of. A mention is one party of one report; a person is the
-- mentions held to be one, and is known by the smallest id among them.

CREATE TABLE mentions (
  id          TEXT PRIMARY KEY,        -- the report's id and v (victim) or s (suspect)
  report      TEXT NOT NULL REFERENCES reports (id),
  person      TEXT NOT NULL,
  probability DOUBLE PRECISION NOT NULL,
  name        TEXT NOT NULL,           -- as written
  born        TEXT NOT NULL,           -- as written
  prepared    BYTEA NOT NULL           -- match.Prepared
);
CREATE INDEX mentions_by_person ON mentions (person);
CREATE INDEX mentions_by_report ON mentions (report);

CREATE TABLE mention_keys (
  key     BIGINT NOT NULL,             -- a hash that mentions of one person are likely to share
  mention TEXT NOT NULL,
  PRIMARY KEY (key, mention)
);

CREATE TABLE search_terms (             -- words of names; numbers are found by mention_keys
  term    TEXT NOT NULL,               -- n:smith spelling, s:SM0 sound, r:N123 reference
  mention TEXT NOT NULL,
  PRIMARY KEY (term, mention)
);

CREATE TABLE people (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,              -- the fullest written
  born     TEXT NOT NULL,              -- as written, or empty
  as_victim BIGINT NOT NULL,           -- reports
  as_suspect BIGINT NOT NULL
);

CREATE TABLE identity_decisions (
  id        TEXT PRIMARY KEY,
  a         TEXT NOT NULL,             -- mentions
  b         TEXT NOT NULL,
  same      BIGINT NOT NULL,           -- 1 one person, 0 two people
  reason    TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided   BIGINT NOT NULL
);
CREATE INDEX identity_decisions_by_a ON identity_decisions (a);
CREATE INDEX identity_decisions_by_b ON identity_decisions (b);

CREATE TABLE identity_undone (
  decision  TEXT PRIMARY KEY REFERENCES identity_decisions (id),
  reason    TEXT NOT NULL,
  undone_by TEXT NOT NULL,
  undone    BIGINT NOT NULL
);

CREATE TABLE match_models (
  id      TEXT PRIMARY KEY,            -- 'current'
  trained BIGINT NOT NULL,
  model   TEXT NOT NULL                -- JSON, as match.Model saves it
);
