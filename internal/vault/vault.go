// Package vault keeps the contact details that must not reach whoever is feared:
// where somebody lives now, the number he does not have, the school, the new name.
//
// Nearly every address that was given away was given away by somebody who meant no
// harm: it stood on a page, in a letter, in a file name. So a detail is on no page,
// in no list and in no file. It is sealed under the person's own key. To see one is
// an act: one detail at a time, for a purpose that is said, written in the ledger
// before it is shown, and shown for a minute. Who looks at many is stopped and told
// whom to ask; every try that is refused is kept for whoever watches over misuse.
//
// Whether the suspect knows of a detail is asked each time. Until somebody says
// otherwise, he does not.
//
// Where a refuge is, is not kept here or anywhere: enter its office contact.
package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
	"clew/internal/when"
)

// A Kind is what a detail is.
type Kind string

// A Meaning is a kind, with its name.
type Meaning struct {
	Kind Kind
	Name string
}

// Kinds are all kinds, in the order a page offers them.
var Kinds = []Meaning{
	{"address", "Home address"}, {"phone", "Telephone number"}, {"email", "E-mail address"}, {"work", "Place of work"},
	{"school", "School, nursery or club"}, {"family", "Home of family"}, {"gp", "GP or clinic"}, {"routine", "Another place they often are"}, {"vehicle", "Vehicle"}, {"name", "New name"},
	{"office", "Office contact of a refuge"}, {"other", "Something else"},
}

// Name is what people call a kind, or "".
func (k Kind) Name() string {
	for _, m := range Kinds {
		if m.Kind == k {
			return m.Name
		}
	}
	return ""
}

// Whether the suspect knows of a detail.
const (
	NotKnown = "no"
	Known    = "yes"
	Unsure   = "unsure"
)

// How much somebody may reveal.
const (
	Shown         = time.Minute // that a detail is shown for
	MostInAnHour  = 10          // details
	MostInADay    = 5           // different people
	longestValue  = 500         // characters
	longestNote   = 1000
	purposeWanted = "Say what you need it for"
)

// Purposes are what a detail may be revealed for.
var Purposes = []access.Purpose{access.Protect, access.Enquire, access.Prepare, access.Request}

// ErrTooMany says that somebody has revealed as much as one person may.
var ErrTooMany = fmt.Errorf("as many contact details as one person may reveal: %w", fault.Forbidden)

// ErrOver says that the minute is over.
var ErrOver = fmt.Errorf("a contact detail that is no longer shown: %w", fault.NotFound)

// A Detail is what somebody enters.
type Detail struct {
	Kind   Kind
	Value  string
	Note   string // how it is safe to use
	Known  string // to the suspect; NotKnown when empty
	Since  string // he has known it, as dates are written
	Shared bool   // with the police of the agencies that read together
	Routine
}

// A Contact is a detail as it may be listed: without what it is.
type Contact struct {
	ID     string
	Person string // the mention it was entered for
	Kind   Kind
	Holder string
	Shared bool
	Known  string
	Since  string
	By     string
	Kept   time.Time
	Mapped bool   // its position is kept
	From   string // it is a routine place, as dates are written; empty: not said
	Until  string
}

// A Revealed is a detail that is shown, until a time.
type Revealed struct {
	Contact
	Value, Note string
	Position    string    // as it was typed; empty: none
	Shows       time.Time // until when
}

// A Store is the vault.
type Store struct {
	guard *access.Guard
	seal  *seal.Sealer
}

// NewStore returns the vault behind g, sealed by s.
func NewStore(g *access.Guard, s *seal.Sealer) *Store { return &Store{g, s} }

// Trouble is why nothing can be kept or revealed, or nil.
func (s *Store) Trouble() error { return s.seal.Trouble() }

// subject is whose key seals a person's details. Of people held to be one, each
// mention has its own.
func subject(mention string) string { return "person/" + mention }

