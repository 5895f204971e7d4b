-- +goose Up
-- What was said, and by whom, is never changed and never removed: a later row
-- says more. Of a report, only that a correction has replaced it is noted, once.
-- (REPLACE removes rows without a word unless recursive_triggers is on.)

-- +goose StatementBegin
CREATE TRIGGER reports_are_not_changed BEFORE UPDATE OF
  id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification,
  occurrences, relationship, place, latitude, longitude, narrative, outcome, victim, suspect, extra, fingerprint,
  same_record, import, line, taken_in_by, taken_in ON reports
BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reports_are_replaced_once BEFORE UPDATE OF replaced_by ON reports WHEN OLD.replaced_by <> ''
BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reports_are_not_removed BEFORE DELETE ON reports
BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER identity_decisions_are_not_changed BEFORE UPDATE ON identity_decisions
BEGIN SELECT RAISE(ABORT, 'identity_decisions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER identity_decisions_are_not_removed BEFORE DELETE ON identity_decisions
BEGIN SELECT RAISE(ABORT, 'identity_decisions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER identity_undone_is_not_changed BEFORE UPDATE ON identity_undone
BEGIN SELECT RAISE(ABORT, 'identity_undone is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER identity_undone_is_not_removed BEFORE DELETE ON identity_undone
BEGIN SELECT RAISE(ABORT, 'identity_undone is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER recording_decisions_are_not_changed BEFORE UPDATE ON recording_decisions
BEGIN SELECT RAISE(ABORT, 'recording_decisions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER recording_decisions_are_not_removed BEFORE DELETE ON recording_decisions
BEGIN SELECT RAISE(ABORT, 'recording_decisions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER recording_answers_are_not_changed BEFORE UPDATE ON recording_answers
BEGIN SELECT RAISE(ABORT, 'recording_answers is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER recording_answers_are_not_removed BEFORE DELETE ON recording_answers
BEGIN SELECT RAISE(ABORT, 'recording_answers is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_samples_are_not_changed BEFORE UPDATE ON audit_samples
BEGIN SELECT RAISE(ABORT, 'audit_samples is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_samples_are_not_removed BEFORE DELETE ON audit_samples
BEGIN SELECT RAISE(ABORT, 'audit_samples is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_sample_patterns_are_not_changed BEFORE UPDATE ON audit_sample_patterns
BEGIN SELECT RAISE(ABORT, 'audit_sample_patterns is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_sample_patterns_are_not_removed BEFORE DELETE ON audit_sample_patterns
BEGIN SELECT RAISE(ABORT, 'audit_sample_patterns is append-only'); END;
-- +goose StatementEnd
