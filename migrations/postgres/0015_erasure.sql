-- +goose Up
-- How long reports are kept, what keeps them longer, and how they are erased. Of a
-- report that is erased a row stays, so that counts by agency, time and
-- classification stay; what could tell whom it was about is made empty, once, and
-- only beside a row of erasures that says why. Times are microseconds since 1970, UTC.

ALTER TABLE reports ADD COLUMN erased BIGINT;
CREATE INDEX reports_by_holder ON reports (holder, reported, id) WHERE erased IS NULL;
CREATE INDEX lock_mentions_by_mention ON lock_mentions (mention);

CREATE TABLE retention_schedules (      -- the newest in force of the nearest scope counts
  id      TEXT PRIMARY KEY,
  scope   TEXT NOT NULL,               -- an agency, a kind of agency, or empty: everybody
  kind    TEXT NOT NULL,               -- of report, or empty: any
  class   TEXT NOT NULL,               -- stalking, other
  years   BIGINT NOT NULL,             -- without anybody in it coming to notice; 0: keep
  since   BIGINT NOT NULL,             -- in force from
  source  TEXT NOT NULL,
  sure    TEXT NOT NULL,               -- sourced, from memory, decided
  set_by  TEXT NOT NULL,
  noted   BIGINT NOT NULL
);
CREATE INDEX retention_schedules_by_scope ON retention_schedules (scope, since);

CREATE TABLE holds (                    -- legal holds
  id        TEXT PRIMARY KEY,
  agency    TEXT NOT NULL REFERENCES agencies (id),
  what      TEXT NOT NULL,             -- report, person
  reason    TEXT NOT NULL,
  owner     TEXT NOT NULL,             -- account
  owner_name TEXT NOT NULL,
  since     BIGINT NOT NULL,
  review    BIGINT NOT NULL,
  lifted    BIGINT,
  lifted_by TEXT NOT NULL,
  why       TEXT NOT NULL              -- it was lifted
);
CREATE INDEX holds_by_agency ON holds (agency, review);

CREATE TABLE hold_reports (
  report TEXT NOT NULL,
  hold   TEXT NOT NULL REFERENCES holds (id),
  PRIMARY KEY (report, hold)
);
CREATE INDEX hold_reports_by_hold ON hold_reports (hold);

CREATE TABLE hold_mentions (            -- whom it is on: whoever they are held to be
  mention TEXT NOT NULL,
  hold    TEXT NOT NULL REFERENCES holds (id),
  PRIMARY KEY (mention, hold)
);
CREATE INDEX hold_mentions_by_hold ON hold_mentions (hold);

CREATE TABLE disposals (                -- proposed
  id          TEXT PRIMARY KEY,
  agency      TEXT NOT NULL REFERENCES agencies (id),
  ground      TEXT NOT NULL,           -- schedule, request
  reason      TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  account     TEXT NOT NULL,
  proposed    BIGINT NOT NULL
);
CREATE INDEX disposals_by_agency ON disposals (agency, proposed);

CREATE TABLE disposal_reports (
  disposal TEXT NOT NULL REFERENCES disposals (id),
  report   TEXT NOT NULL REFERENCES reports (id),
  schedule TEXT NOT NULL,              -- by which it was due, or empty
  PRIMARY KEY (disposal, report)
);
CREATE INDEX disposal_reports_by_report ON disposal_reports (report);

CREATE TABLE disposal_answers (         -- of the second person
  disposal    TEXT PRIMARY KEY REFERENCES disposals (id),
  answer      TEXT NOT NULL,           -- yes, no
  reason      TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  account     TEXT NOT NULL,
  answered    BIGINT NOT NULL
);

CREATE TABLE disposal_kept (            -- what could not be erased after all
  disposal TEXT NOT NULL REFERENCES disposals (id),
  report   TEXT NOT NULL REFERENCES reports (id),
  why      TEXT NOT NULL,
  PRIMARY KEY (disposal, report)
);
CREATE INDEX disposal_kept_by_report ON disposal_kept (report);

CREATE TABLE erasures (
  report   TEXT PRIMARY KEY REFERENCES reports (id),
  disposal TEXT NOT NULL REFERENCES disposals (id),
  digest   TEXT NOT NULL,              -- of what was erased
  erased   BIGINT NOT NULL
);
CREATE INDEX erasures_by_disposal ON erasures (disposal);

CREATE TABLE erased_reasons (           -- decisions and answers whose words went with a report
  id     TEXT PRIMARY KEY,
  report TEXT NOT NULL REFERENCES erasures (report)
);
CREATE INDEX erased_reasons_by_report ON erased_reasons (report);

ALTER TABLE audit_sample_patterns ADD COLUMN verdict TEXT; -- that two people held, when its last report was erased

CREATE TABLE certificates (
  disposal TEXT PRIMARY KEY REFERENCES disposals (id),
  text     TEXT NOT NULL,              -- JSON
  issued   BIGINT NOT NULL
);

-- A condition with a query in it stands in a function: WHEN takes none.

DROP TRIGGER reports_are_not_changed ON reports;
CREATE TRIGGER reports_are_not_changed BEFORE UPDATE OF
  id, agency, kind, reported, happened, happened_to, offence_code, offence, classification, occurrences, import, line, taken_in_by, taken_in, holder
  ON reports FOR EACH ROW EXECUTE FUNCTION append_only();
