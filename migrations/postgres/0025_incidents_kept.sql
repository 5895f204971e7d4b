-- +goose Up
-- No version of an incident is changed or lost. An erasure empties its features, and
-- says of its suspect what the case does.

CREATE TRIGGER incidents_are_not_changed BEFORE UPDATE OF
  id, incident, number, case_id, kind, happened, ranked, codes, said, agency, basis, account, name, at, paste
  ON incidents FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER incidents_are_only_emptied BEFORE UPDATE OF features ON incidents FOR EACH ROW WHEN (NEW.features <> '') EXECUTE FUNCTION append_only();
CREATE TRIGGER incidents_are_not_removed BEFORE DELETE ON incidents FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER incidents_are_not_emptied BEFORE TRUNCATE ON incidents EXECUTE FUNCTION append_only();
CREATE TRIGGER incident_facts_are_not_changed BEFORE UPDATE OR DELETE ON incident_facts FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER incident_facts_are_not_emptied BEFORE TRUNCATE ON incident_facts EXECUTE FUNCTION append_only();
