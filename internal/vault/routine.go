package vault

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
	"clew/internal/when"
	"clew/internal/where"
	"clew/internal/words"
)

// A Routine says of a place where somebody often is where that is on the map, and from
// when until when. It is as confidential as the rest: an early warning works with the
// position, and tells those who read the case that something was found near a routine
// place of the victim, and neither which, nor where, nor how far off.
type Routine struct {
	Position string // as where.Parse reads it; empty: not known
	From     string // as dates are written; empty: not said
	Until    string
}

// placed are the kinds that are places.
var placed = []Kind{"address", "work", "school", "family", "gp", "routine"}

// IsPlace reports whether a detail of a kind is a place.
func (k Kind) IsPlace() bool { return slices.Contains(placed, k) }

func (r *Routine) check(k Kind, wrong *fault.Messages) {
	r.Position, r.From, r.Until = strings.TrimSpace(r.Position), strings.TrimSpace(r.From), strings.TrimSpace(r.Until)
	if *r != (Routine{}) && k.Name() != "" && !k.IsPlace() {
		wrong.Add("position", "Only a place has a position and days when they are there")
		return
	}
	if r.Position != "" {
		if _, err := where.Parse(r.Position); err != nil {
			wrong.Add("position", words.Capital(err.Error()))
		}
	}
	from, until := day(&r.From, "from", wrong), day(&r.Until, "until", wrong)
	if until.Before(from) {
		wrong.Add("until", "The last day is before the first")
	}
}

func day(text *string, field string, wrong *fault.Messages) (m when.Moment) {
	if *text == "" {
		return m
	}
	m, err := when.Parse(*text)
	if err != nil {
		wrong.Add(field, "The date is not understood: "+err.Error())
		return m
	}
	*text = m.String()
	return m
}

// SetRoutine says where a place is that is kept, and from when until when somebody is
// often there. An empty position leaves the one there is. Only the agency that keeps it
// may say so.
func (s *Store) SetRoutine(ctx context.Context, by access.Actor, mention, id string, r Routine) error {
	if s.Trouble() != nil {
		return fmt.Errorf("%w: %w", fault.ReadOnly, s.Trouble())
	}
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
		var wrong fault.Messages
		r.check(c.Kind, &wrong)
		if err := wrong.Err(); err != nil {
			return err
		}
		sight.Saw("contact", id, who)
		sight.Touched("routine")
		return s.locate(ctx, tx, id, c.Person, &r)
	})
}

// locate keeps where a place is, sealed, and when it is routine.
func (s *Store) locate(ctx context.Context, tx *db.Tx, id, mention string, r *Routine) error {
	if err := tx.Exec(ctx, `UPDATE contacts SET routine_from = $2, routine_until = $3, changed = $4 WHERE id = $1`, id, r.From, r.Until, tx.Now.UnixMicro()); err != nil {
		return fmt.Errorf("routine: %w", err)
	}
	if r.Position == "" {
		return nil
	}
	at, err := where.Parse(r.Position)
	if err != nil {
		return err
	}
	sealed, err := s.seal.Seal(ctx, tx, subject(mention), place(id, "position"), []byte(r.Position))
	if err != nil {
		return err
	}
	cell, err := s.seal.Hash(cellOf, name(cell(at)))
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE contacts SET position = $2, cell = $3, placed = $4 WHERE id = $1`, id, sealed, cell, tx.Now.UnixMicro()); err != nil {
		return fmt.Errorf("position: %w", err)
	}
	return nil
}

// A Spot is where a person often is, for an early warning to work with. It is for no
// page, list, file or log.
type Spot struct {
	ID          string
	At          where.Point
	From, Until when.Moment
	Placed      time.Time // since when the position is kept
}

// Spots are the routine places of a person that agencies of the pool keep, whether the
// actor might reveal them or not. What cannot be opened is left out.
func Spots(ctx context.Context, q db.Querier, s *seal.Sealer, sight *access.Sight, who string) (all []Spot, err error) {
	type row struct {
		Spot
		mention, from, until string
		sealed               []byte
	}
	held, args := sight.Pool.Held("k.holder", []any{who})
	theirs, args := sight.Pool.Held("m.holder", args)
	rows, err := db.All(ctx, q, func(r db.Row) (x row, err error) {
		var placed int64
		err = r.Scan(&x.ID, &x.mention, &x.from, &x.until, &placed, &x.sealed)
		x.Placed = time.UnixMicro(placed).UTC()
		return x, err
	}, `SELECT k.id, k.person, k.routine_from, k.routine_until, k.placed, k.position FROM mentions m JOIN contacts k ON k.person = m.id
		WHERE m.person = $1 AND k.position IS NOT NULL AND k.ended IS NULL`+held+theirs+` ORDER BY k.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("routine places: %w", err)
	}
	for _, x := range rows {
		plain, err := s.Open(ctx, q, subject(x.mention), place(x.ID, "position"), x.sealed)
		if errors.Is(err, seal.ErrDestroyed) || errors.Is(err, seal.ErrBroken) || errors.Is(err, fault.NotFound) || s.Trouble() != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		if x.At, err = where.Parse(string(plain)); err != nil {
			return nil, fmt.Errorf("position of %s: %w", x.ID, err)
		}
		for _, d := range []struct {
			to   *when.Moment
			text string
		}{{&x.From, x.from}, {&x.Until, x.until}} {
			if d.text == "" {
				continue
			}
			if *d.to, err = when.Parse(d.text); err != nil {
				return nil, err
			}
		}
		all = append(all, x.Spot)
	}
	return all, nil
}

// Mapped is how many of the details of a person that the actor might reveal are places
// on the map; no answer for whoever might reveal none.
func Mapped(ctx context.Context, q db.Querier, sight *access.Sight, who string) (n int, may bool, err error) {
	advocate, police := sight.MayReach()
	if !advocate && !police {
		return 0, false, nil
	}
	_, mentions, err := one(ctx, q, sight, who)
	if err != nil {
		return 0, false, err
	}
	all, err := ofPerson(ctx, q, sight, mentions)
	for i := range all {
		if all[i].Mapped {
			n++
		}
	}
	return n, true, err
}

const cellOf = "routine cell"

// A cell is 0.05 degrees from south to north and 0.1 from west to east: 5 kilometres or
// more either way, up to the north of Shetland.
type cellAt struct{ north, east int }

func cell(p where.Point) cellAt {
	return cellAt{int(math.Floor(p.Latitude * 20)), int(math.Floor(p.Longitude * 10))}
}

func name(c cellAt) string { return fmt.Sprint(c.north, " ", c.east) }

// Cells are the keyed hashes of the cell a position is in and those around it: whatever
// is within 5 kilometres has one of them.
func Cells(s *seal.Sealer, p where.Point) (all [][]byte, err error) {
	c := cell(p)
	for _, north := range []int{-1, 0, 1} {
		for _, east := range []int{-1, 0, 1} {
			hash, err := s.Hash(cellOf, name(cellAt{c.north + north, c.east + east}))
			if err != nil {
				return nil, err
			}
			all = append(all, hash)
		}
	}
	return all, nil
}

// InCells is the query for the people who have a place in some cells, beginning with the
// argument of that number.
func InCells(start, n int) string {
	return `SELECT m.person FROM contacts k JOIN mentions m ON m.id = k.person WHERE k.cell IN (` + db.List(start, n) + `)`
}

// Changed is the query for the people of whom a place was changed after the argument $1.
const Changed = `SELECT m.person FROM contacts k JOIN mentions m ON m.id = k.person WHERE k.changed > $1`
