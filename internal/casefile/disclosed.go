package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/when"
)

// What a disclosure is recorded as: by an advocate, and by anybody else.
const (
	ToAdvocate = "Disclosed to an advocate, not reported to the police"
	ToAgency   = "Disclosed to an agency, not reported as a crime"
)

// A Disclosure is what somebody told whoever opens a case, who has never reported it, or
// not that Clew knows.
type Disclosure struct {
	Victim       report.Party
	Suspect      report.Party // empty: nobody knows who it is
	VictimIs     string       // somebody who is known; empty: nobody of those
	SuspectIs    string
	Relationship string // suspect to victim
	Words        string // what was told; every agency that reads together with the actor's may read it
	Basis        Basis  // why they may know of it; empty when there is none
	Holder       string // what the actor's agency is called
}

// calls reports whether anything was typed by which somebody can be called.
func calls(p *report.Party) bool {
	return strings.TrimSpace(p.GivenName+p.FamilyName+strings.Join(p.Aliases, "")) != ""
}

// An Opening is what opening a case by hand goes by.
type Opening struct {
	Others  []string // agencies that will know of it
	Records bool     // the actor may record what was told, and so open one for somebody who is not known
}

// Opening is for whoever may open cases.
func (s *Store) Opening(ctx context.Context, by access.Actor) (o Opening, err error) {
	err = s.guard.Look(ctx, by, access.OpenCase, func(_ *db.View, sight *access.Sight) error {
		sight.Nobody()
		o.Records = access.Decide(&sight.Subject, access.RecordReport, access.Object{}).Allowed
		o.Others = slices.DeleteFunc(slices.Clone(sight.Pool.Agencies), func(a string) bool { return a == sight.Agency })
		return nil
	})
	return o, err
}

// Check says what is wrong with what was typed, whoever it turns out to be about. others
// is whether other agencies will know of it.
func (d *Disclosure) Check(others bool) error {
	var wrong fault.Messages
	if !calls(&d.Victim) {
		wrong.Add("given_name", "Enter a name, or what the person is called")
	}
	for _, x := range []struct {
		p      *report.Party
		before string
	}{{&d.Victim, ""}, {&d.Suspect, "suspect_"}} {
		for _, n := range [][2]string{{"given_name", x.p.GivenName}, {"family_name", x.p.FamilyName}, {"called", strings.Join(x.p.Aliases, "")}} {
			if utf8.RuneCountInString(n[1]) > longestName {
				wrong.Add(x.before+n[0], "A name has 200 letters at most")
			}
		}
		if x.p.Born == "" {
			continue
		}
		if m, err := when.Parse(x.p.Born); err != nil {
			wrong.Add(x.before+"dob", "The date of birth is not understood: "+err.Error())
		} else {
			x.p.Born = m.String()
		}
	}
	if utf8.RuneCountInString(d.Words) > longestNote {
		wrong.Add("words", "What happened has 20,000 characters at most")
	}
	if others && d.Basis.Name() == "" {
		wrong.Add("basis", "Choose why the other agencies may know of it")
	}
	return wrong.Err()
}

const (
	longestName = 200 // letters
	mostLikely  = 8   // people who are offered
)

// A Likelihood is people who may be somebody.
type Likelihood struct {
	All  []person.Person
	More bool // there are more than those
}

// Likely are people the actor may see who may be the victim, and the suspect, of a
// disclosure: whom matching takes for the same first, then who is called alike.
func (s *Store) Likely(ctx context.Context, by access.Actor, held *pattern.Store, people *person.Store, d *Disclosure) (victims, suspects Likelihood, err error) {
	screened, err := held.Screen(ctx, by, d.record(by.Agency, ToAgency))
	if err != nil && !errors.Is(err, fault.Forbidden) { // who may not record reports finds by name
		return victims, suspects, err
	}
	find := func(first *person.Person, p *report.Party) (l Likelihood, err error) {
		var all []person.Person
		add := func(x person.Person) {
			if x.ID != "" && !slices.ContainsFunc(all, func(y person.Person) bool { return y.ID == x.ID }) {
				all = append(all, x)
			}
		}
		add(*first)
		name := strings.TrimSpace(p.GivenName + " " + p.FamilyName)
		if name == "" {
			name = strings.Join(p.Aliases, " ")
		}
		hits, err := people.Search(ctx, by, name)
		if err != nil {
			return l, err
		}
		for i := range hits {
			add(hits[i].Person)
		}
		born := func(x *person.Person) int { // another date of birth comes last
			switch {
			case x.ID == first.ID, p.Born != "" && x.Born == p.Born:
				return 0
			case p.Born != "" && x.Born != "":
				return 2
			}
			return 1
		}
		slices.SortStableFunc(all, func(a, b person.Person) int { return born(&a) - born(&b) })
		return Likelihood{all[:min(len(all), mostLikely)], len(all) > mostLikely}, nil
	}
	if victims, err = find(&screened.VictimIs, &d.Victim); err != nil || !calls(&d.Suspect) {
		return victims, suspects, err
	}
	suspects, err = find(&screened.SuspectIs, &d.Suspect)
	return victims, suspects, err
}

