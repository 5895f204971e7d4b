package person

import (
	"cmp"
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
)

// A Seen is what a person's head is made of: a mention, and the record it is in.
type Seen struct {
	Mention, Name, Born string
	Agency, Record      string
	Replaced            bool // a correction has taken its report's place
}

// A Tally makes the heads of people from their mentions, the newest first. What
// counts is records: a record that names a person twice, because it was corrected
// or is about two others as well, counts once, and as it stands now. An older
// version still tells who a person is, and names one whom nothing else names.
type Tally struct {
	All  map[string]*Person
	seen map[uint64]struct{} // a person, a side and a record
	seed maphash.Seed
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{All: map[string]*Person{}, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// Take adds a mention to the person it is held to be of.
func (t *Tally) Take(who string, m *Seen) {
	p := t.All[who]
	if p == nil {
		p = &Person{ID: who}
		t.All[who] = p
	}
	victim := (&Mention{ID: m.Mention}).Victim()
	if m.Replaced || !t.first(who, victim, m) {
		p.former.names.Add(m.Name)
		p.former.births.Add(m.Born)
		return
	}
	if victim {
		p.AsVictim++
	} else {
		p.AsSuspect++
	}
	p.now.names.Add(m.Name)
	p.now.births.Add(m.Born)
}

func (t *Tally) first(who string, victim bool, m *Seen) bool {
	var h maphash.Hash
	h.SetSeed(t.seed)
	for _, part := range []string{who, m.Agency, m.Record} {
		h.WriteString(part)
		h.WriteByte(0)
	}
	if victim {
		h.WriteByte('v')
	}
	key := h.Sum64()
	_, again := t.seen[key]
	t.seen[key] = struct{}{}
	return !again
}

// Keep writes the heads that a tally made of people of a pool, and sets their
// names. Those that are there already must be gone.
func (t *Tally) Keep(ctx context.Context, tx *db.Tx, pool string) error {
	rows := make([][]any, 0, len(t.All))
	for _, id := range slices.Sorted(maps.Keys(t.All)) {
		p := t.All[id]
		p.settle()
		rows = append(rows, []any{p.ID, p.Name, p.Born, p.AsVictim, p.AsSuspect, pool})
	}
	return tx.Insert(ctx, "people", peopleColumns, rows)
}

func (p *Person) settle() {
	p.Name = cmp.Or(p.now.names.Best(), p.former.names.Best(), unnamed)
	p.Born = cmp.Or(p.now.births.Best(), p.former.births.Best())
}

// Refresh makes the heads of people again from their mentions. One who has no
// mentions left is gone.
func Refresh(ctx context.Context, tx *db.Tx, pool string, people []string) error {
	t := NewTally()
	if err := tx.Widely(ctx, func() error { // those too that were made for another pool, before agreements changed
		for _, id := range people {
			if err := tx.Exec(ctx, `DELETE FROM people WHERE id = $1`, id); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range people {
		if t.All[id] != nil {
			continue
		}
		err := db.Each(ctx, tx, scanSeen, func(s seenOf) error { t.Take(id, &s.Seen); return nil }, selectSeen+`WHERE m.person = $1 ORDER BY m.id DESC`, id)
		if err != nil {
			return err
		}
	}
	return t.Keep(ctx, tx, pool)
}

// A seenOf is a mention, and who it is held to be of.
type seenOf struct {
	Seen
	person      string
	probability float64
}

const selectSeen = `
	SELECT m.id, m.person, m.probability, m.name, m.born, r.agency, r.record, r.replaced_by
	FROM mentions m JOIN reports r ON r.id = m.report `

func scanSeen(r db.Row) (s seenOf, err error) {
	var by string
	err = r.Scan(&s.Mention, &s.person, &s.probability, &s.Name, &s.Born, &s.Agency, &s.Record, &by)
	s.Replaced = by != ""
	return s, err
}

// EachSeen calls f with every mention of a pool and who it is held to be of now, the newest
// first.
func EachSeen(ctx context.Context, q db.Querier, pool *access.Pool, f func(m *Seen, person string, probability float64) error) error {
	held, args := pool.Held("m.holder", nil)
	return db.Each(ctx, q, scanSeen, func(s seenOf) error { return f(&s.Seen, s.person, s.probability) }, selectSeen+`WHERE 1 = 1`+held+` ORDER BY m.id DESC`, args...)
}

// Forget removes the heads of all people of a pool, to be made again, and those
// that were made for another of mentions that are of this one now.
func Forget(ctx context.Context, tx *db.Tx, pool *access.Pool) error {
	held, args := pool.Held("m.holder", []any{pool.ID})
	return tx.Exec(ctx, `DELETE FROM people WHERE pool = $1 OR id IN (SELECT m.id FROM people p JOIN mentions m ON m.id = p.id WHERE p.pool <> $1`+held+`)`, args...)
}

// HeadsSeen are the heads of the given people as an actor may see them: those of
// others are left out, and reports that are hidden from the actor do not count.
func HeadsSeen(ctx context.Context, q db.Querier, sight *access.Sight, people []string) (map[string]Person, error) {
	heads, err := Heads(ctx, q, people)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(heads, func(id string, p Person) bool { return p.pool != sight.Pool.ID || sight.Hidden(id) })
	if !sight.Blind() {
		return heads, nil
	}
	t := NewTally()
	for some := range slices.Chunk(slices.Sorted(maps.Keys(heads)), mostHeads) {
		open, args := sight.OpenReport("m.report", db.Args(some))
		err := db.Each(ctx, q, scanSeen, func(s seenOf) error { t.Take(s.person, &s.Seen); return nil }, selectSeen+`WHERE m.person IN (`+db.List(1, len(some))+`)`+open+` ORDER BY m.id DESC`, args...)
		if err != nil {
			return nil, err
		}
	}
	all := make(map[string]Person, len(t.All))
	for id, p := range t.All {
		p.settle()
		all[id] = *p
	}
	return all, nil
}

// mostHeads is how many people one query names.
const mostHeads = 500

// CallSeen has names, which lists have of people, say what the people of those ids are
// called in the reports that an actor may see.
func CallSeen(ctx context.Context, q db.Querier, sight *access.Sight, names map[*string]string) error {
	if !sight.Blind() || len(names) == 0 {
		return nil
	}
	heads, err := HeadsSeen(ctx, q, sight, slices.Compact(slices.Sorted(maps.Values(names))))
	if err != nil {
		return err
	}
	for name, id := range names {
		*name = heads[id].Name
	}
	return nil
}

// Heads are the heads of the given people, by id.
func Heads(ctx context.Context, q db.Querier, people []string) (map[string]Person, error) {
	all := map[string]Person{}
	for some := range slices.Chunk(people, mostHeads) {
		err := db.Each(ctx, q, scanPerson, func(p Person) error { all[p.ID] = p; return nil }, selectPeople+`WHERE id IN (`+db.List(1, len(some))+`)`, db.Args(some)...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

const selectPeople = `SELECT id, name, born, as_victim, as_suspect, pool FROM people `

func scanPerson(r db.Row) (p Person, err error) {
	return p, r.Scan(&p.ID, &p.Name, &p.Born, &p.AsVictim, &p.AsSuspect, &p.pool)
}

// Head is the head of the person a mention or a person's id belongs to now, as an
// actor may see it: fault.NotFound when there is no such mention. An id that was a
// person's once and is now one of another's mentions still finds who it belongs to.
func Head(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Person, error) {
	who, err := sight.Whose(ctx, q, id)
	if err != nil {
		return Person{}, err
	}
	heads, err := HeadsSeen(ctx, q, sight, []string{who})
	p, ok := heads[who]
	if err == nil && !ok {
		err = fault.NotFound // all that names them is hidden, or is being worked out anew
	}
	return p, err
}

// termsOf are the words a party is searched for by, beside its numbers.
func termsOf(p *report.Party) []string {
	var all []string
	for _, name := range append([]string{p.GivenName, p.FamilyName}, p.Aliases...) {
		all = append(all, nameTerms(name)...)
	}
	if r := report.Reference(p.Ref); r != "" {
		all = append(all, term("r:", r))
	}
	for _, c := range p.Postcodes {
		if r := report.Reference(c); r != "" {
			all = append(all, term("c:", r))
		}
	}
	for _, h := range p.Handles {
		if h = handleTerm(h); h != "" {
			all = append(all, term("h:", h))
		}
	}
	return all
}

func handleTerm(h string) string { return strings.ToLower(strings.TrimLeft(strings.TrimSpace(h), "@")) }

// term is a word as it is searched for, by its kind. An index holds no page of
// text: of a longer word the beginning must do.
func term(kind, word string) string {
	const most = 400 // bytes
	if len(word) > most {
		word = strings.ToValidUTF8(word[:most], "")
	}
	return kind + word
}