// Of lists which details of a person there are that the actor might reveal.
func (s *Store) Of(ctx context.Context, by access.Actor, mention string) (person string, all []Contact, err error) {
	err = s.guard.Look(ctx, by, access.ReadContacts, func(v *db.View, sight *access.Sight) error {
		who, mentions, err := one(ctx, v, sight, mention)
		if err != nil {
			return err
		}
		person = who
		sight.Saw("person", who, who)
		all, err = ofPerson(ctx, v, sight, mentions)
		return err
	})
	return person, all, err
}

// Keep puts a detail in the vault. Police always share what they keep: they could
// not reveal it otherwise.
func (s *Store) Keep(ctx context.Context, by access.Actor, mention string, d Detail) (id string, err error) {
	if s.Trouble() != nil {
		return "", fmt.Errorf("%w: %w", fault.ReadOnly, s.Trouble())
	}
	err = s.guard.Act(ctx, by, access.KeepContact, func(tx *db.Tx, sight *access.Sight) error {
		who, mentions, err := one(ctx, tx, sight, mention)
		if err != nil {
			return err
		}
		// Not before: what is wrong with a form is not for whoever may not send it.
		if err := d.check(); err != nil {
			return err
		}
		if asAdvocate, _ := sight.MayReach(); !asAdvocate {
			d.Shared = true
		}
		hash, err := s.seal.Hash("contact/"+string(d.Kind), normal(d.Kind, d.Value))
		if err != nil {
			return err
		}
		twice, err := held(ctx, tx, mentions, by.Agency, d.Kind, hash)
		if err != nil {
			return err
		}
		if twice {
			return fault.Bad("value", "Your agency keeps that already")
		}
		id = db.NewID()
		value, err := s.seal.Seal(ctx, tx, subject(mention), place(id, "value"), []byte(d.Value))
		if err != nil {
			return err
		}
		note, err := s.seal.Seal(ctx, tx, subject(mention), place(id, "note"), []byte(d.Note))
		if err != nil {
			return err
		}
		sight.Saw("contact", id, who)
		sight.Touched(string(d.Kind))
		if err := insert(ctx, tx, by, id, mention, &d, value, note, hash); err != nil {
			return err
		}
		return s.locate(ctx, tx, id, mention, &d.Routine)
	})
	return id, err
}

// End says that a detail is no longer right. It can be revealed no more, and what it
// was is overwritten.
func (s *Store) End(ctx context.Context, by access.Actor, mention, id string) error {
	return s.guard.Act(ctx, by, access.KeepContact, func(tx *db.Tx, sight *access.Sight) error {
		who, mentions, err := one(ctx, tx, sight, mention)
		if err != nil {
			return err
		}
		c, _, err := contact(ctx, tx, mentions, id)
		if err != nil {
			return err
		}
		if c.Holder != by.Agency {
			return fault.NotFound
		}
		sight.Saw("contact", id, who)
		return end(ctx, tx, id)
	})
}

// Reveal begins to show a detail: it counts it, and has it written in the ledger.
// Look shows it, for a minute, to the same person in the same session. Whoever has
// revealed too many is refused with ErrTooMany; a try that is refused is kept.
func (s *Store) Reveal(ctx context.Context, by access.Actor, mention, id string, purpose access.Purpose) (reveal string, err error) {
	if s.Trouble() != nil {
		return "", fmt.Errorf("%w: %w", fault.ReadOnly, s.Trouble())
	}
	if slices.Contains(Purposes, purpose) {
		by.Purpose = purpose
	}
	refused := access.NoRole // unless the use-case begins
	err = s.guard.Act(ctx, by, access.RevealContact, func(tx *db.Tx, sight *access.Sight) error {
		refused = ""
		who, mentions, err := one(ctx, tx, sight, mention)
		if errors.Is(err, fault.NotFound) {
			refused = access.Locked
		}
		if err != nil {
			return err
		}
		c, _, err := contact(ctx, tx, mentions, id)
		if err != nil {
			return err
		}
		sight.Saw("contact", id, who)
		sight.Touched(string(c.Kind))
		o := access.Object{Holder: c.Holder, Shared: c.Shared}
		if err := sight.Require(o); err != nil {
			refused = access.Decide(&sight.Subject, access.RevealContact, o).Reason
			return err
		}
		if by.Purpose != purpose {
			return fault.Bad("purpose", purposeWanted)
		}
		if many, err := tooMany(ctx, tx, by.Account, who); err != nil || many != "" {
			refused = many
			return errors.Join(err, ErrTooMany)
		}
		reveal = db.NewID()
		return insertReveal(ctx, tx, by, reveal, id, who)
	})
	if err != nil && refused != "" && by.Account != "" {
		alerted := s.guard.DB().Write(ctx, func(tx *db.Tx) error { return alert(ctx, tx, by, id, string(refused)) })
		return "", errors.Join(err, alerted)
	}
	return reveal, err
}

