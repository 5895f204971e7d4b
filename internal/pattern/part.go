package pattern

import (
	"context"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/words"
)

// A Part is what a report that is held is part of. Of a report that has been
// corrected it holds no more than the Record, which names the correction.
type Part struct {
	Screening
	Record  report.Held
	Pattern string // the id of the pattern it is in, or empty
	Later   int    // reports of the pair taken in after this one
}

// PartOf says of a report that is held what Screen said of it before, from what
// is known by now.
func (s *Store) PartOf(ctx context.Context, by access.Actor, key string) (p Part, err error) {
	err = s.guard.Look(ctx, by, access.ReadReport, func(v *db.View, sight *access.Sight) error {
		if p.Record, err = report.Seen(ctx, v, sight, key); err != nil || p.Record.ReplacedBy != "" {
			return err
		}
		model, err := s.people.ModelOf(ctx, v, sight.Pool.ID)
		if err != nil {
			return err
		}
		return p.complete(ctx, v, sight, model)
	})
	return p, err
}

// Sentence is the screening in one sentence or two, and what came in since.
func (p *Part) Sentence() string {
	s := p.Screening
	if s.Nth == 1 { // this report, and the later ones, name the suspect too
		if s.SuspectIs.AsSuspect -= 1 + p.Later; s.SuspectIs.AsSuspect < 1 {
			s.Suspect = Spot{}
		}
	}
	if p.Later == 0 {
		return s.Sentence()
	}
	return s.Sentence() + " " + words.Count(p.Later, "report has", "reports have") + " come in since."
}

// complete fills in everything but the record.
func (p *Part) complete(ctx context.Context, q db.Querier, sight *access.Sight, model *match.Model) error {
	r := &p.Record.Record
	a := Tell(0, r, narrate.Skim(r.Narrative))
	p.Says = Saying(&a)
	own, err := person.InReports(ctx, q, []string{p.Record.Key})
	if err != nil {
		return err
	}
	var pair [2]string
	for i := range own {
		if own[i].Victim() {
			pair[0] = own[i].Person
		} else {
			pair[1] = own[i].Person
		}
	}
	var all []heldAccount
	if !r.Victim.Empty() && !r.Suspect.Empty() {
		if all, err = ofPair(ctx, q, sight, pair[0], pair[1]); err != nil {
			return err
		}
		p.place(all)
	}
	heads, err := person.HeadsSeen(ctx, q, sight, pair[:])
	if err != nil {
		return err
	}
	for i := range own {
		m := &own[i]
		if _, ok := heads[m.Person]; !ok {
			continue // who is who is being worked out anew
		}
		spot, together := &p.Suspect, match.SuspectsOfOneVictim
		if m.Victim() {
			spot, together = &p.Victim, match.VictimsOfOneSuspect
		}
		if len(all) < 2 {
			together = match.Apart
		}
		if *spot, err = heldBy(ctx, q, sight, model, m, together); err != nil {
			return err
		}
	}
	p.VictimIs, p.SuspectIs = heads[pair[0]], heads[pair[1]]
	if p.Facing, p.Others, err = sidesOf(ctx, q, sight, p.VictimIs.ID, p.SuspectIs.ID); err != nil {
		return err
	}
	sight.Saw("report", p.Record.Key, pair[0], pair[1])
	return p.surround(ctx, q, sight, pair)
}

// place says which of the pair's reports this is. A record that came twice in two
// rows counts once.
func (p *Part) place(all []heldAccount) {
	upTo, whole := map[[2]string]bool{}, map[[2]string]bool{}
	for i := range all {
		record := [2]string{all[i].Agency, all[i].ID}
		whole[record] = true
		if all[i].key <= p.Record.Key {
			upTo[record] = true
		}
	}
	p.Nth, p.Later = len(upTo), len(whole)-len(upTo)
}

// surround finds the pattern, the one the other way round, and those of others.
func (p *Part) surround(ctx context.Context, q db.Querier, sight *access.Sight, pair [2]string) (err error) {
	if pair[1] == "" {
		return nil
	}
	if p.OtherVictims, err = linesSeen(ctx, q, sight, `p.suspect = $1 AND p.victim <> $2`, pair[1], pair[0]); err != nil || pair[0] == "" {
		return err
	}
	if p.Counter, err = linesSeen(ctx, q, sight, `p.suspect = $1 AND p.victim = $2`, pair[0], pair[1]); err != nil {
		return err
	}
	h, course, err := compose(ctx, q, sight, pair[0], pair[1])
	if course {
		p.Whole, p.Pattern = &h, h.ID
	}
	return err
}

// heldBy is why a mention is held to be the person it is: what speaks most for it
// among the person's other mentions that the actor may see. Somebody mentioned once
// is not known.
func heldBy(ctx context.Context, q db.Querier, sight *access.Sight, model *match.Model, m *person.Mention, together match.Together) (Spot, error) {
	members, err := person.MentionsSeen(ctx, q, sight, m.Person, mostMembers+1)
	if err != nil {
		return Spot{}, err
	}
	members = slices.DeleteFunc(members, func(o person.Mention) bool { return o.ID == m.ID })
	if len(members) == 0 {
		return Spot{}, nil
	}
	prepared := make([]*match.Prepared, len(members))
	for i := range members {
		prepared[i] = &members[i].Prepared
	}
	j := model.Joins(&m.Prepared, prepared, match.Apart)
	if !j.Joins && together != match.Apart {
		j = model.Joins(&m.Prepared, prepared, together)
	}
	return Spot{Person: m.Person, Joining: j, With: members[j.By]}, nil
}

// Alone reads one report by itself, as if nothing else were known.
func Alone(r *report.Record) Pattern {
	return Compose([]Account{Tell(0, r, narrate.Skim(r.Narrative))}, Context{})
}
