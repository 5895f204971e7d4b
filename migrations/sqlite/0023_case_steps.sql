-- +goose Up
-- What was done in a case is never changed.

-- +goose StatementBegin
CREATE TRIGGER case_steps_are_not_changed BEFORE UPDATE ON case_steps
BEGIN SELECT RAISE(ABORT, 'case_steps is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_steps_are_not_removed BEFORE DELETE ON case_steps
BEGIN SELECT RAISE(ABORT, 'case_steps is append-only'); END;
-- +goose StatementEnd
