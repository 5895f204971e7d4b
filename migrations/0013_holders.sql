-- +goose Up
-- Which agency holds a report: the one that took it in. Agencies that have agreed
-- to read their reports together are a pool; who is who, and what patterns there
-- are, is worked out for each pool by itself.

ALTER TABLE reports ADD COLUMN holder TEXT NOT NULL DEFAULT '';
DROP INDEX reports_are_held_once;
CREATE UNIQUE INDEX reports_are_held_once ON reports (fingerprint, holder);
ALTER TABLE mentions ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN pool TEXT NOT NULL DEFAULT '';
CREATE INDEX people_by_pool ON people (pool);
ALTER TABLE patterns ADD COLUMN pool TEXT NOT NULL DEFAULT '';
DROP INDEX patterns_by_pressing;
DROP INDEX patterns_by_finding;
DROP INDEX patterns_by_latest;
CREATE INDEX patterns_by_pressing ON patterns (pool, pressing);
CREATE INDEX patterns_by_finding ON patterns (pool, finding, pressing);
CREATE INDEX patterns_by_latest ON patterns (pool, latest);
ALTER TABLE imports ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE views ADD COLUMN pool TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_samples ADD COLUMN pool TEXT NOT NULL DEFAULT '';

-- Who decided, beside the name they were known by: names change, and two people
-- may bear one.
ALTER TABLE identity_decisions ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE recording_decisions ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE recording_answers ADD COLUMN account TEXT NOT NULL DEFAULT '';

DROP TABLE tallies;                     -- nothing read them

-- Counting what was recorded as one classification never reads the reports.
DROP INDEX reports_by_classification;
CREATE INDEX reports_by_classification ON reports (classification, reported, holder);
