-- +goose Up
-- Of a step that says what the victim and a suspect are to each other: which suspect.
-- The step is never changed; this is, when a mention is erased.

CREATE TABLE case_relations (
  step    TEXT PRIMARY KEY REFERENCES case_steps (id),
  suspect TEXT NOT NULL                -- a mention; empty: erased
);
CREATE INDEX case_relations_by_suspect ON case_relations (suspect);