// record is the disclosure as a report of the agency.
func (d *Disclosure) record(agency, as string) *report.Record {
	if d.Holder != "" {
		agency = d.Holder
	}
	return &report.Record{ID: "D/" + db.NewID(), Agency: agency, Kind: report.Note, Count: 1, Offence: as, Relationship: d.Relationship, Narrative: d.Words, Victim: d.Victim, Suspect: d.Suspect}
}

// OpenByHand opens a case about somebody who told the actor of it. A person is known by a
// report, so that one is recorded, which says to whom it was told, unless both are known
// already and no more was said; what comes in later is matched with it. The id is empty
// when a lock hides from the actor whom it is about: it is kept, and there is no more to
// tell. Both are done, or neither.
func (s *Store) OpenByHand(ctx context.Context, by access.Actor, held *pattern.Store, d Disclosure) (id string, err error) {
	if err := s.trouble(); err != nil {
		return "", err
	}
	err = s.guard.Act(ctx, by, access.OpenCase, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("case", "")
		if err := d.Check(len(sight.Pool.Agencies) > 1); err != nil {
			return err
		}
		known := func(who string, p *report.Party) error {
			if who == "" {
				return nil
			}
			is, err := sight.Whose(ctx, tx, who)
			if err != nil {
				return err
			}
			return partyOf(ctx, tx, sight, is, p)
		}
		is := d
		if err := known(d.VictimIs, &is.Victim); err != nil {
			return err
		}
		suspected := d.SuspectIs != "" || calls(&d.Suspect)
		if err := known(d.SuspectIs, &is.Suspect); err != nil {
			return err
		}
		victim, suspect := d.VictimIs, d.SuspectIs
		as := ToAgency
		if advocate, _ := sight.MayReach(); advocate {
			as = ToAdvocate
		}
		if victim == "" || suspected && suspect == "" || d.Words != "" {
			if !access.Decide(&sight.Subject, access.RecordReport, access.Object{}).Allowed {
				return fault.Bad("given_name", "Your role may open a case for somebody who is known. Ask an officer or an advocate to record what was told")
			}
			r := is.record(sight.Agency, as)
			r.Reported = tx.Now
			key, _, err := held.RecordIn(ctx, tx, sight, r)
			if err != nil || key == "" {
				return err
			}
			if victim == "" {
				victim = person.VictimOf(key)
			}
			if suspected && suspect == "" {
				suspect = person.SuspectOf(key)
			}
			sight.Touched("report")
		}
		why := as + "."
		if d.Basis != "" {
			why += " Other agencies may know of it: " + strings.ToLower(d.Basis.Name()[:1]) + d.Basis.Name()[1:] + "."
		}
		id, err = s.open(ctx, tx, sight, victim, suspect, why)
		return err
	})
	return id, s.told(err)
}

// partyOf puts what is written most fully of a person, of what the actor may see, in the
// place of what was typed, so that a report of theirs is matched to them.
func partyOf(ctx context.Context, q db.Querier, sight *access.Sight, who string, p *report.Party) error {
	const looked = 12
	some, err := person.MentionsSeen(ctx, q, sight, who, looked)
	if err != nil || len(some) == 0 {
		return err
	}
	text, err := db.One(ctx, q, db.Text, `SELECT CASE WHEN m.id = r.id || 'v' THEN r.victim ELSE r.suspect END FROM mentions m JOIN reports r ON r.id = m.report WHERE m.id = $1`, person.Fullest(some).ID)
	if err != nil {
		return fmt.Errorf("what is written of somebody: %w", err)
	}
	typed := p.Aliases
	*p = report.Party{}
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return fmt.Errorf("party: %w", err)
	}
	p.Ref = ""
	for _, a := range typed {
		if !slices.Contains(p.Aliases, a) {
			p.Aliases = append(p.Aliases, a)
		}
	}
	return nil
}
