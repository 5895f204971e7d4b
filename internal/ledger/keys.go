package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Keys are the keys a log has had, the first first, each handed over to the next
// by a checkpoint that both signed, or replaced by it when it was lost.
type Keys []note.Verifier

// A Replacement says that a key was lost and another took its place, without the
// first having signed that. Nobody who trusts the first need believe it.
type Replacement struct {
	At        time.Time
	Lost, New string // verifier keys
	Last      int64  // so many entries the lost key has signed
	note      string // the last that it signed
}

func (r *Replacement) Error() string {
	return fmt.Sprintf("after %d entries, on %s, the key was replaced by another that it did not sign, for it is said to be lost; "+
		"ask those whose ledger it is, by a way you know, whether that is so and which key they have now", r.Last, r.At.Format("2 January 2006"))
}

// Replacements are those among handovers.
func Replacements(handovers []string) (all []*Replacement) {
	for _, signed := range handovers {
		if c, err := unopened(signed); err == nil && c.Last != "" {
			all = append(all, &Replacement{At: c.At, Lost: c.OldKey, New: c.NewKey, Last: sizeOf(c.Last), note: c.Last})
		}
	}
	return all
}

// readVerifier reads a log's verifier key, and gives it as the log writes it: the case of
// its number and line ends may differ.
func readVerifier(s string) (v note.Verifier, text string, err error) {
	s = strings.NewReplacer("\r", "", "\n", "").Replace(strings.TrimSpace(s))
	if v, err = note.NewVerifier(s); err != nil {
		return nil, "", fmt.Errorf("%.80q is no verifier key of a ledger", s)
	}
	_, rest, _ := strings.Cut(s, "+")
	_, key, _ := strings.Cut(rest, "+")
	return v, fmt.Sprintf("%s+%08x+%s", v.Name(), v.KeyHash(), key), nil
}

// Chain finds a log's keys from one that is trusted and the handovers, in order. It
// is an error when they do not join, or when the trusted key is none of them. It is a
// *Replacement, the first, and all keys, when that key or one it handed over to was
// lost: what came after is for a person to believe.
func Chain(trusted string, handovers []string) (Keys, error) {
	v, trusted, err := readVerifier(trusted)
	if err != nil {
		return nil, err
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
	at := slices.Index(texts, trusted)
	if at < 0 {
		return nil, errors.New("the ledger was signed by none of the keys that the key given leads to")
	}
	if lost := Replacements(handovers[at:]); len(lost) > 0 {
		return all, lost[0]
	}
	return all, nil
}

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

// ErrNotInForce says that a key has signed that had handed over or was lost. It may be in
// anybody's hands.
var ErrNotInForce = errors.New("it is signed by a key that is no longer in force")

// OpenNewest reads a checkpoint signed by the last of the keys: ErrNotInForce if it was
// another of them.
func (k Keys) OpenNewest(signed string) (Checkpoint, error) {
	c, at, err := k.open(signed)
	if err == nil && at != len(k)-1 {
		err = ErrNotInForce
	}
	return c, err
}