// tooMany says why somebody may reveal no more, or "".
func tooMany(ctx context.Context, tx *db.Tx, account, person string) (access.Reason, error) {
	details, err := db.One(ctx, tx, db.Number, `SELECT COUNT(*) FROM vault_reveals WHERE account = $1 AND at > $2`, account, tx.Now.Add(-time.Hour).UnixMicro())
	if err != nil {
		return "", fmt.Errorf("count reveals: %w", err)
	}
	others, err := db.One(ctx, tx, db.Number, `SELECT COUNT(DISTINCT person) FROM vault_reveals WHERE account = $1 AND at > $2 AND person <> $3`, account, tx.Now.Add(-24*time.Hour).UnixMicro(), person)
	switch {
	case err != nil:
		return "", fmt.Errorf("count people revealed: %w", err)
	case details >= MostInAnHour:
		return TooManyInAnHour, nil
	case others >= MostInADay:
		return TooManyPeople, nil
	}
	return "", nil
}

// Look shows what is being revealed. After a minute there is nothing to show, and
// the error is ErrOver.
func (s *Store) Look(ctx context.Context, by access.Actor, mention, id, reveal string) (r Revealed, err error) {
	err = s.guard.Look(ctx, by, access.RevealContact, func(v *db.View, sight *access.Sight) error {
		who, mentions, err := one(ctx, v, sight, mention)
		if err != nil {
			return err
		}
		c, sealed, err := contact(ctx, v, mentions, id)
		if err != nil {
			return err
		}
		sight.Saw("contact", id, who)
		sight.Touched(string(c.Kind))
		if err := sight.Require(access.Object{Holder: c.Holder, Shared: c.Shared}); err != nil {
			return err
		}
		began, err := begun(ctx, v, by, reveal, id)
		if err != nil {
			return err
		}
		r = Revealed{Contact: c, Shows: began.Add(Shown)}
		if !v.Now.Before(r.Shows) {
			return ErrOver
		}
		return r.open(ctx, v, s.seal, &sealed)
	})
	if err != nil {
		return Revealed{}, err // nothing is shown that is not in the ledger
	}
	return r, nil
}

