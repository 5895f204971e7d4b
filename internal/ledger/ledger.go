// Package ledger keeps what was done and what was looked at: who, for which
// agency, for what purpose, and when. An entry is written in the transaction it
// describes, and the answer is sent only once it is on the disk: no entry, no
// answer. It names fields and never holds what is in them.
package ledger

import (
	"context"
	"fmt"
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
		return fmt.Errorf("ledger: %w", err)
	}
	if err := tx.Exec(ctx, `
		INSERT INTO ledger_entries (seq, at, account, agency, session, purpose, verb, action, what, subject, fields, recipient, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		seq, tx.Now.UnixMicro(), e.Account, e.Agency, e.Session, e.Purpose, string(e.Verb), e.Action, e.What, e.On, strings.Join(e.Fields, " "), e.Recipient, e.Outcome); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	rows := make([][]any, len(e.About))
	for i, who := range e.About {
		rows[i] = []any{who, seq}
	}
	return tx.InsertNew(ctx, "ledger_about", []string{"person", "seq"}, rows)
}
