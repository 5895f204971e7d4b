package person

import (
	"cmp"
	"context"
	"strings"

	"clew/internal/db"
	"clew/internal/report"
)

// Refresh makes the heads of people again from their mentions. One who has no
// mentions left is gone.
func Refresh(ctx context.Context, tx *db.Tx, people []string) error {
	for _, id := range people {
		if err := tx.Exec(ctx, `DELETE FROM people WHERE id = $1`, id); err != nil {
			return err
		}
		p := Person{ID: id}
		scan := func(r db.Row) (m Mention, err error) { return m, r.Scan(&m.ID, &m.Name, &m.Born) }
		err := db.Each(ctx, tx, scan, func(m Mention) error { p.Take(m.ID, m.Name, m.Born); return nil }, `SELECT id, name, born FROM mentions WHERE person = $1`, id)
		if err != nil {
			return err
		}
		if p.AsVictim+p.AsSuspect == 0 {
			continue
		}
		if err := Keep(ctx, tx, []Person{p}); err != nil {
			return err
		}
	}
	return nil
}

// Take adds a mention to what is known of a person.
func (p *Person) Take(mention, name, born string) {
	if (&Mention{ID: mention}).Victim() {
		p.AsVictim++
	} else {
		p.AsSuspect++
	}
	p.names.Add(name)
	p.births.Add(born)
}

// Keep writes the heads of people, as Take made them, and sets their names.
func Keep(ctx context.Context, tx *db.Tx, all []Person) error {
	rows := make([][]any, len(all))
	for i := range all {
		p := &all[i]
		p.Name, p.Born = cmp.Or(p.names.Best(), unnamed), p.births.Best()
		rows[i] = []any{p.ID, p.Name, p.Born, p.AsVictim, p.AsSuspect}
	}
	return tx.Insert(ctx, "people", peopleColumns, rows)
}

// Forget removes the heads of all people, to be made again.
func Forget(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, `DELETE FROM people`) }

// Heads are the heads of the given people, by id.
func Heads(ctx context.Context, q db.Querier, people []string) (map[string]Person, error) {
	all := map[string]Person{}
	const most = 500
	for start := 0; start < len(people); start += most {
		some := people[start:min(start+most, len(people))]
		err := db.Each(ctx, q, scanPerson, func(p Person) error { all[p.ID] = p; return nil }, selectPeople+`WHERE id IN (`+db.List(1, len(some))+`)`, db.Args(some)...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

const selectPeople = `SELECT id, name, born, as_victim, as_suspect FROM people `

func scanPerson(r db.Row) (p Person, err error) {
	return p, r.Scan(&p.ID, &p.Name, &p.Born, &p.AsVictim, &p.AsSuspect)
}

// Head is the head of the person a mention or a person's id belongs to now:
// fault.NotFound when there is no such mention. An id that was a person's once
// and is now one of another's mentions still finds who it belongs to.
func Head(ctx context.Context, q db.Querier, id string) (Person, error) {
	who, err := personOf(ctx, q, id)
	if err != nil {
		return Person{}, err
	}
	return db.One(ctx, q, scanPerson, selectPeople+`WHERE id = $1`, who)
}

// termsOf are the words a party is searched for by, beside its numbers.
func termsOf(p *report.Party) []string {
	var all []string
	for _, name := range append([]string{p.GivenName, p.FamilyName}, p.Aliases...) {
		all = append(all, nameTerms(name)...)
	}
	if r := report.Reference(p.Ref); r != "" {
		all = append(all, "r:"+r)
	}
	for _, c := range p.Postcodes {
		if r := report.Reference(c); r != "" {
			all = append(all, "c:"+r)
		}
	}
	for _, h := range p.Handles {
		if h = handleTerm(h); h != "" {
			all = append(all, "h:"+h)
		}
	}
	return all
}

func handleTerm(h string) string { return strings.ToLower(strings.TrimLeft(strings.TrimSpace(h), "@")) }
