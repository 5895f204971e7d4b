-- +goose Up
-- Every act and every look, what they are leaves of, and what was signed over
-- them (docs/design/ledger.md). Times are microseconds since 1970, UTC.
-- Written twice for the triggers and for bytes.

CREATE TABLE ledger_head (
  id         BIGINT PRIMARY KEY CHECK (id = 1),
  size       BIGINT NOT NULL,          -- entries so far
  checkpoint TEXT NOT NULL             -- the newest; empty before the first
);
INSERT INTO ledger_head (id, size, checkpoint) VALUES (1, 0, '');

CREATE TABLE ledger_entries (
  seq        BIGINT PRIMARY KEY,       -- from 0, without gaps
  at         BIGINT NOT NULL,
  account    TEXT NOT NULL,
  agency     TEXT NOT NULL,
  session    TEXT NOT NULL,
  purpose    TEXT NOT NULL,
  verb       TEXT NOT NULL,            -- of DPA 2018 s.62(1)
  action     TEXT NOT NULL,
  what       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  fields     TEXT NOT NULL,            -- names, never values
  recipient  TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  salt       BLOB NOT NULL,            -- 32 random bytes
  commitment BLOB NOT NULL             -- HMAC-SHA256 of all the rest, by the salt
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, seq);
CREATE INDEX ledger_entries_by_subject ON ledger_entries (what, subject, seq);
CREATE INDEX ledger_entries_by_agency ON ledger_entries (agency, seq);

CREATE TABLE ledger_about (             -- whom an entry is about
  person TEXT NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (person, seq)
);
CREATE INDEX ledger_about_by_entry ON ledger_about (seq);

CREATE TABLE ledger_tiles (             -- the tree, 256 hashes of 32 bytes in a tile
  level  BIGINT NOT NULL,
  place  BIGINT NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, place)
);

CREATE TABLE ledger_checkpoints (       -- those kept for good
  number BIGINT PRIMARY KEY,           -- from 1, without gaps
  size   BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  note   TEXT NOT NULL
);
CREATE INDEX ledger_checkpoints_by_size ON ledger_checkpoints (size);

CREATE TABLE ledger_witnesses (
  name     TEXT PRIMARY KEY,
  verifier TEXT NOT NULL,              -- of its cosignatures
  token    TEXT NOT NULL,              -- the SHA-256 of what it shows
  since    BIGINT NOT NULL
);

CREATE TABLE ledger_cosignatures (
  number  BIGINT PRIMARY KEY,          -- from 1, without gaps
  size    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  witness TEXT NOT NULL REFERENCES ledger_witnesses (name),
  note    TEXT NOT NULL                -- the checkpoint with both signatures
);
CREATE INDEX ledger_cosignatures_by_size ON ledger_cosignatures (size);

-- REPLACE removes rows without a word unless recursive_triggers is on: what is
-- there already is refused by itself, too.

-- +goose StatementBegin
CREATE TRIGGER ledger_head_does_not_shrink BEFORE UPDATE ON ledger_head WHEN NEW.id <> OLD.id OR NEW.size < OLD.size OR NEW.checkpoint = '' AND OLD.checkpoint <> ''
BEGIN SELECT RAISE(ABORT, 'ledger_head is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_head_is_not_removed BEFORE DELETE ON ledger_head
BEGIN SELECT RAISE(ABORT, 'ledger_head is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_are_not_changed BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_are_not_removed BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_are_not_replaced BEFORE INSERT ON ledger_entries WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_about_is_not_changed BEFORE UPDATE ON ledger_about
BEGIN SELECT RAISE(ABORT, 'ledger_about is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_about_is_not_removed BEFORE DELETE ON ledger_about
BEGIN SELECT RAISE(ABORT, 'ledger_about is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_tiles_only_grow BEFORE UPDATE ON ledger_tiles
WHEN NEW.level <> OLD.level OR NEW.place <> OLD.place OR length(NEW.hashes) < length(OLD.hashes) OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
BEGIN SELECT RAISE(ABORT, 'ledger_tiles is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_tiles_are_not_removed BEFORE DELETE ON ledger_tiles
BEGIN SELECT RAISE(ABORT, 'ledger_tiles is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoints_are_not_changed BEFORE UPDATE ON ledger_checkpoints
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoints_are_not_removed BEFORE DELETE ON ledger_checkpoints
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_checkpoints_are_not_replaced BEFORE INSERT ON ledger_checkpoints WHEN EXISTS (SELECT 1 FROM ledger_checkpoints WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_cosignatures_are_not_changed BEFORE UPDATE ON ledger_cosignatures
BEGIN SELECT RAISE(ABORT, 'ledger_cosignatures is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_cosignatures_are_not_removed BEFORE DELETE ON ledger_cosignatures
BEGIN SELECT RAISE(ABORT, 'ledger_cosignatures is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_cosignatures_are_not_replaced BEFORE INSERT ON ledger_cosignatures WHEN EXISTS (SELECT 1 FROM ledger_cosignatures WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'ledger_cosignatures is append-only'); END;
-- +goose StatementEnd
