-- +goose Up
-- What a newer version of a record says otherwise, and a hold stops: it waits beside
-- the record until somebody senior decides, or the hold gives way. The rest of that
-- version was taken in. A change is ended once. Times are microseconds since 1970, UTC.

CREATE TABLE waiting_changes (
  id          TEXT PRIMARY KEY,
  report      TEXT NOT NULL REFERENCES reports (id), -- the version that counted when it came
  same_record TEXT NOT NULL,           -- what the versions of a record share: see reports
  holder      TEXT NOT NULL,
  import      TEXT NOT NULL,           -- empty when typed in
  fingerprint TEXT NOT NULL,           -- of the whole version, as it came
  step        TEXT NOT NULL,           -- classification, grade, closure
  said_code   TEXT NOT NULL,           -- as it came: an offence code, the column of a grade, or empty
  said        TEXT NOT NULL,           -- an offence, a grade, an outcome
  was_code    TEXT NOT NULL,           -- as it stands
  was         TEXT NOT NULL,
  since       BIGINT NOT NULL,         -- when a version first said so
  came        BIGINT NOT NULL,         -- when this one did
  ended       BIGINT,
  how         TEXT NOT NULL,           -- allowed, refused, cleared, replaced, erased; empty while it waits
  ended_by    TEXT NOT NULL,
  account     TEXT NOT NULL,           -- of ended_by
  reason      TEXT NOT NULL
);
CREATE INDEX waiting_changes_by_record ON waiting_changes (same_record);
CREATE INDEX waiting_changes_by_fingerprint ON waiting_changes (fingerprint);
CREATE INDEX waiting_changes_by_import ON waiting_changes (import);
CREATE INDEX waiting_changes_by_report ON waiting_changes (report);
CREATE INDEX waiting_changes_open ON waiting_changes (holder, came, id) WHERE ended IS NULL;

-- +goose StatementBegin
CREATE TRIGGER waiting_changes_are_ended_once BEFORE UPDATE ON waiting_changes WHEN NOT (
  OLD.ended IS NULL AND NEW.ended IS NOT NULL AND NEW.id = OLD.id AND NEW.report = OLD.report AND NEW.same_record = OLD.same_record AND NEW.holder = OLD.holder AND NEW.import = OLD.import
  AND NEW.fingerprint = OLD.fingerprint AND NEW.step = OLD.step AND NEW.said_code = OLD.said_code AND NEW.said = OLD.said AND NEW.was_code = OLD.was_code AND NEW.was = OLD.was AND NEW.since = OLD.since AND NEW.came = OLD.came
  OR NEW.id = OLD.id AND NEW.report = OLD.report AND NEW.ended IS NOT NULL AND NEW.said = '' AND NEW.said_code = '' AND NEW.was = '' AND NEW.was_code = '' AND NEW.reason = ''
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.report = OLD.report))
BEGIN SELECT RAISE(ABORT, 'waiting_changes is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER waiting_changes_are_not_removed BEFORE DELETE ON waiting_changes
BEGIN SELECT RAISE(ABORT, 'waiting_changes is append-only'); END;
-- +goose StatementEnd
