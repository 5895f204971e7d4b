package person

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

// Told is a mention with its report, and the evidence that it belongs.
type Told struct {
	Mention
	Party          report.Party
	Agency, Record string
	Kind           report.Kind
	Offence        string
	Reported       time.Time
	Other          string       // the other party's name as written, or empty
	Why            *match.Score // against the person's fullest mention; nil for that one
	ReplacedBy     string       // the report that corrects this one, or empty
}

// Other is another person who may be this one.
type Other struct {
	Person
	Mention string // one of the other's
	Own     string // the mention of this person's it was compared with
	Score   match.Score
}

// A Page is a person's page: what is known, from which mentions, and why they
// are held to be one.
type Page struct {
	Person
	Told    []Told    // newest report first, those of the page asked for
	Total   int       // mentions in all, those of older versions too
	Ours    bool      // the reader's own agency holds one of them
	Maybe   []Other   // people who may be the same and are not held to be, the likeliest first
	Decided []Decided // what people have decided about these mentions, newest first
}

// fullest is how many of a person's mentions are looked at for the fullest.
const fullest = 100

// Page is a person's page from the mention numbered skip on.
func (s *Store) Page(ctx context.Context, by access.Actor, id string, skip, most int) (p Page, err error) {
	err = s.guard.Look(ctx, by, access.ReadPerson, func(v *db.View, sight *access.Sight) error {
		if p.Person, err = Head(ctx, v, sight, id); err != nil {
			sight.Saw("person", id)
			return err
		}
		sight.Saw("person", p.ID, p.ID)
		model, err := s.ModelOf(ctx, v, sight.Pool.ID)
		if err != nil {
			return err
		}
		open, args := sight.OpenReport("mentions.report", []any{p.ID})
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM mentions WHERE person = $1`+open, args...)
		if err != nil {
			return err
		}
		p.Total = int(n)
		open, args = sight.OpenReport("m.report", []any{p.ID, most, skip})
		if p.Told, err = db.All(ctx, v, scanTold, `
			SELECT m.id, m.report, m.person, m.probability, m.name, m.born, m.prepared, r.agency, r.record, r.kind, r.offence, r.reported, r.victim, r.suspect, r.replaced_by
			FROM mentions m JOIN reports r ON r.id = m.report
			WHERE m.person = $1`+open+` ORDER BY r.reported DESC, m.id LIMIT $2 OFFSET $3`, args...); err != nil {
			return err
		}
		some, err := MentionsSeen(ctx, v, sight, p.ID, fullest)
		if err != nil {
			return err
		}
		p.Ours = slices.ContainsFunc(some, func(m Mention) bool { return m.Holder == by.Agency })
		head := Fullest(some)
		for i := range p.Told {
			if t := &p.Told[i]; t.ID != head.ID {
				why := model.Score(&head.Prepared, &t.Prepared)
				t.Why = &why
			}
		}
		if p.Maybe, err = maybe(ctx, v, sight, model, p.ID, some); err != nil {
			return err
		}
		p.Decided, err = decisionsSeen(ctx, v, sight, p.ID)
		return err
	})
	return p, err
}

// Fullest is the mention that says most about a person.
func Fullest(all []Mention) *Mention {
	best := &all[0]
	for i := range all {
		if m := &all[i]; m.Prepared.Says() > best.Prepared.Says() {
			best = m
		}
	}
	return best
}

// maybe finds people who share something with a person and are not held to be
// the same.
func maybe(ctx context.Context, q db.Querier, sight *access.Sight, model *match.Model, id string, own []Mention) ([]Other, error) {
	const (
		looked = 8    // mentions of the person that others are looked for by
		least  = 0.01 // chance below which nobody is shown
		most   = 10
	)
	best := map[string]Other{}
	for i := range own[:min(looked, len(own))] {
		near, err := Like(ctx, q, &sight.Pool, &own[i].Prepared)
		if err == nil {
			near, err = Open(ctx, q, sight, near)
		}
		if err != nil {
			return nil, err
		}
		for j := range near {
			n := &near[j]
			if n.Person == id {
				continue
			}
			score := model.Score(&own[i].Prepared, &n.Prepared)
			if before, ok := best[n.Person]; score.Same >= least && (!ok || score.Total > before.Score.Total) {
				best[n.Person] = Other{Person: Person{ID: n.Person}, Mention: n.ID, Own: own[i].ID, Score: score}
			}
		}
	}
	all, ids := make([]Other, 0, len(best)), make([]string, 0, len(best))
	for _, o := range best {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Other) int {
		return cmp.Or(cmp.Compare(b.Score.Total, a.Score.Total), cmp.Compare(a.ID, b.ID))
	})
	all = all[:min(most, len(all))]
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	heads, err := HeadsSeen(ctx, q, sight, ids)
	for i := range all {
		all[i].Person = heads[all[i].ID]
	}
	return slices.DeleteFunc(all, func(o Other) bool { return o.ID == "" }), err
}

// MentionsSeen is MentionsOf in reports that the actor may see.
func MentionsSeen(ctx context.Context, q db.Querier, sight *access.Sight, person string, most int) ([]Mention, error) {
	theirs, args := mine(sight, []any{person, most})
	return db.All(ctx, q, scanMention, selectMentions+`WHERE m.person = $1`+theirs+` ORDER BY m.id LIMIT $2`, args...)
}

// Open are those of some mentions that are in reports not hidden from the actor.
func Open(ctx context.Context, q db.Querier, sight *access.Sight, all []Mention) ([]Mention, error) {
	if !sight.Blind() || len(all) == 0 {
		return all, nil
	}
	ids := make([]any, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	open, args := sight.OpenReport("m.report", ids)
	seen, err := db.All(ctx, q, db.Text, `SELECT m.id FROM mentions m WHERE m.id IN (`+db.List(1, len(ids))+`)`+open+` ORDER BY m.id`, args...)
	return slices.DeleteFunc(all, func(m Mention) bool { return !slices.Contains(seen, m.ID) }), err
}

// decisionsSeen are the decisions about a person's mentions, but for those about
// somebody who is hidden from the actor.
func decisionsSeen(ctx context.Context, q db.Querier, sight *access.Sight, person string) ([]Decided, error) {
	all, err := decisionsAbout(ctx, q, person)
	if err != nil || !sight.Blind() {
		return all, err
	}
	var kept []Decided
	for _, d := range all {
		both, err := Some(ctx, q, []string{d.A, d.B})
		if err != nil {
			return nil, err
		}
		n := len(both)
		if both, err = Open(ctx, q, sight, both); err != nil {
			return nil, err
		}
		if len(both) == n {
			kept = append(kept, d)
		}
	}
	return kept, nil
}

func scanTold(r db.Row) (t Told, err error) {
	var prepared []byte
	var reported int64
	var victim, suspect string
	if err := r.Scan(&t.ID, &t.Report, &t.Mention.Person, &t.Probability, &t.Name, &t.Born, &prepared, &t.Agency, &t.Record, &t.Kind, &t.Offence,
		&reported, &victim, &suspect, &t.ReplacedBy); err != nil {
		return t, err
	}
	t.Reported = time.UnixMicro(reported).UTC()
	own, other := victim, suspect
	if !t.Victim() {
		own, other = suspect, victim
	}
	if err := json.Unmarshal([]byte(own), &t.Party); err != nil {
		return t, err
	}
	var o report.Party
	if err := json.Unmarshal([]byte(other), &o); err != nil {
		return t, err
	}
	if !o.Empty() {
		t.Other = o.Name()
	}
	return t, t.Prepared.UnmarshalBinary(prepared)
}
