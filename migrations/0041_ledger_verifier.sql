-- +goose Up

-- The key that the newest checkpoint is signed by, so that it is known when its file is lost.
ALTER TABLE ledger_head ADD COLUMN verifier TEXT NOT NULL DEFAULT '';

-- Where one key hands over to the next: few among many, asked for with each cosignature.
CREATE INDEX ledger_handovers ON ledger_checkpoints (number) WHERE note LIKE '%
new-key %';
