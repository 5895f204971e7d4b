// Package ledger keeps what was done and what was looked at: who, for which
// agency, for what purpose, and when. An entry is written in the transaction it
// describes, and the answer is sent only once it is on the disk: no entry, no
// answer. It names fields and never holds what is in them.
//
// Nobody can change an entry, drop one or put one in later without its being seen.
// Each entry is committed to, with a salt of its own, so that the commitment gives
// nothing away; the commitments are the leaves of one tree of hashes, as in
// certificate transparency (RFC 6962); and whenever entries are kept, a checkpoint
// (how many there are, the tree's root, the time) is signed in the same
// transaction. Who holds both the database and the key could sign another history.
// That is what witnesses are for: other agencies who keep the checkpoints they have
// seen, and cosign only what continues them.
//
// Files: Note writes entries; Log signs; Verify works everything out again from the
// stored rows; Bundle writes entries out with their proofs, and Check reads them
// back with no database. docs/formats.md has every encoding.
package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"clew/internal/db"
)

// A Verb is what the law calls an operation that must be logged: Data Protection
// Act 2018, s.62(1).
type Verb string

const (
	Collection   Verb = "collection"
	Alteration   Verb = "alteration"
	Consultation Verb = "consultation"
	Disclosure   Verb = "disclosure"
	Combination  Verb = "combination"
	Erasure      Verb = "erasure"
)

// An Entry is one act or one look.
type Entry struct {
	Account   string // who; "program" for Clew itself
	Agency    string // for whom
	Session   string // in which session, or empty
	Purpose   string // why, as one of a few codes
	Verb      Verb
	Action    string   // what was done: "read a pattern"
	What      string   // the kind of thing it was done to: "pattern"
	On        string   // its id, or empty of a list
	About     []string // ids of the people it is about, by which "who has looked at this" is answered
	Fields    []string // names of the fields touched, never their values
	Recipient string   // of a disclosure, and of nothing else
	Outcome   string   // "done", or why it was refused
}

// Done is the outcome of what was not refused.
const Done = "done"

// Note writes an entry in the transaction it describes.
func Note(ctx context.Context, tx *db.Tx, e Entry) error {
	if (e.Verb == Disclosure) != (e.Recipient != "") {
		return fmt.Errorf("ledger: %q has recipient %q: a disclosure names who received it, and nothing else does", e.Verb, e.Recipient)
	}
	seq, err := db.One(ctx, tx, db.Number, `UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size - 1`)
	if err != nil {
		return fmt.Errorf("number a ledger entry: %w", err)
	}
	k := Kept{
		Seq: seq, At: tx.Now.UnixMicro(), Account: e.Account, Agency: e.Agency, Session: e.Session, Purpose: e.Purpose, Verb: string(e.Verb),
		Action: e.Action, What: e.What, On: e.On, Fields: strings.Join(e.Fields, " "), Recipient: e.Recipient, Outcome: e.Outcome,
		About: slices.Clone(e.About), Salt: make([]byte, saltSize),
	}
	rand.Read(k.Salt)
	k.settle()
	if err := tx.Exec(ctx, `
		INSERT INTO ledger_entries (seq, at, account, agency, session, purpose, verb, action, what, subject, fields, recipient, outcome, salt, commitment)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		k.Seq, k.At, k.Account, k.Agency, k.Session, k.Purpose, k.Verb, k.Action, k.What, k.On, k.Fields, k.Recipient, k.Outcome, k.Salt, k.Commitment()); err != nil {
		return fmt.Errorf("insert ledger entry: %w", err)
	}
	rows := make([][]any, len(k.About))
	for i, who := range k.About {
		rows[i] = []any{who, seq}
	}
	if err := tx.Insert(ctx, "ledger_about", []string{"person", "seq"}, rows); err != nil {
		return fmt.Errorf("insert whom a ledger entry is about: %w", err)
	}
	return nil
}

// settle makes of an entry what either engine will give back.
func (k *Kept) settle() {
	for _, s := range k.texts() {
		*s = db.Holdable(*s)
	}
	for i, who := range k.About {
		k.About[i] = db.Holdable(who)
	}
	slices.Sort(k.About)
	k.About = slices.DeleteFunc(slices.Compact(k.About), func(who string) bool { return who == "" })
}
