// Package agency keeps the agencies of a partnership: who holds records, and whose
// people sign in. An agency is known by the code that its reports carry. One that
// leaves is parted from, and not removed: what it did stays in its name.
package agency

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/words"
)

// A Kind is what sort of agency it is, as one of a few words.
type Kind string

// Kinds are all kinds, in the order a page offers them.
var Kinds = []struct {
	Kind Kind
	Name string
}{
	{"police", "Police"}, {"cps", "Crown Prosecution Service"}, {"advocacy", "Advocacy service"}, {"nhs", "Health service"}, {"probation", "Probation"},
	{"council", "Council"}, {"school", "School or college"}, {"pcc", "Police and crime commissioner"}, {"independent", "Independent body"},
}

// Name is what people call the kind.
func (k Kind) Name() string {
	for _, known := range Kinds {
		if known.Kind == k {
			return known.Name
		}
	}
	return string(k)
}

// KindOf is the kind that a code such as "nhs:7" begins with; police when it is none.
func KindOf(code string) Kind {
	if k := Kind(code[:max(0, strings.IndexByte(code, ':'))]); k.known() {
		return k
	}
	return "police"
}

func (k Kind) known() bool { return k.Name() != string(k) }

// An Agency is one of a partnership.
type Agency struct {
	ID      string // the code its reports carry
	Name    string
	Kind    Kind
	Joined  time.Time
	Parted  time.Time // zero: it has not
	Version int64
}

// longest is how long a code or a name may be.
const longest = 80

// A Store keeps agencies.
type Store struct {
	guard *access.Guard
	// Parting is told in the same transaction that an agency leaves, if it is set: the
	// room that keeps cases fills it in.
	Parting func(ctx context.Context, tx *db.Tx, sight *access.Sight, agency string) error
	// Leaves says what an agency has to do with cases in which nobody is hidden from the
	// actor, if it is set.
	Leaves func(ctx context.Context, q db.Querier, sight *access.Sight, agency string) (Leaving, error)
}

// Leaving is what an agency has to do with cases: what ends, or stays with it, when it
// leaves.
type Leaving struct {
	Leads     int // open cases that it leads: they stay with it
	Shared    int // of them, with people of others on the team, who leave it
	Places    int // of its people on the teams of others' cases: they leave
	Tasks     int // that they have there: they pass to whoever leads
	Referrals int // to it or from it that wait: they are returned
	Notes     int // in others' cases that it alone reads: they stay, for it alone
}

// Leaving is what an agency has to do with cases now, but for those in which anybody is
// hidden from the actor.
func (s *Store) Leaving(ctx context.Context, by access.Actor, id string) (l Leaving, err error) {
	err = s.guard.Look(ctx, by, access.ManageAgencies, func(v *db.View, sight *access.Sight) error {
		sight.Saw("agency", id)
		if s.Leaves == nil {
			return nil
		}
		return v.Widely(ctx, func() (err error) {
			l, err = s.Leaves(ctx, v, sight, id)
			return err
		})
	})
	return l, err
}

// NewStore returns the agencies of a partnership.
func NewStore(g *access.Guard) *Store { return &Store{guard: g} }

// Add takes an agency into the partnership.
func (s *Store) Add(ctx context.Context, by access.Actor, a Agency) error {
	return s.guard.Act(ctx, by, access.ManageAgencies, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("agency", a.ID)
		return Join(ctx, tx, a)
	})
}

