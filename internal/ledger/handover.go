package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"

	"clew/internal/db"
)

// Rotate hands the log over to a new key: a checkpoint that names both, signed by
// both. The new key is then in the file of the old, which is gone. Programs that are
// running write nothing more until they are started again.
func (l *Log) Rotate(ctx context.Context) (verifier string, err error) {
	old := l.current()
	next, err := newKey(old.Name()) // the name is the log's, and stays
	if err != nil {
		return "", err
	}
	waiting := l.path + ".new"
	if err := writeKey(waiting, next); err != nil {
		return "", err
	}
	err = l.db.WriteAlone(ctx, func(tx *db.Tx) error {
		if err := Note(ctx, tx, Entry{Account: "program", Verb: Alteration, Purpose: "maintain", Action: "change the ledger’s key", What: "key", On: next.Verifier, Outcome: Done}); err != nil {
			return err
		}
		h, err := headOf(ctx, tx)
		if err != nil {
			return err
		}
		return l.sign(ctx, tx, h, old, next)
	})
	if err != nil {
		// It may have been kept all the same, with only the answer lost.
		var h head
		if read := l.db.Read(ctx, func(v *db.View) (err error) { h, err = headOf(ctx, v); return err }); read == nil {
			if _, signed := next.opens(h.checkpoint); signed != nil {
				return "", errors.Join(err, os.Remove(waiting))
			}
		}
		return "", err
	}
	if err := os.Rename(waiting, l.path); err != nil {
		return "", fmt.Errorf("put the ledger's new key in place: %w", err)
	}
	l.mu.Lock()
	l.key = next
	l.mu.Unlock()
	return next.Verifier, nil
}

// Handovers are the checkpoints by which a log went from one key to the next, in
// order.
func Handovers(ctx context.Context, q db.Querier) ([]string, error) {
	all, err := db.All(ctx, q, db.Text, `SELECT note FROM ledger_checkpoints WHERE note LIKE $1 ORDER BY number`, "%\nnew-key %")
	if err != nil {
		return nil, fmt.Errorf("read handovers of the ledger: %w", err)
	}
	return all, nil
}
