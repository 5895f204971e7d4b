package ledger

import (
	"context"
	"errors"

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
	return l.sign(ctx, tx, h, l.current(), nil)
}