-- +goose StatementBegin
CREATE FUNCTION erased_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (OLD.erased IS NULL AND NEW.record = '' AND NEW.reference = '' AND NEW.relationship = '' AND NEW.place = '' AND NEW.narrative = '' AND NEW.outcome = '' AND NEW.victim = '{}' AND NEW.suspect = '{}' AND NEW.extra = 'null' AND NEW.latitude IS NULL AND NEW.longitude IS NULL AND NEW.fingerprint = OLD.id AND NEW.same_record = OLD.id AND NEW.erased IS NOT NULL
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.report = OLD.id)) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER reports_are_erased_whole BEFORE UPDATE OF
  record, reference, relationship, place, narrative, outcome, victim, suspect, extra, latitude, longitude, fingerprint, same_record, erased
  ON reports FOR EACH ROW EXECUTE FUNCTION erased_whole();

DROP TRIGGER identity_decisions_are_not_changed ON identity_decisions;
-- +goose StatementBegin
CREATE FUNCTION identity_decisions_words_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (NEW.reason IN ('', OLD.reason) AND NEW.id = OLD.id AND NEW.a = OLD.a AND NEW.b = OLD.b AND NEW.same = OLD.same AND NEW.decided_by = OLD.decided_by AND NEW.account = OLD.account AND NEW.decided = OLD.decided
  AND EXISTS (SELECT 1 FROM erased_reasons w WHERE w.id = OLD.id)) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER identity_decisions_are_not_changed BEFORE UPDATE OR DELETE ON identity_decisions FOR EACH ROW EXECUTE FUNCTION identity_decisions_words_erased();

DROP TRIGGER identity_undone_is_not_changed ON identity_undone;
-- +goose StatementBegin
CREATE FUNCTION identity_undone_words_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (NEW.reason IN ('', OLD.reason) AND NEW.decision = OLD.decision AND NEW.undone_by = OLD.undone_by AND NEW.undone = OLD.undone
  AND EXISTS (SELECT 1 FROM erased_reasons w WHERE w.id = 'undone:' || OLD.decision)) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER identity_undone_is_not_changed BEFORE UPDATE OR DELETE ON identity_undone FOR EACH ROW EXECUTE FUNCTION identity_undone_words_erased();

DROP TRIGGER recording_decisions_are_not_changed ON recording_decisions;
-- +goose StatementBegin
CREATE FUNCTION recording_decisions_words_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (NEW.reason IN ('', OLD.reason) AND NEW.id = OLD.id AND NEW.verdict = OLD.verdict AND NEW.classification = OLD.classification AND NEW.reports = OLD.reports AND NEW.decided_by = OLD.decided_by AND NEW.account = OLD.account AND NEW.decided = OLD.decided
  AND EXISTS (SELECT 1 FROM erased_reasons w WHERE w.id = OLD.id)
  AND (NEW.pattern = OLD.pattern OR EXISTS (SELECT 1 FROM erasures e WHERE e.report = OLD.pattern))) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER recording_decisions_are_not_changed BEFORE UPDATE OR DELETE ON recording_decisions FOR EACH ROW EXECUTE FUNCTION recording_decisions_words_erased();

DROP TRIGGER recording_answers_are_not_changed ON recording_answers;
-- +goose StatementBegin
CREATE FUNCTION recording_answers_words_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (NEW.reason IN ('', OLD.reason) AND NEW.id = OLD.id AND NEW.decision = OLD.decision AND NEW.answer = OLD.answer AND NEW.answered_by = OLD.answered_by AND NEW.account = OLD.account AND NEW.answered = OLD.answered
  AND EXISTS (SELECT 1 FROM erased_reasons w WHERE w.id = OLD.id)) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER recording_answers_are_not_changed BEFORE UPDATE OR DELETE ON recording_answers FOR EACH ROW EXECUTE FUNCTION recording_answers_words_erased();

DROP TRIGGER audit_sample_patterns_are_not_changed ON audit_sample_patterns;
-- +goose StatementBegin
CREATE FUNCTION audit_sample_patterns_report_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  IF NOT (NEW.sample = OLD.sample AND NEW.place = OLD.place AND NEW.area = OLD.area AND NEW.month = OLD.month AND NEW.recorded = OLD.recorded
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.report = OLD.pattern)) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_sample_patterns_are_not_changed BEFORE UPDATE OR DELETE ON audit_sample_patterns FOR EACH ROW EXECUTE FUNCTION audit_sample_patterns_report_erased();

CREATE TRIGGER retention_schedules_are_not_changed BEFORE UPDATE OR DELETE ON retention_schedules FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER retention_schedules_are_not_emptied BEFORE TRUNCATE ON retention_schedules EXECUTE FUNCTION append_only();
CREATE TRIGGER disposals_are_not_changed BEFORE UPDATE OR DELETE ON disposals FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER disposals_are_not_emptied BEFORE TRUNCATE ON disposals EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_reports_are_not_changed BEFORE UPDATE OR DELETE ON disposal_reports FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_reports_are_not_emptied BEFORE TRUNCATE ON disposal_reports EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_answers_are_not_changed BEFORE UPDATE OR DELETE ON disposal_answers FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_answers_are_not_emptied BEFORE TRUNCATE ON disposal_answers EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_kept_is_not_changed BEFORE UPDATE OR DELETE ON disposal_kept FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER disposal_kept_is_not_emptied BEFORE TRUNCATE ON disposal_kept EXECUTE FUNCTION append_only();
CREATE TRIGGER erasures_are_not_changed BEFORE UPDATE OR DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER erasures_are_not_emptied BEFORE TRUNCATE ON erasures EXECUTE FUNCTION append_only();
CREATE TRIGGER erased_reasons_are_not_changed BEFORE UPDATE OR DELETE ON erased_reasons FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER erased_reasons_are_not_emptied BEFORE TRUNCATE ON erased_reasons EXECUTE FUNCTION append_only();
CREATE TRIGGER certificates_are_not_changed BEFORE UPDATE OR DELETE ON certificates FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER certificates_are_not_emptied BEFORE TRUNCATE ON certificates EXECUTE FUNCTION append_only();
