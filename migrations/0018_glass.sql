-- +goose Up
-- Agreements that let agencies know no more than that the other may know somebody
-- (signposts), and the opening of another agency's safety summary in an emergency.

ALTER TABLE agreements ADD COLUMN level TEXT NOT NULL DEFAULT 'together';  -- or signpost

CREATE TABLE glass (
  id       TEXT PRIMARY KEY,
  account  TEXT NOT NULL,
  agency   TEXT NOT NULL,              -- of the account
  holder   TEXT NOT NULL,              -- whose summary
  mention  TEXT NOT NULL,              -- of the account's own agency: who it is about
  cause    TEXT NOT NULL,              -- one of a few codes
  reason   TEXT NOT NULL,
  opened   BIGINT NOT NULL,
  shuts    BIGINT NOT NULL,
  verdict  TEXT NOT NULL,              -- justified, unjustified; empty: not reviewed
  review   TEXT NOT NULL,              -- why
  reviewed_by TEXT NOT NULL,
  reviewed BIGINT
);
CREATE INDEX glass_by_agency ON glass (agency, verdict, opened);
CREATE INDEX glass_by_holder ON glass (holder, opened);
CREATE INDEX glass_by_account ON glass (account, mention, holder, shuts);
