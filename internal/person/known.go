package person

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

// A Value is one thing that was written about a person, in the form it was written
// in most often, and in how many mentions.
type Value struct {
	Text     string
	Mentions int
}

// Known is everything that was written about a person, each thing once and what
// was written most often first. "07700 900101" and "+44 7700 900101" are one
// number; names are as they were spelt, for how they were spelt tells something.
type Known struct {
	Fullest string // the mention that says most, which the others are set beside
	Another string // a mention beside it, or empty when there is one alone

	Names, Aliases, Born, Sexes, Phones, Emails, Handles []Value
	Addresses, Postcodes, Vehicles, Refs                 []Value
}

// Known is what is known of the person that a mention or a person's id belongs to,
// or fault.NotFound.
func (s *Store) Known(ctx context.Context, by access.Actor, id string) (k Known, err error) {
	err = s.guard.Look(ctx, by, access.ReadPerson, func(v *db.View, sight *access.Sight) error {
		who, err := sight.Whose(ctx, v, id)
		if err != nil {
			return err
		}
		sight.Saw("person", who, who)
		sight.Touched("names", "born", "numbers", "addresses")
		some, err := MentionsSeen(ctx, v, sight, who, fullest)
		if err == nil && len(some) == 0 {
			err = fault.NotFound
		}
		if err != nil {
			return err
		}
		k.Fullest = Fullest(some).ID
		for i := range some {
			if some[i].ID != k.Fullest {
				k.Another = some[i].ID
				break
			}
		}
		g := newGathering()
		open, args := sight.OpenReport("r.id", []any{who})
		err = db.Each(ctx, v, scanWritten, func(w written) error { g.take(&w); return nil }, `
			SELECT r.agency, CASE WHEN m.id = r.id || 'v' THEN r.victim ELSE r.suspect END
			FROM mentions m JOIN reports r ON r.id = m.report WHERE m.person = $1`+open, args...)
		g.tell(&k)
		return err
	})
	return k, err
}

// written is one mention, as its agency wrote it.
type written struct {
	agency string
	party  report.Party
}

func scanWritten(r db.Row) (w written, err error) {
	var party string
	if err := r.Scan(&w.agency, &party); err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(party), &w.party)
}

// A gathering counts what is written of each kind.
type gathering struct {
	names, aliases, born, sexes, phones, emails, handles, addresses, postcodes, vehicles, refs tally
}

// A tally counts values by their normal form, and how each was written.
type tally map[string]*counted

type counted struct {
	mentions int
	forms    map[string]int
}

func newGathering() *gathering {
	return &gathering{tally{}, tally{}, tally{}, tally{}, tally{}, tally{}, tally{}, tally{}, tally{}, tally{}, tally{}}
}

func (g *gathering) take(w *written) {
	p := &w.party
	g.names.add(plain, strings.TrimSpace(p.GivenName+" "+p.FamilyName))
	g.aliases.add(plain, p.Aliases...)
	g.born.add(prepared(func(s string) match.Mention { return match.Mention{Born: s} }), p.Born)
	g.sexes.add(prepared(func(s string) match.Mention { return match.Mention{Sex: s} }), p.Sex)
	g.phones.add(prepared(func(s string) match.Mention { return match.Mention{Phones: []string{s}} }), p.Phones...)
	g.emails.add(prepared(func(s string) match.Mention { return match.Mention{Emails: []string{s}} }), p.Emails...)
	g.handles.add(prepared(func(s string) match.Mention { return match.Mention{Handles: []string{s}} }), p.Handles...)
	g.addresses.add(prepared(func(s string) match.Mention { return match.Mention{Addresses: []string{s}} }), p.Addresses...)
	g.postcodes.add(prepared(func(s string) match.Mention { return match.Mention{Postcodes: []string{s}} }), p.Postcodes...)
	g.vehicles.add(prepared(func(s string) match.Mention { return match.Mention{Vehicles: []string{s}} }), p.Vehicles...)
	if p.Ref != "" {
		g.refs.add(plain, w.agency+": "+p.Ref)
	}
}

// add counts the values of one mention, each once however often it stands there.
func (t tally) add(normal func(string) string, values ...string) {
	var seen []string
	for _, v := range values {
		v = strings.Join(strings.Fields(v), " ")
		if v == "" {
			continue
		}
		key := normal(v)
		c := t[key]
		if c == nil {
			c = &counted{forms: map[string]int{}}
			t[key] = c
		}
		c.forms[v]++
		if !slices.Contains(seen, key) {
			seen = append(seen, key)
			c.mentions++
		}
	}
}

func plain(s string) string { return strings.ToLower(s) }

// prepared takes two values for one when the matching engine does; what it makes
// nothing of is taken as it stands.
func prepared(of func(string) match.Mention) func(string) string {
	return func(s string) string {
		p := match.Prepare(of(s))
		b, err := p.MarshalBinary()
		if err != nil || p.Empty() && b[1] == 0 { // b[1] is the sex
			return plain(s)
		}
		return "\x00" + string(b)
	}
}

func (g *gathering) tell(k *Known) {
	for _, part := range []struct {
		to   *[]Value
		from tally
	}{{&k.Names, g.names}, {&k.Aliases, g.aliases}, {&k.Born, g.born}, {&k.Sexes, g.sexes}, {&k.Phones, g.phones}, {&k.Emails, g.emails}, {&k.Handles, g.handles},
		{&k.Addresses, g.addresses}, {&k.Postcodes, g.postcodes}, {&k.Vehicles, g.vehicles}, {&k.Refs, g.refs}} {
		*part.to = part.from.values()
	}
}

// plainer prefers, of two ways to write a thing, capitals and spaces, and a number
// as it is dialled at home.
func plainer(a, b string) bool {
	if x, y := strings.HasPrefix(a, "+"), strings.HasPrefix(b, "+"); x != y {
		return y
	}
	return a < b
}

func (t tally) values() []Value {
	all := make([]Value, 0, len(t))
	for _, c := range t {
		best := ""
		for form, n := range c.forms {
			if best == "" || n > c.forms[best] || n == c.forms[best] && plainer(form, best) {
				best = form
			}
		}
		all = append(all, Value{best, c.mentions})
	}
	slices.SortFunc(all, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Mentions, a.Mentions), cmp.Compare(a.Text, b.Text))
	})
	return all
}
