-- +goose Up
-- Cases that go from one agency to another, and cases that turn out to be one or
-- two. What people write is sealed under the case's own key. Times are microseconds
-- since 1970, UTC.

ALTER TABLE cases ADD COLUMN stays TEXT NOT NULL DEFAULT ''; -- the case that this one is read as: itself, or the one it was merged into
UPDATE cases SET stays = id;
CREATE INDEX cases_by_stays ON cases (stays);

CREATE TABLE case_referrals (
  id          TEXT PRIMARY KEY,
  case_id     TEXT NOT NULL REFERENCES cases (id),
  wish        TEXT NOT NULL,           -- join: work on it; lead: take it over
  from_agency TEXT NOT NULL,
  to_agency   TEXT NOT NULL,
  basis       TEXT NOT NULL,
  why         BYTEA NOT NULL,          -- sealed
  safety      BYTEA NOT NULL,          -- sealed: what must be known before anybody acts
  account     TEXT NOT NULL,
  name        TEXT NOT NULL,
  sent        BIGINT NOT NULL,
  due         BIGINT NOT NULL          -- the end of that day
);
CREATE INDEX case_referrals_by_case ON case_referrals (case_id, sent);
CREATE INDEX case_referrals_by_to ON case_referrals (to_agency, due);
CREATE INDEX case_referrals_by_from ON case_referrals (from_agency, due);

CREATE TABLE case_referral_answers (     -- one for each referral, or none yet
  referral TEXT PRIMARY KEY REFERENCES case_referrals (id),
  answer   TEXT NOT NULL,              -- accepted, declined, taken back, returned
  code     TEXT NOT NULL,              -- why it was returned: parted, apart; or empty
  words    BYTEA NOT NULL,             -- sealed, or empty
  agency   TEXT NOT NULL,
  account  TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       BIGINT NOT NULL
);

CREATE TABLE case_joins (                -- two cases that became one, and one that became two
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,               -- merge, split
  stays   TEXT NOT NULL REFERENCES cases (id),
  other   TEXT NOT NULL REFERENCES cases (id), -- that was merged into it, or split from it
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX case_joins_by_stays ON case_joins (stays);
CREATE INDEX case_joins_by_other ON case_joins (other);

CREATE TABLE case_joins_undone (
  id      TEXT PRIMARY KEY REFERENCES case_joins (id),
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  at      BIGINT NOT NULL
);

CREATE TABLE case_series (               -- cases that belong together, each its own
  id      TEXT PRIMARY KEY,
  series  TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  account TEXT NOT NULL,
  since   BIGINT NOT NULL,
  until   BIGINT                       -- left
);
CREATE INDEX case_series_by_case ON case_series (case_id, until);
CREATE INDEX case_series_by_series ON case_series (series, until);

CREATE TABLE case_shadows (              -- whoever is hidden in the other has this one hidden, for good: it was written in about them
  case_id TEXT NOT NULL REFERENCES cases (id),
  other   TEXT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (case_id, other)
);
