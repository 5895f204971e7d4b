package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

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
	var handovers []string
	err = d.Read(ctx, func(v *db.View) (err error) {
		if h, err = headOf(ctx, v); err == nil {
			handovers, err = Handovers(ctx, v)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	bad := func(why string, a ...any) (string, error) { return "", fault.Bad("ledger-key", fmt.Sprintf(why, a...)) }
	if h.checkpoint == "" {
		return bad("This ledger is empty: the program makes its key when it starts")
	}
	_, err = l.fitting(h.checkpoint)
	if err == nil {
		return bad("The key is not lost: it is in %s", keyFile)
	}
	if _, unread := errors.AsType[*fs.PathError](err); unread {
		return "", err // it may be the one that is wanted
	}
	if _, err := os.Lstat(keyFile); !errors.Is(err, fs.ErrNotExist) {
		return bad("There is a file at %s, and the ledger was not signed by what is in it. It may be another ledger’s key, which is wanted there: put it away first, and nothing is written over it", keyFile)
	}
	if lost = cmp.Or(strings.TrimSpace(lost), h.verifier); lost == "" && len(handovers) > 0 {
		c, err := unopened(handovers[len(handovers)-1])
		if err != nil {
			return "", err
		}
		lost = c.NewKey
	}
	if lost == "" {
		return bad("The database does not know which key was lost: say it with --lost. Each witness has it in the file log of its folder, and each bundle in manifest.json")
	}
	_, text, err := readVerifier(lost)
	if err != nil {
		return bad("%.80q is no key of a ledger", lost)
	}
	key := &Key{Verifier: text}
	if _, err := key.opens(h.checkpoint); err != nil {
		return bad("The newest checkpoint was not signed by %s. Ask a witness which key it was, and say it with --lost. If that is refused too, the ledger was changed: docs/runbook/misuse.md", lost)
	}
	return l.next(ctx, key, "replace the ledger’s lost key")
}

// next hands the log over from a key, or from one that is lost.
func (l *Log) next(ctx context.Context, old *Key, action string) (verifier string, err error) {
	next, err := newKey(old.Name()) // the name is the log's, and stays
	if err != nil {
		return "", err
	}
	waiting := l.path + newSuffix + "." + strings.ToLower(rand.Text()) // of its own: another program may be at the same
	if err := writeKey(waiting, next); err != nil {
		return "", err
	}
	c, signed := Checkpoint{}, false
	err = l.db.WriteAlone(ctx, func(tx *db.Tx) error {
		if err := Note(ctx, tx, Entry{Account: "program", Verb: Alteration, Purpose: "maintain", Action: action, What: "key", On: next.Verifier, Outcome: Done}); err != nil {
			return err
		}
		h, err := headOf(ctx, tx)
		if err != nil {
			return err
		}
		if err := l.sign(ctx, tx, h, old, next); err != nil {
			return err
		}
		// What others will be shown is read as they will read it.
		if h, err = headOf(ctx, tx); err == nil {
			c, err = next.opens(h.checkpoint)
		}
		handovers, unread := Handovers(ctx, tx)
		if err == nil && unread == nil {
			_, err = Chain(next.Verifier, handovers)
		}
		if err = errors.Join(err, unread); err != nil {
			return fmt.Errorf("the ledger's keys, or the counts beside its last signature, are not as they were signed; see clew ledger verify: %w", err)
		}
		signed = true
		return nil
	})
	if err != nil {
		if !signed {
			return "", errors.Join(err, os.Remove(waiting))
		}
		// It may have been kept all the same, now or in a moment, with only the answer lost.
		return "", fmt.Errorf("whether the ledger has its new key is not known; it is kept in %s, and Clew finds it if it has: %w", waiting, err)
	}
	if err := l.inPlace(waiting, next, &c); err != nil {
		return "", err
	}
	l.mu.Lock()
	l.key = next
	l.mu.Unlock()
	return next.Verifier, nil
}

// A new key waits beside the log's key's file, under that name and more, until it is in
// force.
const newSuffix = ".new"

// inPlace puts a new key, which has signed a checkpoint, where the program looks for it:
// over the one that handed over, or where there is none.
func (l *Log) inPlace(waiting string, k *Key, c *Checkpoint) error {
	old, err := ReadKey(l.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err = os.Link(waiting, l.path); err == nil {
			err = os.Remove(waiting)
		}
	case err == nil && old.Verifier == c.OldKey && c.Last == "":
		err = os.Rename(waiting, l.path)
	case err == nil && old.Verifier != k.Verifier:
		return fault.Bad("ledger-key", fmt.Sprintf("The ledger’s new key is in %s, and another is at %s. Put that away, and start again: nothing is written over it", waiting, l.path))
	}
	if err != nil {
		if now, unread := ReadKey(l.path); unread != nil || now.Verifier != k.Verifier { // or another program has done it
			return fmt.Errorf("put the ledger's new key in place: %w", err)
		}
	}
	return nil
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
