package pattern

import (
	"context"
	"errors"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// A Page is a pattern as it is read: whole, with what stands beside it, and some
// of its reports as they were written down.
type Page struct {
	Held
	VictimIs, SuspectIs person.Person
	Facing              *Side  // what the suspect reports about the victim, or nil
	Others              []Side // what other people report about the suspect: ten at most, patterns first
	Told                []Told // the reports asked for, in order of when things happened
	Newest              []Told // the last reports taken in, newest first: five at most
}

// A Told is one report of a pattern, with the record it comes from.
type Told struct {
	Account
	Occasion int  // index into Pattern.Occasions
	Opens    bool // it is the first report of that occasion
	Record   report.Held
}

// A Side is what one person reports about another, seen from a third place.
type Side struct {
	Person, Name string // who reports
	Reports      int
	Pattern      *Line  // nil when the reports make no pattern
	Report       string // the newest of them
}

// Parted is the error of an id whose report is held and is in no pattern: it
// never was, or people or corrections have parted what was one. Report is the
// report to look at instead.
type Parted struct{ Report string }

func (p Parted) Error() string { return "report " + p.Report + " is part of no pattern" }

const (
	mostSides  = 10
	mostNewest = 5
)

// Page is the pattern that an id belongs to now, with the reports from skip on.
// The id may be of any report in the pattern, or of one that has been corrected
// since: Page.ID is what the pattern is known by. Without such a report the error
// is fault.NotFound; when it is in no pattern, Parted.
func (s *Store) Page(ctx context.Context, by access.Actor, id string, skip, most int) (p Page, err error) {
	err = s.guard.Look(ctx, by, access.ReadPattern, func(v *db.View, sight *access.Sight) error {
		pair, err := pairSeen(ctx, v, sight, id)
		if err != nil {
			return err
		}
		h, course, err := compose(ctx, v, sight, pair[0], pair[1])
		if err != nil {
			return err
		}
		if p.Held = h; !course {
			return Parted{h.ID}
		}
		heads, err := person.HeadsSeen(ctx, v, sight, pair[:])
		if err != nil {
			return err
		}
		p.VictimIs, p.SuspectIs = heads[pair[0]], heads[pair[1]]
		if p.Facing, p.Others, err = sidesOf(ctx, v, sight, pair[0], pair[1]); err != nil {
			return err
		}
		return p.tell(ctx, v, skip, most)
	})
	return p, err
}

// pairSeen is the victim and the suspect of a report that an actor may see, or of
// what corrects it.
func pairSeen(ctx context.Context, q db.Querier, sight *access.Sight, id string) (pair [2]string, err error) {
	if _, err := report.Seen(ctx, q, sight, id); err != nil {
		sight.Saw("pattern", id)
		return pair, err
	}
	key, err := standing(ctx, q, id)
	if err != nil {
		return pair, err
	}
	if key != id {
		if _, err := report.Seen(ctx, q, sight, key); err != nil {
			return pair, err
		}
	}
	defer func() { sight.Saw("pattern", key, pair[0], pair[1]) }()
	pair, err = db.One(ctx, q, scanPair, `SELECT victim, suspect FROM accounts WHERE report = $1`, key)
	if errors.Is(err, fault.NotFound) {
		err = Parted{key}
	}
	return pair, err
}

// standing is the report itself, or the last of its corrections.
func standing(ctx context.Context, q db.Querier, key string) (string, error) {
	for {
		by, err := db.One(ctx, q, db.Text, `SELECT replaced_by FROM reports WHERE id = $1`, key)
		if err != nil || by == "" {
			return key, err
		}
		key = by
	}
}

// tell fetches the records of some reports, and of the newest.
func (p *Page) tell(ctx context.Context, q db.Querier, skip, most int) error {
	occasion := make([]int, len(p.Accounts))
	for i := range p.Occasions {
		for _, a := range p.Occasions[i].Accounts {
			occasion[a] = i
		}
	}
	some := func(indexes []int) (all []Told, err error) {
		keys := make([]string, len(indexes))
		for i, a := range indexes {
			keys[i] = p.Accounts[a].Key
		}
		held, err := report.Some(ctx, q, keys)
		byKey := make(map[string]report.Held, len(held))
		for _, h := range held {
			byKey[h.Key] = h
		}
		for _, a := range indexes {
			o := occasion[a]
			all = append(all, Told{p.Accounts[a], o, p.Occasions[o].Accounts[0] == a, byKey[p.Accounts[a].Key]})
		}
		return all, err
	}
	var asked []int
	for i := max(skip, 0); i < len(p.Accounts) && len(asked) < most; i++ {
		asked = append(asked, i)
	}
	var err error
	if p.Told, err = some(asked); err != nil {
		return err
	}
	p.Newest, err = some(newest(p.Accounts, mostNewest))
	return err
}

// newest are the indexes of the n accounts taken in last, the last first.
func newest(all []Account, n int) (indexes []int) {
	for i := range all {
		at := len(indexes)
		for at > 0 && all[indexes[at-1]].Key < all[i].Key {
			at--
		}
		if at >= n {
			continue
		}
		indexes = append(indexes, 0)
		copy(indexes[at+1:], indexes[at:])
		indexes[at] = i
		indexes = indexes[:min(len(indexes), n)]
	}
	return indexes
}

// Now is the time by the clock reports are taken in by.
func (s *Store) Now() time.Time { return s.db.Now() }

// Check says what is missing from a report before it can be kept, as Record would.
func (s *Store) Check(r *report.Record) error { return check(r, s.db.Now()) }
