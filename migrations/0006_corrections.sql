-- +goose Up
-- Few reports are ever corrected: those that are can be found without reading the rest.

CREATE INDEX reports_replaced ON reports (replaced_by) WHERE replaced_by <> '';