// EachOpened calls f with every detail, opened. It is for whoever takes everything
// out at the command line, who has the database and the master key anyway.
func EachOpened(ctx context.Context, q db.Querier, s *seal.Sealer, f func(Revealed) error) error {
	all, err := db.All(ctx, q, scanSealed, `SELECT `+columns+`, value, note, position FROM contacts WHERE ended IS NULL ORDER BY id`)
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	for _, c := range all {
		r := Revealed{Contact: c.Contact}
		if err := r.open(ctx, q, s, &c.sealed); err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

// open opens what is sealed of a detail.
func (r *Revealed) open(ctx context.Context, q db.Querier, s *seal.Sealer, c *sealed) error {
	o, err := s.Opener(ctx, q, subject(r.Person))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		to     *string
		column string
		sealed []byte
	}{{&r.Value, "value", c.value}, {&r.Note, "note", c.note}, {&r.Position, "position", c.position}} {
		if x.column == "position" && len(x.sealed) == 0 {
			continue
		}
		plain, err := o.Open(place(r.ID, x.column), x.sealed)
		if err != nil {
			return err
		}
		*x.to = string(plain)
	}
	return nil
}

// Erase destroys the key of a mention, and with it what is kept of it here and in
// every backup.
func (s *Store) Erase(ctx context.Context, tx *db.Tx, mention string) error {
	if err := s.seal.Destroy(ctx, tx, subject(mention)); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM contacts WHERE person = $1`, mention); err != nil {
		return fmt.Errorf("erase contacts: %w", err)
	}
	return nil
}

// Move keeps what is kept of a mention with another, under that one's key.
func (s *Store) Move(ctx context.Context, tx *db.Tx, mention, to string) error {
	all, err := db.All(ctx, tx, scanSealed, `SELECT `+columns+`, value, note, position FROM contacts WHERE person = $1 AND ended IS NULL`, mention)
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	for _, c := range all {
		value, err := s.again(ctx, tx, mention, to, place(c.ID, "value"), c.value)
		if err != nil {
			return err
		}
		note, err := s.again(ctx, tx, mention, to, place(c.ID, "note"), c.note)
		if err != nil {
			return err
		}
		var position []byte
		if len(c.position) > 0 {
			if position, err = s.again(ctx, tx, mention, to, place(c.ID, "position"), c.position); err != nil {
				return err
			}
		}
		if err := tx.Exec(ctx, `UPDATE contacts SET person = $2, value = $3, note = $4, position = $5 WHERE id = $1`, c.ID, to, value, note, position); err != nil {
			return fmt.Errorf("move contact: %w", err)
		}
	}
	return nil
}

// again seals under another mention's key what is sealed under one's.
func (s *Store) again(ctx context.Context, tx *db.Tx, mention, to string, at seal.Place, sealed []byte) ([]byte, error) {
	plain, err := s.seal.Open(ctx, tx, subject(mention), at, sealed)
	if err != nil {
		return nil, err
	}
	return s.seal.Seal(ctx, tx, subject(to), at, plain)
}

func place(id, column string) seal.Place {
	return seal.Place{Table: "contacts", Row: id, Column: column}
}

func (d *Detail) check() error {
	d.Value, d.Note = strings.TrimSpace(d.Value), strings.TrimSpace(d.Note)
	if d.Known == "" {
		d.Known = NotKnown
	}
	var wrong fault.Messages
	if d.Kind.Name() == "" {
		wrong.Add("kind", "Choose what it is")
	}
	switch {
	case d.Value == "":
		wrong.Add("value", "Enter the contact detail")
	case utf8.RuneCountInString(d.Value) > longestValue:
		wrong.Add("value", "The contact detail must be 500 characters or fewer")
	}
	if utf8.RuneCountInString(d.Note) > longestNote {
		wrong.Add("note", "How to use it must be 1,000 characters or fewer")
	}
	if !slices.Contains([]string{NotKnown, Known, Unsure}, d.Known) {
		wrong.Add("known", "Choose whether the suspect knows of it")
	}
	if d.Known != Known {
		d.Since = ""
	}
	if d.Since != "" {
		m, err := when.Parse(d.Since)
		if err != nil {
			wrong.Add("since", "For since when: "+err.Error())
		} else {
			d.Since = m.String()
		}
	}
	d.Routine.check(d.Kind, &wrong)
	return wrong.Err()
}

// normal is a value by which equal ones are known: of numbers and plates, what
// counts; of the rest, the words.
func normal(k Kind, value string) string {
	value = strings.ToLower(value)
	if k != "phone" && k != "vehicle" {
		return strings.Join(strings.Fields(value), " ")
	}
	value = strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) || k == "vehicle" && unicode.IsLetter(c) {
			return c
		}
		return -1
	}, value)
	if k == "phone" {
		value = strings.TrimPrefix(strings.TrimPrefix(value, "00"), "44")
		value = strings.TrimLeft(value, "0")
	}
	return value
}
