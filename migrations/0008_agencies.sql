-- +goose Up
-- The agencies of a partnership.

CREATE TABLE agencies (
  id      TEXT PRIMARY KEY,            -- the code reports carry: police:11
  name    TEXT NOT NULL,
  kind    TEXT NOT NULL,               -- police, cps, advocacy, nhs, probation, council, school, pcc, independent
  joined  BIGINT NOT NULL,
  parted  BIGINT,                      -- left the partnership
  version BIGINT NOT NULL
);
