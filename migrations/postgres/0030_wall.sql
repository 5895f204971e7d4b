-- +goose Up
-- A second wall behind the filters of queries (docs/decisions/0014): rows of agencies
-- outside what an actor may see are not there, even if a query forgets to leave them
-- out. Whoever connects says which they are to see (internal/db/wall.go); who says
-- nothing is refused, so that no backup lacks them and no job takes them for gone.
-- FORCE, because the program owns its tables. A superuser passes.

ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON reports USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]));

ALTER TABLE mentions ENABLE ROW LEVEL SECURITY;
ALTER TABLE mentions FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON mentions USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR (SELECT current_setting('clew.blind', true)) = '1' -- what is hidden is found by them
  OR holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]));

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON imports USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]));

ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON contacts USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]));

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON people USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR pool = (SELECT current_setting('clew.pool', true)));

ALTER TABLE patterns ENABLE ROW LEVEL SECURITY;
ALTER TABLE patterns FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON patterns USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR pool = (SELECT current_setting('clew.pool', true)));

ALTER TABLE views ENABLE ROW LEVEL SECURITY;
ALTER TABLE views FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON views USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR pool = (SELECT current_setting('clew.pool', true)));

ALTER TABLE audit_samples ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_samples FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON audit_samples USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR pool = (SELECT current_setting('clew.pool', true)));

ALTER TABLE rows_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE rows_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON rows_aside USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM imports i WHERE i.id = import));

-- Of a case, the agency that leads it decides, or the one that leads what it was merged
-- into. An agency may write in one that it does not see: that it sends back what it was
-- sent.
ALTER TABLE case_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON case_steps USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR (shared = 1 OR agency = (SELECT current_setting('clew.agency', true)))
  AND EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);

ALTER TABLE case_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON case_tasks USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
ALTER TABLE incidents FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON incidents USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);

ALTER TABLE incident_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE incident_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON incident_facts USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);

ALTER TABLE case_warnings ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_warnings FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON case_warnings USING (
  (SELECT current_setting('clew.holders')) = '*'
  OR EXISTS (SELECT 1 FROM cases f JOIN cases c ON c.id = f.stays WHERE f.id = case_id
    AND c.holder = ANY ((SELECT string_to_array(current_setting('clew.holders'), chr(31)))::text[]))) WITH CHECK (true);