// Join is Add within a transaction of a room that sets Clew up.
func Join(ctx context.Context, tx *db.Tx, a Agency) error {
	a.ID, a.Name = strings.TrimSpace(a.ID), strings.TrimSpace(a.Name)
	var wrong fault.Messages
	check(&wrong, "agency-name", a.Name, "Enter the name of the agency")
	check(&wrong, "agency", a.ID, "Enter the code of the agency")
	if !a.Kind.known() {
		wrong.Add("kind", "Choose what kind of agency it is")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM agencies WHERE id = $1`, a.ID)
	if err != nil {
		return fmt.Errorf("look for agency: %w", err)
	}
	if n > 0 {
		return fault.Bad("agency", "There is an agency with this code already")
	}
	if err := tx.Insert(ctx, "agencies", []string{"id", "name", "kind", "joined", "version"}, [][]any{{a.ID, a.Name, string(a.Kind), tx.Now.UnixMicro(), 1}}); err != nil {
		return fmt.Errorf("insert agency: %w", err)
	}
	return nil
}

func check(wrong *fault.Messages, field, text, missing string) {
	switch {
	case text == "":
		wrong.Add(field, missing)
	case utf8.RuneCountInString(text) > longest:
		wrong.Add(field, fmt.Sprintf("Use %d characters or fewer", longest))
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }):
		wrong.Add(field, "Use letters, numbers and punctuation")
	}
}

// All are the agencies, those that have parted last.
func (s *Store) All(ctx context.Context, by access.Actor) (all []Agency, err error) {
	err = s.guard.Look(ctx, by, access.ManageAgencies, func(v *db.View, sight *access.Sight) error {
		sight.Saw("agencies", "")
		all, err = db.All(ctx, v, scan, columns+`ORDER BY CASE WHEN parted IS NULL THEN 0 ELSE 1 END, name, id`)
		return err
	})
	return all, err
}

// One is an agency.
func (s *Store) One(ctx context.Context, by access.Actor, id string) (a Agency, err error) {
	err = s.guard.Look(ctx, by, access.ManageAgencies, func(v *db.View, sight *access.Sight) error {
		sight.Saw("agency", id)
		a, err = Of(ctx, v, id)
		return err
	})
	return a, err
}

// Of is an agency, for rooms that have somebody's leave to see it.
func Of(ctx context.Context, q db.Querier, id string) (Agency, error) {
	a, err := db.One(ctx, q, scan, columns+`WHERE id = $1`, id)
	if err != nil {
		return a, fmt.Errorf("agency: %w", err)
	}
	return a, nil
}

// Part ends an agency's part in the partnership. From then on nobody reads its
// reports together with their own. Its people can sign in until their accounts are
// ended. One’s own agency cannot be parted from: somebody else does that. While it
// leads open cases, although must say that this is known.
func (s *Store) Part(ctx context.Context, by access.Actor, id string, version int64, although bool) error {
	return s.guard.Act(ctx, by, access.ManageAgencies, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("agency", id)
		a, err := Of(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case id == by.Agency:
			return fault.Bad("part", "You cannot part from your own agency. An administrator of another agency can")
		case a.Version != version || !a.Parted.IsZero():
			return fmt.Errorf("agency: %w", fault.Conflict)
		}
		if s.Leaves != nil && !although {
			var l Leaving
			if err := tx.Widely(ctx, func() error { l, err = s.Leaves(ctx, tx, sight, id); return err }); err != nil {
				return err
			}
			if l.Leads > 0 {
				return fault.Bad("although", "It leads "+words.Count(l.Leads, "open case", "open cases")+". Have it offer them to another agency first, or say that they are to stay with it")
			}
		}
		if err := tx.Exec(ctx, `UPDATE agencies SET parted = $1, version = version + 1 WHERE id = $2`, tx.Now.UnixMicro(), id); err != nil || s.Parting == nil {
			return err
		}
		return s.Parting(ctx, tx, sight, id)
	})
}

const columns = `SELECT id, name, kind, joined, parted, version FROM agencies `

func scan(r db.Row) (a Agency, err error) {
	var joined int64
	var parted sql.NullInt64
	err = r.Scan(&a.ID, &a.Name, &a.Kind, &joined, &parted, &a.Version)
	a.Joined = time.UnixMicro(joined).UTC()
	if parted.Valid {
		a.Parted = time.UnixMicro(parted.Int64).UTC()
	}
	return a, err
}
