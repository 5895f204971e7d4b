-- +goose Up
-- What decisions consider is counted on the pages of classifications.

CREATE INDEX recording_decisions_by_classification ON recording_decisions (classification);
