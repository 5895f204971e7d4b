package casefile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/when"
)

// A Relation is what a victim and a suspect are or were to each other, as somebody wrote
// it down. Reports say what they say beside it.
type Relation struct {
	Suspect     string // a person
	Is          pattern.Relationship
	From, Until string // as dates are written; empty: not known, or of Until: it still is so
}

// Relations are what may be written down, the closest first.
var Relations = []pattern.Relationship{pattern.FormerPartner, pattern.Partner, pattern.Family, pattern.Colleague, pattern.Neighbour, pattern.Acquaintance, pattern.Stranger}

// related is what a step of the kind Related is about: codes and dates alone.
type related struct {
	Is    string `json:"is"`
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
	Wrong bool   `json:"wrong,omitempty"` // what was written of it before is not so
}

// Words are what a relation says: "Former partner, 2018 to March 2023".
func (r *Relation) Words() string {
	said := strings.TrimPrefix(strings.TrimPrefix(r.Is.Words(), "a "), "an ")
	said = strings.ToUpper(said[:1]) + said[1:]
	switch {
	case r.From != "" && r.Until != "":
		return said + ", " + when.Written(r.From) + " to " + when.Written(r.Until)
	case r.From != "":
		return said + ", since " + when.Written(r.From)
	case r.Until != "":
		return said + ", until " + when.Written(r.Until)
	}
	return said
}

// Relate writes down what the victim and a suspect are or were to each other, or, if
// wrong, that what was written of that before is not so. What is written again replaces
// what was. from and until are dates to the precision known, or empty.
func (s *Store) Relate(ctx context.Context, by access.Actor, id, suspect, is, from, until string, wrong bool) error {
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var bad fault.Messages
		if suspect == "" && len(c.Suspects) == 1 {
			suspect = c.Suspects[0].ID
		}
		if len(c.mentions[suspect]) == 0 {
			bad.Add("related_suspect", "Choose which suspect")
		}
		r := pattern.RelationshipOf(is)
		if is != r.String() || !slices.Contains(Relations, r) {
			bad.Add("is", "Choose what they are, or were, to each other")
		}
		read := func(text, field, which string) (m when.Moment) {
			if strings.TrimSpace(text) == "" {
				return m
			}
			m, err := when.Parse(text)
			switch {
			case err != nil || !m.Known():
				bad.Add(field, "Enter "+which+", such as March 2023, 2023 or 27/3/2023")
			case m.From.After(tx.Now):
				bad.Add(field, "That is in the future")
			}
			return m
		}
		since, end := read(from, "related_from", "since when"), read(until, "related_until", "until when")
		if since.Known() && end.Known() && end.Before(since) {
			bad.Add("related_until", "It ended before it began")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		said := related{Is: r.String(), Wrong: wrong}
		if since.Known() {
			said.From = since.String()
		}
		if end.Known() {
			said.Until = end.String()
		}
		before, err := relations(ctx, tx, c)
		if err != nil {
			return err
		}
		n := slices.IndexFunc(before, func(x Relation) bool { return x.Suspect == suspect && x.Is == r })
		switch {
		case wrong && n < 0:
			return fault.Bad("is", "That is not written down")
		case !wrong && n >= 0 && before[n].From == said.From && before[n].Until == said.Until:
			return nil
		}
		return s.writeRelation(ctx, tx, sight, c.ID, c.mentions[suspect][0], said)
	})
}

func (s *Store) writeRelation(ctx context.Context, tx *db.Tx, sight *access.Sight, id, mention string, said related) error {
	about, err := json.Marshal(said)
	if err != nil {
		return err
	}
	step := db.NewID()
	if err := s.stepAs(ctx, tx, sight, step, id, Related, string(about), "", true); err != nil {
		return err
	}
	return tx.Insert(ctx, "case_relations", []string{"step", "suspect"}, [][]any{{step, mention}})
}

// relations are what is written down of the parties of a case, as it stands: the closest
// first, of each suspect in turn.
func relations(ctx context.Context, q db.Querier, c *Case) (all []Relation, err error) {
	who := c.suspectOfMention()
	scan := func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }
	return all, db.Each(ctx, q, scan, func(x [2]string) error {
		r, wrong, err := relationOf(x[0])
		if r.Suspect = who[x[1]]; r.Suspect == "" || err != nil { // of nobody: the suspect is of the case no more
			return err
		}
		all = slices.DeleteFunc(all, func(x Relation) bool { return x.Suspect == r.Suspect && x.Is == r.Is })
		if !wrong {
			at := func(r Relation) int {
				return slices.IndexFunc(c.Suspects, func(p person.Person) bool { return p.ID == r.Suspect })
			}
			n, _ := slices.BinarySearchFunc(all, r, func(a, b Relation) int { return cmp.Or(at(a)-at(b), int(b.Is)-int(a.Is)) })
			all = slices.Insert(all, n, r)
		}
		return nil
	}, `SELECT s.about, r.suspect FROM case_steps s JOIN case_relations r ON r.step = s.id WHERE `+within("s.case_id", "$1")+` AND s.kind = $2 ORDER BY s.at, s.id`, c.ID, string(Related))
}

// relationOf reads what a step is about, but for which suspect.
func relationOf(about string) (r Relation, wrong bool, err error) {
	var said related
	if err := json.Unmarshal([]byte(about), &said); err != nil {
		return r, false, fmt.Errorf("relation: %w", err)
	}
	return Relation{Is: pattern.RelationshipOf(said.Is), From: said.From, Until: said.Until}, said.Wrong, nil
}

// asks is what early warnings take a relation for: of partners who parted, that they were.
func (r *Relation) asks() pattern.Relationship {
	if r.Is == pattern.Partner && r.Until != "" {
		return pattern.FormerPartner
	}
	return r.Is
}
