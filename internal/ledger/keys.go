package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys are the keys a log has had, the first first, each handed over to the next
// by a checkpoint that both signed.
type Keys []note.Verifier

// Chain finds a log's keys from one that is trusted and the handovers, in order. It
// is an error when they do not join, or when the trusted key is none of them.
func Chain(trusted string, handovers []string) (Keys, error) {
	v, err := note.NewVerifier(strings.TrimSpace(trusted))
	if err != nil {
		return nil, fmt.Errorf("%.80q is no verifier key of a ledger", trusted)
	}
	if len(handovers) == 0 {
		return Keys{v}, nil
	}
	var all Keys
	var texts []string // compared whole: the number in a signature is short enough to be matched on purpose
	for _, signed := range handovers {
		c, before, after, err := follow(signed)
		if err != nil {
			return nil, fmt.Errorf("a handover from one key to the next: %w", err)
		}
		if len(all) == 0 {
			all, texts = Keys{before}, []string{c.OldKey}
		}
		if texts[len(texts)-1] != c.OldKey {
			return nil, errors.New("a handover is missing between two of the ledger's keys")
		}
		all, texts = append(all, after), append(texts, c.NewKey)
	}
	if !slices.Contains(texts, strings.TrimSpace(trusted)) {
		return nil, errors.New("the ledger was signed by none of the keys that the key given leads to")
	}
	return all, nil
}

// newest is the key in force.
func (k Keys) newest() note.Verifier { return k[len(k)-1] }

// open reads a checkpoint signed by any of the keys.
func (k Keys) open(signed string) (c Checkpoint, at int, err error) {
	for i := len(k) - 1; i >= 0; i-- {
		if c, _, err = OpenCheckpoint(signed, k[i]); err == nil {
			return c, i, nil
		}
	}
	return c, 0, err
}

// Open reads a checkpoint signed by any of the keys.
func (k Keys) Open(signed string) (Checkpoint, error) { c, _, err := k.open(signed); return c, err }
