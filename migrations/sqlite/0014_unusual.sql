-- +goose Up
-- Looking that is unlike that of colleagues, and what a reviewer found out about it.
-- Both are kept for good. Times are microseconds since 1970, UTC.

CREATE TABLE unusual_looking (
  id         TEXT PRIMARY KEY,
  agency     TEXT NOT NULL REFERENCES agencies (id),
  account    TEXT NOT NULL,            -- who looked
  kind       TEXT NOT NULL,            -- flood, stray, drip, self, kin
  person     TEXT NOT NULL,            -- at whom; empty of a flood and a stray
  first_seen BIGINT NOT NULL,          -- days
  last_seen  BIGINT NOT NULL,
  seen       BIGINT NOT NULL,          -- people, or days
  usual      BIGINT NOT NULL,          -- of colleagues
  found      BIGINT NOT NULL
);
CREATE INDEX unusual_looking_by_agency ON unusual_looking (agency, found);
CREATE INDEX unusual_looking_by_account ON unusual_looking (account, kind, person);

CREATE TABLE unusual_closed (
  item      TEXT PRIMARY KEY REFERENCES unusual_looking (id),
  why       TEXT NOT NULL,
  closed_by TEXT NOT NULL,             -- account
  closed    BIGINT NOT NULL
);

-- The ledger by time, what was refused, and what one entry is about.
CREATE INDEX ledger_entries_by_time ON ledger_entries (agency, at, seq);
CREATE INDEX ledger_entries_refused ON ledger_entries (agency, at, seq) WHERE outcome <> 'done';
CREATE INDEX ledger_about_by_seq ON ledger_about (seq);

-- +goose StatementBegin
CREATE TRIGGER unusual_looking_is_not_changed BEFORE UPDATE ON unusual_looking
BEGIN SELECT RAISE(ABORT, 'unusual_looking is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER unusual_looking_is_not_removed BEFORE DELETE ON unusual_looking
BEGIN SELECT RAISE(ABORT, 'unusual_looking is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER unusual_closed_is_not_changed BEFORE UPDATE ON unusual_closed
BEGIN SELECT RAISE(ABORT, 'unusual_closed is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER unusual_closed_is_not_removed BEFORE DELETE ON unusual_closed
BEGIN SELECT RAISE(ABORT, 'unusual_closed is append-only'); END;
-- +goose StatementEnd
