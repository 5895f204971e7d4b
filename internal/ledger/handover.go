package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"clew/internal/db"
	"clew/internal/fault"
)

// Rotate hands the log over to a new key: a checkpoint that names both, signed by
// both. The new key is then in the file of the old, which is gone. Programs that are
// running write nothing more until they are started again.
func (l *Log) Rotate(ctx context.Context) (verifier string, err error) {
	return l.next(ctx, l.current(), "change the ledger’s key")
}

// Replace gives a log whose key is lost a new one, put where the program looks for it.
// The tree goes on, and what the lost key signed last is kept, so that no entry before
// can be changed; but anybody who has the database can do as much. So it is plain to
// all: nobody who trusts the lost key believes the new one until they are told it, and
// no witness does until a person says so. lost is the lost key's verifier, where the
// database does not have it. It is refused when the key is there.
func Replace(ctx context.Context, d *db.DB, keyFile, lost string) (verifier string, err error) {
	l := &Log{db: d, path: keyFile}
	var h head
	if err := d.Read(ctx, func(v *db.View) (err error) { h, err = headOf(ctx, v); return err }); err != nil {
		return "", err
	}
	bad := func(why string, a ...any) (string, error) { return "", fault.Bad("ledger-key", fmt.Sprintf(why, a...)) }
	if h.checkpoint == "" {
		return bad("This ledger is empty: the program makes its key when it starts")
	}
	if _, err := l.fitting(h.checkpoint); err == nil {
		return bad("The key is not lost: it is in %s", keyFile)
	}
	if _, err := os.Lstat(keyFile); !errors.Is(err, fs.ErrNotExist) {
		return bad("There is a file at %s, and the ledger was not signed by what is in it. It may be another ledger’s key, which is wanted there: put it away first, and nothing is written over it", keyFile)
	}
	lost = cmp.Or(strings.TrimSpace(lost), h.verifier)
	if lost == "" {
		return bad("The database is of before it knew its own key. Say it with --lost: witnesses have it in the file log, and bundles in manifest.json")
	}
	v, err := note.NewVerifier(lost)
	if err != nil {
		return bad("%.80q is no key of a ledger", lost)
	}
	if _, _, err := OpenCheckpoint(h.checkpoint, v); err != nil {
		return bad("The newest checkpoint was not signed by %s. Ask a witness which key it was, and say it with --lost. If that is refused too, the ledger was changed: docs/runbook/misuse.md", lost)
	}
	return l.next(ctx, &Key{Verifier: lost}, "replace the ledger’s lost key")
}

// next hands the log over from a key, or from one that is lost.
func (l *Log) next(ctx context.Context, old *Key, action string) (verifier string, err error) {
	next, err := newKey(old.Name()) // the name is the log's, and stays
	if err != nil {
		return "", err
	}
	waiting := l.path + ".new"
	if err := writeKey(waiting, next); err != nil {
		return "", err
	}
	err = l.db.WriteAlone(ctx, func(tx *db.Tx) error {
		if err := Note(ctx, tx, Entry{Account: "program", Verb: Alteration, Purpose: "maintain", Action: action, What: "key", On: next.Verifier, Outcome: Done}); err != nil {
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
	all, err := db.All(ctx, q, db.Text, "SELECT note FROM ledger_checkpoints WHERE note LIKE '%\nnew-key %' ORDER BY number") // as its index has it
	if err != nil {
		return nil, fmt.Errorf("read handovers of the ledger: %w", err)
	}
	return all, nil
}
