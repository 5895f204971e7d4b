-- +goose Up
-- By what incidents of different cases are tied: the number, name online, device,
-- vehicle, wording or way of doing it that the newest version of each shows. What it
-- is stands in the incident alone; here is a keyed hash of it and its kind, and the key
-- by which people who are reported with it are found. Rows are
-- rewritten with each version, and erased with what they are made of.

CREATE TABLE incident_ties (
  incident TEXT NOT NULL,
  version  TEXT NOT NULL,               -- the newest
  case_id  TEXT NOT NULL REFERENCES cases (id),
  kind     TEXT NOT NULL,
  hash     BYTEA NOT NULL,
  same     BIGINT NOT NULL,             -- of a number, a name online or a vehicle, the key of mention_keys; else 0
  since    BIGINT NOT NULL,             -- that the incident shows it
  PRIMARY KEY (incident, kind)
);
CREATE INDEX incident_ties_by_hash ON incident_ties (hash);
CREATE INDEX incident_ties_by_same ON incident_ties (same) WHERE same <> 0;
CREATE INDEX incident_ties_by_case ON incident_ties (case_id);
