-- +goose Up
-- What was done in a case is never changed.

CREATE TRIGGER case_steps_are_not_changed BEFORE UPDATE OR DELETE ON case_steps FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER case_steps_are_not_emptied BEFORE TRUNCATE ON case_steps EXECUTE FUNCTION append_only();
