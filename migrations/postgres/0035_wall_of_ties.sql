-- +goose Up
-- The wall of 0030 before incident_ties, as before incidents.

ALTER TABLE incident_ties ENABLE ROW LEVEL SECURITY;
ALTER TABLE incident_ties FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON incident_ties USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);
