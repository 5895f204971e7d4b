-- +goose Up
-- Cases: one course of conduct by one person towards another, held together by
-- people of several agencies. What people write freely is sealed under the case's
-- own key. Times are microseconds since 1970, UTC.

CREATE TABLE cases (
  id       TEXT PRIMARY KEY,
  holder   TEXT NOT NULL REFERENCES agencies (id),  -- the lead agency
  victim   TEXT NOT NULL,              -- a mention
  stage    TEXT NOT NULL,
  apart    BIGINT NOT NULL,            -- 1: open to its team alone
  opened   BIGINT NOT NULL,
  closed   BIGINT,
  version  BIGINT NOT NULL
);
CREATE INDEX cases_by_holder ON cases (holder, closed, opened);
CREATE INDEX cases_by_victim ON cases (victim);

CREATE TABLE case_suspects (            -- none: nobody knows who it is
  case_id TEXT NOT NULL REFERENCES cases (id),
  mention TEXT NOT NULL,
  PRIMARY KEY (case_id, mention)
);
CREATE INDEX case_suspects_by_mention ON case_suspects (mention);

CREATE TABLE case_team (
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  account TEXT NOT NULL,
  leads   BIGINT NOT NULL,
  since   BIGINT NOT NULL,
  until   BIGINT                       -- left
);
CREATE INDEX case_team_by_case ON case_team (case_id, until);
CREATE INDEX case_team_by_account ON case_team (account, until);

CREATE TABLE case_tasks (               -- can be rewritten, and are erased by rewriting
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  what    TEXT NOT NULL,
  owner   TEXT NOT NULL,               -- account
  due     BIGINT NOT NULL,             -- the end of that day
  made_by TEXT NOT NULL,               -- account
  made    BIGINT NOT NULL,
  done    BIGINT,
  done_by TEXT NOT NULL,               -- account, or empty
  outcome TEXT NOT NULL
);
CREATE INDEX case_tasks_by_case ON case_tasks (case_id, done, due);
CREATE INDEX case_tasks_by_owner ON case_tasks (owner, done, due);

CREATE TABLE case_steps (               -- all that was done and written, in order
  id      TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  kind    TEXT NOT NULL,               -- opened, stage, note, closed …
  agency  TEXT NOT NULL,               -- of whoever did it
  shared  BIGINT NOT NULL,             -- 0: read by that agency alone
  about   TEXT NOT NULL,               -- a code: the stage, the basis of sharing, an account
  words   BYTEA NOT NULL,              -- sealed, or empty
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX case_steps_by_case ON case_steps (case_id, at);
