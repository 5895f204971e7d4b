-- +goose Up
-- What was sent, answered, merged and undone is never changed.

-- +goose StatementBegin
CREATE TRIGGER case_referrals_are_not_changed BEFORE UPDATE ON case_referrals
BEGIN SELECT RAISE(ABORT, 'case_referrals is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_referrals_are_not_removed BEFORE DELETE ON case_referrals
BEGIN SELECT RAISE(ABORT, 'case_referrals is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_referral_answers_are_not_changed BEFORE UPDATE ON case_referral_answers
BEGIN SELECT RAISE(ABORT, 'case_referral_answers is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_referral_answers_are_not_removed BEFORE DELETE ON case_referral_answers
BEGIN SELECT RAISE(ABORT, 'case_referral_answers is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_joins_are_not_changed BEFORE UPDATE ON case_joins
BEGIN SELECT RAISE(ABORT, 'case_joins is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_joins_are_not_removed BEFORE DELETE ON case_joins
BEGIN SELECT RAISE(ABORT, 'case_joins is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_joins_undone_is_not_changed BEFORE UPDATE ON case_joins_undone
BEGIN SELECT RAISE(ABORT, 'case_joins_undone is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_joins_undone_is_not_removed BEFORE DELETE ON case_joins_undone
BEGIN SELECT RAISE(ABORT, 'case_joins_undone is append-only'); END;
-- +goose StatementEnd
