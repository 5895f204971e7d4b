-- +goose Up
-- Files put with a case. What a file is called, what was said about it and the key of
-- its content are sealed under the key of the case; the content lies beside them in
-- chunks, sealed under that key of its own. Times are microseconds since 1970, UTC.

CREATE TABLE documents (
  id        TEXT PRIMARY KEY,
  case_id   TEXT NOT NULL REFERENCES cases (id),
  incident  TEXT NOT NULL,             -- that it belongs to, or empty
  agency    TEXT NOT NULL,             -- of whoever put it in
  basis     TEXT NOT NULL,             -- of sharing; empty: that agency's own
  size      BIGINT NOT NULL,           -- bytes in the clear
  type      TEXT NOT NULL,             -- found from the bytes: image/jpeg
  said      BYTEA NOT NULL,            -- sealed JSON: name, words, SHA-256, key; empty: taken back, or erased
  digest    BYTEA NOT NULL,            -- keyed hash of case and content, to know it again; emptied with said
  account   TEXT NOT NULL,
  name      TEXT NOT NULL,             -- of whoever put it in
  at        BIGINT NOT NULL,
  gone      BIGINT,                    -- when it was taken back
  gone_name TEXT NOT NULL,             -- by whom
  why       BYTEA NOT NULL             -- it was taken back: sealed
);
CREATE INDEX documents_by_case ON documents (case_id, at, id);
CREATE INDEX documents_by_incident ON documents (incident);

CREATE TABLE document_chunks (          -- can be removed, with what they are of
  document TEXT NOT NULL,
  number   BIGINT NOT NULL,            -- 0: the first
  sealed   BYTEA NOT NULL,
  PRIMARY KEY (document, number)
);

CREATE TABLE document_uploads (         -- files of which not all is there yet
  document TEXT PRIMARY KEY,
  begun    BIGINT NOT NULL
);

-- What was put with a case is not changed. It may be shared, once; and taken back, once,
-- which empties it, as an erasure does.

-- +goose StatementBegin
CREATE TRIGGER documents_are_not_changed BEFORE UPDATE OF
  id, case_id, incident, agency, size, type, account, name, at
  ON documents
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER documents_stay_shared BEFORE UPDATE OF basis ON documents WHEN OLD.basis <> ''
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER documents_are_only_emptied BEFORE UPDATE OF said, digest ON documents WHEN length(NEW.said) > 0 OR length(NEW.digest) > 0
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER documents_are_taken_back_once BEFORE UPDATE OF gone, gone_name ON documents WHEN OLD.gone IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER documents_say_why_once BEFORE UPDATE OF why ON documents WHEN OLD.gone IS NOT NULL AND length(NEW.why) > 0
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER documents_are_not_removed BEFORE DELETE ON documents
BEGIN SELECT RAISE(ABORT, 'documents is append-only'); END;
-- +goose StatementEnd
