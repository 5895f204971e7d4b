-- +goose Up
-- No version of an incident is changed or lost. An erasure empties its features, and
-- says of its suspect what the case does.

-- +goose StatementBegin
CREATE TRIGGER incidents_are_not_changed BEFORE UPDATE OF
  id, incident, number, case_id, kind, happened, ranked, codes, said, agency, basis, account, name, at, paste
  ON incidents
BEGIN SELECT RAISE(ABORT, 'incidents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER incidents_are_only_emptied BEFORE UPDATE OF features ON incidents WHEN NEW.features <> ''
BEGIN SELECT RAISE(ABORT, 'incidents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER incidents_are_not_removed BEFORE DELETE ON incidents
BEGIN SELECT RAISE(ABORT, 'incidents is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER incident_facts_are_not_changed BEFORE UPDATE ON incident_facts
BEGIN SELECT RAISE(ABORT, 'incident_facts is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER incident_facts_are_not_removed BEFORE DELETE ON incident_facts
BEGIN SELECT RAISE(ABORT, 'incident_facts is append-only'); END;
-- +goose StatementEnd
