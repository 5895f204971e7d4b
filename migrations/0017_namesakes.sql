-- +goose Up
-- The names of people who sign in, as reports are looked through for them: two words
-- of a name, each by the group of names it is a form of.

CREATE TABLE staff_names (
  pair    TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (pair, account)
);
