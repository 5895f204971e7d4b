-- +goose Up
-- What was sent, answered, merged and undone is never changed.

CREATE TRIGGER case_referrals_are_not_changed BEFORE UPDATE OR DELETE ON case_referrals FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER case_referrals_are_not_emptied BEFORE TRUNCATE ON case_referrals EXECUTE FUNCTION append_only();
CREATE TRIGGER case_referral_answers_are_not_changed BEFORE UPDATE OR DELETE ON case_referral_answers FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER case_referral_answers_are_not_emptied BEFORE TRUNCATE ON case_referral_answers EXECUTE FUNCTION append_only();
CREATE TRIGGER case_joins_are_not_changed BEFORE UPDATE OR DELETE ON case_joins FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER case_joins_are_not_emptied BEFORE TRUNCATE ON case_joins EXECUTE FUNCTION append_only();
CREATE TRIGGER case_joins_undone_is_not_changed BEFORE UPDATE OR DELETE ON case_joins_undone FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER case_joins_undone_is_not_emptied BEFORE TRUNCATE ON case_joins_undone EXECUTE FUNCTION append_only();
