-- +goose Up
-- What a partnership adds to the tables of the law, or puts right in them. Days are
-- dates (2027-03-27), not moments.

CREATE TABLE law_rows (
  id      TEXT PRIMARY KEY,
  subject TEXT NOT NULL,              -- which table
  row_key TEXT NOT NULL,
  cells   TEXT NOT NULL,              -- JSON, in the order of the columns
  begins  TEXT NOT NULL,
  ends    TEXT NOT NULL,              -- empty: open
  source  TEXT NOT NULL,
  sure    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  account TEXT NOT NULL,
  agency  TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made    BIGINT NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER law_rows_are_not_changed BEFORE UPDATE ON law_rows
BEGIN SELECT RAISE(ABORT, 'law_rows is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER law_rows_are_not_removed BEFORE DELETE ON law_rows
BEGIN SELECT RAISE(ABORT, 'law_rows is append-only'); END;
-- +goose StatementEnd
