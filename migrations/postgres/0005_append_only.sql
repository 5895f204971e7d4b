-- +goose Up
-- What was said, and by whom, is never changed and never removed: a later row
-- says more. Of a report, only that a correction has replaced it is noted, once.

-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
-- +goose StatementEnd

CREATE TRIGGER reports_are_not_changed BEFORE UPDATE OF
  id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification,
  occurrences, relationship, place, latitude, longitude, narrative, outcome, victim, suspect, extra, fingerprint,
  same_record, import, line, taken_in_by, taken_in
  ON reports FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER reports_are_replaced_once BEFORE UPDATE OF replaced_by ON reports FOR EACH ROW WHEN (OLD.replaced_by <> '') EXECUTE FUNCTION append_only();
CREATE TRIGGER reports_are_not_removed BEFORE DELETE ON reports FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER reports_are_not_emptied BEFORE TRUNCATE ON reports EXECUTE FUNCTION append_only();

CREATE TRIGGER identity_decisions_are_not_changed BEFORE UPDATE OR DELETE ON identity_decisions FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_decisions_are_not_emptied BEFORE TRUNCATE ON identity_decisions EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_undone_is_not_changed BEFORE UPDATE OR DELETE ON identity_undone FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_undone_is_not_emptied BEFORE TRUNCATE ON identity_undone EXECUTE FUNCTION append_only();
CREATE TRIGGER recording_decisions_are_not_changed BEFORE UPDATE OR DELETE ON recording_decisions FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER recording_decisions_are_not_emptied BEFORE TRUNCATE ON recording_decisions EXECUTE FUNCTION append_only();
CREATE TRIGGER recording_answers_are_not_changed BEFORE UPDATE OR DELETE ON recording_answers FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER recording_answers_are_not_emptied BEFORE TRUNCATE ON recording_answers EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_samples_are_not_changed BEFORE UPDATE OR DELETE ON audit_samples FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_samples_are_not_emptied BEFORE TRUNCATE ON audit_samples EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_sample_patterns_are_not_changed BEFORE UPDATE OR DELETE ON audit_sample_patterns FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_sample_patterns_are_not_emptied BEFORE TRUNCATE ON audit_sample_patterns EXECUTE FUNCTION append_only();
