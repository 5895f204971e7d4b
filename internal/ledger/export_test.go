package ledger

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/note"

	"clew/internal/db"
)

// Forge writes another history in place of a log's, as who has both the database
// and the key can: every commitment, tile, checkpoint and signature is made anew.
func (l *Log) Forge(ctx context.Context, tx *db.Tx, alter func([]Kept) []Kept) error {
	var all []Kept
	if err := entriesIn(ctx, tx, 0, 1<<40, func(k *stored) error { all = append(all, k.Kept); return nil }); err != nil {
		return err
	}
	all = alter(all)
	var err error
	for _, table := range []string{"ledger_entries", "ledger_about", "ledger_tiles", "ledger_checkpoints", "ledger_cosignatures"} {
		err = errors.Join(err, tx.Exec(ctx, `DELETE FROM `+table))
	}
	if err = errors.Join(err, tx.Exec(ctx, `UPDATE ledger_head SET checkpoint = '', size = $1`, len(all))); err != nil {
		return err
	}
	var rows, about [][]any
	for i := range all {
		k := &all[i]
		k.Seq = int64(i)
		k.settle()
		rows = append(rows, []any{k.Seq, k.At, k.Account, k.Agency, k.Session, k.Purpose, k.Verb, k.Action, k.What, k.On, k.Fields, k.Recipient, k.Outcome, k.Salt, k.Commitment()})
		for _, who := range k.About {
			about = append(about, []any{who, k.Seq})
		}
	}
	if err := tx.Insert(ctx, "ledger_entries", []string{"seq", "at", "account", "agency", "session", "purpose", "verb", "action", "what", "subject", "fields", "recipient", "outcome", "salt", "commitment"}, rows); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "ledger_about", []string{"person", "seq"}, about); err != nil {
		return err
	}
	h, err := headOf(ctx, tx)
	if err != nil {
		return err
	}
	return (&Log{path: l.path}).sign(ctx, tx, h, l.current(), nil)
}

// HandedOtherwise is a handover with other words in it, signed by keys.
func HandedOtherwise(signed string, alter func(*Checkpoint), by ...*Key) (string, error) {
	c, err := unopened(signed)
	if err != nil {
		return "", err
	}
	alter(&c)
	var signers []note.Signer
	for _, k := range by {
		signers = append(signers, k.signer)
	}
	again, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	return string(again), err
}

// Last is the newest checkpoint.
func Last(ctx context.Context, d *db.DB) (signed string, err error) {
	err = d.Read(ctx, func(v *db.View) error { signed, err = Newest(ctx, v); return err })
	return signed, err
}

// EndAt drops what came after a checkpoint, as who has the database can.
func EndAt(ctx context.Context, d *db.DB, signed string) error {
	c, err := unopened(signed)
	if err != nil {
		return err
	}
	return d.WriteAlone(ctx, func(tx *db.Tx) error {
		err := errors.Join(tx.Exec(ctx, `UPDATE ledger_head SET checkpoint = $1, size = $2`, signed, c.Size), tx.Exec(ctx, `DELETE FROM ledger_tiles`))
		for _, q := range []string{`DELETE FROM ledger_about WHERE seq >= $1`, `DELETE FROM ledger_entries WHERE seq >= $1`, `DELETE FROM ledger_checkpoints WHERE size > $1`, `DELETE FROM ledger_cosignatures WHERE size > $1`} {
			err = errors.Join(err, tx.Exec(ctx, q, c.Size))
		}
		if err != nil {
			return err
		}
		t := newTree()
		_, err = extend(ctx, tx, t, c.Size)
		return err
	})
}
