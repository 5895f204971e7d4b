-- +goose Up
-- People who sign in. Times are microseconds since 1970, UTC. What opens an account
-- is kept as a digest, or sealed: a copy of these tables opens none.
-- (The table accounts holds what reports say of a pair.)

CREATE TABLE account_holders (
  id        TEXT PRIMARY KEY,
  agency    TEXT NOT NULL REFERENCES agencies (id),
  name      TEXT NOT NULL,             -- as colleagues know them
  name_key  TEXT NOT NULL,             -- lower case, for search
  sign_in   TEXT NOT NULL,             -- what they type to sign in, lower case
  state     TEXT NOT NULL,             -- invited, active, ended
  password  TEXT NOT NULL,             -- Argon2id, or empty
  code      TEXT NOT NULL,             -- secret of the one-time code, sealed, or empty
  code_step BIGINT NOT NULL,           -- the last code used: none is used twice
  made      BIGINT NOT NULL,
  ended     BIGINT,
  ended_by  TEXT NOT NULL,
  version   BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_holders_by_sign_in ON account_holders (sign_in);
CREATE INDEX account_holders_by_agency ON account_holders (agency, name_key, id);

CREATE TABLE recovery_codes (
  account TEXT NOT NULL REFERENCES account_holders (id),
  digest  TEXT NOT NULL,
  used    BIGINT,
  PRIMARY KEY (account, digest)
);

CREATE TABLE passkeys (
  id      TEXT PRIMARY KEY,            -- the credential's own, base64
  account TEXT NOT NULL REFERENCES account_holders (id),
  name    TEXT NOT NULL,
  public  TEXT NOT NULL,               -- the credential as JSON; nothing in it is secret
  made    BIGINT NOT NULL,
  used    BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account);

CREATE TABLE identities (               -- who an account is to a provider of single sign-on
  issuer    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  account   TEXT NOT NULL REFERENCES account_holders (id),
  linked    BIGINT NOT NULL,
  linked_by TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_account ON identities (account);

CREATE TABLE sessions (
  id      TEXT PRIMARY KEY,
  token   TEXT NOT NULL,               -- SHA-256 of what the cookie holds
  account TEXT NOT NULL REFERENCES account_holders (id),
  began   BIGINT NOT NULL,
  seen    BIGINT NOT NULL,             -- to the minute
  proved  BIGINT NOT NULL,             -- when they last proved who they are
  how     TEXT NOT NULL,               -- passkey, password, single sign-on, demo
  browser TEXT NOT NULL,               -- in words: Firefox on Windows
  purpose TEXT NOT NULL,
  ended   BIGINT
);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token);
CREATE INDEX sessions_by_account ON sessions (account, ended);

CREATE TABLE browsers (                 -- that somebody has signed in with: not slowed by the failures of others
  digest  TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account_holders (id),
  made    BIGINT NOT NULL,
  PRIMARY KEY (digest, account)
);

CREATE TABLE invitations (
  id       TEXT PRIMARY KEY,
  token    TEXT NOT NULL,              -- SHA-256 of what the link holds
  account  TEXT NOT NULL,              -- whom it lets in; empty: it sets Clew up
  roles    TEXT NOT NULL,              -- given once it is taken up, with spaces between
  made     BIGINT NOT NULL,
  made_by  TEXT NOT NULL,
  until    BIGINT NOT NULL,
  opened   BIGINT,
  taken    BIGINT
);
CREATE UNIQUE INDEX invitations_by_token ON invitations (token);
CREATE INDEX invitations_by_account ON invitations (account);

CREATE TABLE spent (                    -- tickets of one use that were used
  ticket TEXT PRIMARY KEY,
  until  BIGINT NOT NULL
);
CREATE INDEX spent_until ON spent (until);
