-- +goose Up
-- Who may do what. Times are microseconds since 1970, UTC; an end that is not yet
-- known is the largest number there is.

CREATE TABLE grants (                   -- a role somebody has
  id       TEXT PRIMARY KEY,
  account  TEXT NOT NULL,
  role     TEXT NOT NULL,
  since    BIGINT NOT NULL,
  until    BIGINT NOT NULL,
  given_by TEXT NOT NULL,
  ended_by TEXT NOT NULL
);
CREATE INDEX grants_by_account ON grants (account, role);

CREATE TABLE teams (                    -- people who work together: a unit, a station, a case's team
  id      TEXT PRIMARY KEY,
  agency  TEXT NOT NULL REFERENCES agencies (id),
  name    TEXT NOT NULL,
  under   TEXT NOT NULL,               -- the team it is part of, or empty
  ended   BIGINT
);
CREATE INDEX teams_by_agency ON teams (agency);

CREATE TABLE team_members (
  team    TEXT NOT NULL REFERENCES teams (id),
  account TEXT NOT NULL,
  leads   BIGINT NOT NULL,             -- 1: the others' line manager
  since   BIGINT NOT NULL,
  until   BIGINT NOT NULL,
  PRIMARY KEY (team, account, since)
);
CREATE INDEX team_members_by_account ON team_members (account);

CREATE TABLE agreements (               -- information-sharing agreements
  id        TEXT PRIMARY KEY,
  title     TEXT NOT NULL,
  basis     TEXT NOT NULL,             -- the lawful basis, in words
  since     BIGINT NOT NULL,
  review    BIGINT NOT NULL,
  until     BIGINT NOT NULL,
  made_by   TEXT NOT NULL,
  made      BIGINT NOT NULL,
  withdrawn BIGINT,
  withdrawn_by TEXT NOT NULL,
  why       TEXT NOT NULL              -- it was withdrawn
);

CREATE TABLE agreement_parties (
  agreement TEXT NOT NULL REFERENCES agreements (id),
  agency    TEXT NOT NULL REFERENCES agencies (id),
  PRIMARY KEY (agreement, agency)
);
CREATE INDEX agreement_parties_by_agency ON agreement_parties (agency);

CREATE TABLE locks (                    -- conflicts of interest
  id      TEXT PRIMARY KEY,
  set_by  TEXT NOT NULL,               -- accounts
  since   BIGINT NOT NULL,
  reason  TEXT NOT NULL,
  lifted  BIGINT,
  asked_by TEXT NOT NULL,              -- that it be lifted; empty: nobody
  asked_for TEXT NOT NULL,             -- the agency of that account
  lifted_by TEXT NOT NULL              -- the second, of another agency
);

CREATE TABLE lock_mentions (            -- whom it hides: every report, pattern and page of theirs
  lock    TEXT NOT NULL REFERENCES locks (id),
  mention TEXT NOT NULL,
  PRIMARY KEY (lock, mention)
);

CREATE TABLE lock_accounts (            -- from whom
  lock    TEXT NOT NULL REFERENCES locks (id),
  account TEXT NOT NULL,
  PRIMARY KEY (lock, account)
);
CREATE INDEX lock_accounts_by_account ON lock_accounts (account);

CREATE TABLE lock_teams (               -- and from which teams, whoever is in them
  lock TEXT NOT NULL REFERENCES locks (id),
  team TEXT NOT NULL REFERENCES teams (id),
  PRIMARY KEY (lock, team)
);
CREATE INDEX lock_teams_by_team ON lock_teams (team);
