-- +goose Up
-- Where somebody often is, on the map. The position is sealed with the detail it is of;
-- its cell, some 5 kilometres wide, is there as a keyed hash alone, so that what is found
-- leads to the places it may be near without any being opened.

ALTER TABLE contacts ADD COLUMN position BYTEA;                          -- sealed; none: NULL
ALTER TABLE contacts ADD COLUMN cell BYTEA;                              -- keyed: see internal/vault
ALTER TABLE contacts ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;        -- since when the position is kept
ALTER TABLE contacts ADD COLUMN routine_from TEXT NOT NULL DEFAULT '';   -- as dates are written
ALTER TABLE contacts ADD COLUMN routine_until TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;       -- what an early warning goes by
CREATE INDEX contacts_by_cell ON contacts (cell) WHERE cell IS NOT NULL;
CREATE INDEX contacts_by_change ON contacts (changed);

CREATE INDEX reports_found ON reports (latitude) WHERE kind = 'found-property';
