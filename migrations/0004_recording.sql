-- +goose Up
-- The recording audit: what a person decides about a pattern, who confirmed it,
-- and the random samples accuracy is measured on. Nothing here is ever changed:
-- a later row says more.

CREATE TABLE recording_decisions (
  id         TEXT PRIMARY KEY,
  pattern    TEXT NOT NULL,            -- its id when decided: a report, so it stays findable
  verdict    TEXT NOT NULL,            -- stalking, already-recorded, harassment-only, not-one-course, needs-enquiry
  classification TEXT NOT NULL,        -- what it should be recorded as, or empty
  reason     TEXT NOT NULL,
  reports    BIGINT NOT NULL,          -- in the pattern when decided
  decided_by TEXT NOT NULL,
  decided    BIGINT NOT NULL
);
CREATE INDEX recording_decisions_by_pattern ON recording_decisions (pattern, decided);

CREATE TABLE recording_answers (       -- the second person, or an undoing
  id        TEXT PRIMARY KEY,
  decision  TEXT NOT NULL REFERENCES recording_decisions (id),
  answer    TEXT NOT NULL,             -- confirmed, disagreed, undone
  reason    TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  answered  BIGINT NOT NULL
);
CREATE INDEX recording_answers_by_decision ON recording_answers (decision, answered);

CREATE TABLE audit_samples (
  id      TEXT PRIMARY KEY,
  seed    TEXT NOT NULL,
  size    BIGINT NOT NULL,
  filter  TEXT NOT NULL,               -- JSON: what it was drawn from
  drawn_from BIGINT NOT NULL,          -- how many there were
  drawn_by TEXT NOT NULL,
  drawn   BIGINT NOT NULL
);

CREATE TABLE audit_sample_patterns (
  sample  TEXT NOT NULL REFERENCES audit_samples (id),
  place   BIGINT NOT NULL,
  pattern TEXT NOT NULL,
  area    TEXT NOT NULL,               -- agency of the first report
  month   TEXT NOT NULL,               -- of the latest report, 2026-02
  recorded BIGINT NOT NULL,            -- 1 if stalking was recorded when drawn
  PRIMARY KEY (sample, place)
);
