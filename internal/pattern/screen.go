package pattern

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern/match"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/words"
)

// A Screening says what one report is part of.
type Screening struct {
	Victim, Suspect       Spot
	VictimIs, SuspectIs   person.Person // who they are held to be, when known
	Nth                   int           // of this victim's reports about this suspect, this one counted; 0 when either is not named
	Whole                 *Held         // the pattern with this report in it, when there are two reports or occasions
	OtherVictims, Counter []Line        // patterns of other people about the suspect; of the suspect about the victim
	OtherSuspects         []Line        // patterns of the victim about others, or about nobody named
	Facing                *Side         // what the suspect reports about the victim, or nil
	Others                []Side        // what other people report about the suspect: ten at most, patterns first
	Unnamed               bool          // the report names nobody who did it
	Says                  []string      // what the report itself says happened, in words
}

// Sentence is the screening in one sentence or two.
func (s *Screening) Sentence() string {
	switch {
	case s.Unnamed && s.Nth > 1:
		return fmt.Sprintf("This is the %s report by this victim of such conduct that names nobody, from %s. That it is one person is for enquiry to show.", ordinal(s.Nth), words.Count(len(s.Whole.Agencies), "agency", "agencies"))
	case s.Unnamed && s.Victim.Known():
		return fmt.Sprintf("This report names nobody who did it. The victim is named in %s already.", words.Count(s.VictimIs.AsVictim, "other report", "other reports"))
	case s.Nth == 0:
		return "This report does not name both a victim and a suspect, so it cannot be set beside others yet."
	case s.Nth == 1 && s.Suspect.Known():
		return fmt.Sprintf("This is the first report by this victim about this suspect. The suspect is named in %s already.", words.Count(s.SuspectIs.AsSuspect, "other report", "other reports"))
	case s.Nth == 1:
		return "This is the first report by this victim about this suspect."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "This is the %s report by this victim about this suspect, from %s.", ordinal(s.Nth), words.Count(len(s.Whole.Agencies), "agency", "agencies"))
	if earlier := words.List(s.Whole.recordedWords()); earlier != "" {
		fmt.Fprintf(&b, " Recorded so far as %s.", earlier)
	}
	return b.String()
}

func ordinal(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
		return fmt.Sprintf("%dth", n)
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// Screen says what a report would be part of, and keeps nothing.
func (s *Store) Screen(ctx context.Context, by access.Actor, r *report.Record) (sc Screening, err error) {
	err = s.guard.Look(ctx, by, access.RecordReport, func(v *db.View, sight *access.Sight) error {
		model, err := s.people.ModelOf(ctx, v, sight.Pool.ID)
		if err != nil {
			return err
		}
		victim, suspect := match.Prepare(person.Of(r.Agency, &r.Victim)), match.Prepare(person.Of(r.Agency, &r.Suspect))
		sc.Victim, sc.Suspect, err = find(ctx, v, &sight.Pool, model, &victim, &suspect, func(m *person.Mention) bool { return sight.Hidden(m.Person) })
		if err != nil {
			return err
		}
		if err := sc.complete(ctx, v, sight, r); err != nil {
			return err
		}
		sc.Facing, sc.Others, err = sidesOf(ctx, v, sight, sc.Victim.Person, sc.Suspect.Person)
		return err
	})
	return sc, err
}

// complete fills a screening in, once the two people are known.
func (s *Screening) complete(ctx context.Context, q db.Querier, sight *access.Sight, r *report.Record) error {
	sight.Saw("screening", "", s.Victim.Person, s.Suspect.Person)
	a := Tell(0, r, narrate.Skim(r.Narrative))
	s.Says = Saying(&a)
	heads, err := person.HeadsSeen(ctx, q, sight, []string{s.Victim.Person, s.Suspect.Person})
	if err != nil {
		return err
	}
	s.VictimIs, s.SuspectIs = heads[s.Victim.Person], heads[s.Suspect.Person]
	suspect := s.Suspect.Person
	if s.Unnamed = !r.Victim.Empty() && !named(r.Agency, &r.Suspect); s.Unnamed {
		suspect = nobodyBy(s.Victim.Person)
	}
	if s.Victim.Known() {
		if s.OtherSuspects, err = linesSeen(ctx, q, sight, `p.victim = $1 AND p.suspect <> $2`, s.Victim.Person, suspect); err != nil {
			return err
		}
	}
	if r.Victim.Empty() || s.Unnamed && !a.conduct() {
		return nil
	}
	s.Nth = 1
	if s.Suspect.Known() {
		if s.OtherVictims, err = linesSeen(ctx, q, sight, `p.suspect = $1 AND p.victim <> $2`, s.Suspect.Person, s.Victim.Person); err != nil {
			return err
		}
	}
	if !s.Victim.Known() || !s.Suspect.Known() && !s.Unnamed {
		return nil
	}
	if s.Counter, err = linesSeen(ctx, q, sight, `p.suspect = $1 AND p.victim = $2`, s.Victim.Person, s.Suspect.Person); err != nil {
		return err
	}
	earlier, err := ofPair(ctx, q, sight, s.Victim.Person, suspect)
	if err != nil || len(earlier) == 0 {
		return err
	}
	same := [2]string{r.Agency, r.ID}
	records := map[[2]string]bool{same: true}
	for _, e := range earlier {
		records[[2]string{e.Agency, e.ID}] = true
	}
	s.Nth = len(records)
	c, err := around(ctx, q, sight, s.Victim.Person, suspect, same)
	if err != nil {
		return err
	}
	h := hold(append(earlier, heldAccount{Account: a, key: "~"}), c)
	h.Victim, h.Suspect = s.VictimIs.Name, s.SuspectIs.Name
	if s.Unnamed {
		h.Suspect = nobodyNamed
	}
	if course(&h) {
		s.Whole = &h
	}
	return nil
}

// Record takes in one report as somebody typed it, and says what it is part of. The
// key is empty when a lock hides from whoever typed it whom the report names.
func (s *Store) Record(ctx context.Context, by access.Actor, r *report.Record) (key string, sc Screening, err error) {
	report.Clean(r)
	if err := check(r, s.db.Now()); err != nil {
		return "", sc, err
	}
	err = s.guard.Act(ctx, by, access.RecordReport, func(tx *db.Tx, sight *access.Sight) error {
		key, sc, err = s.RecordIn(ctx, tx, sight, r)
		return err
	})
	return key, sc, err
}

// Correct keeps a newer version of a report that is held, as somebody decided that it
// counts: its parties are who they were.
func (s *Store) Correct(ctx context.Context, tx *db.Tx, sight *access.Sight, r *report.Record) (key string, err error) {
	model, err := s.people.ModelOf(ctx, tx, sight.Pool.ID)
	if err != nil {
		return "", err
	}
	k, err := take(ctx, tx, sight, "", []*report.Record{r}, nil)
	if err != nil || k.taken[0].Taking == report.Already {
		return k.key(), err
	}
	if err := k.mend(ctx, tx, sight.Pool.ID); err != nil {
		return "", err
	}
	key = k.key()
	return key, place(ctx, tx, &sight.Pool, model, key, r, nil, func(Spot, Spot) error { return nil })
}

// key is the key of the first of what was kept.
func (k *keeping) key() string {
	if len(k.taken) == 0 {
		return ""
	}
	return k.taken[0].Key
}

// RecordIn is Record as part of what an actor does besides, who may record reports: it
// is for the use-case to have asked.
func (s *Store) RecordIn(ctx context.Context, tx *db.Tx, sight *access.Sight, r *report.Record) (key string, sc Screening, err error) {
	report.Clean(r)
	if err := check(r, tx.Now); err != nil {
		return "", sc, err
	}
	model, err := s.people.ModelOf(ctx, tx, sight.Pool.ID)
	if err != nil {
		return "", sc, err
	}
	k, err := take(ctx, tx, sight, "", []*report.Record{r}, s.Stops)
	if err != nil {
		return "", sc, err
	}
	if key = k.taken[0].Key; k.taken[0].Taking == report.Already && k.taken[0].Waits { // all that is new of it waits
		sight.Saw("report", key, person.VictimOf(key), person.SuspectOf(key))
		key, err = unlessHidden(ctx, tx, sight, key)
		return key, sc, err
	}
	if k.taken[0].Taking == report.Already {
		return "", sc, fault.Bad("record_id", "This report is held already, word for word")
	}
	if err := k.mend(ctx, tx, sight.Pool.ID); err != nil {
		return "", sc, err
	}
	leave, err := s.keepApart(ctx, tx, sight, model, key, r)
	if err != nil {
		return "", sc, err
	}
	if err := place(ctx, tx, &sight.Pool, model, key, r, leave, func(v, s Spot) error {
		for _, spot := range []*Spot{&v, &s} {
			if sight.Hidden(spot.Person) {
				*spot = Spot{} // the report is where it belongs, and whoever typed it is not told
			}
		}
		sc.Victim, sc.Suspect = v, s
		return sc.complete(ctx, tx, sight, r)
	}); err != nil {
		return "", sc, err
	}
	if err := s.guard.Again(ctx, tx, sight); err != nil {
		return "", sc, err
	}
	sight.Saw("report", key, person.VictimOf(key), person.SuspectOf(key))
	key, err = unlessHidden(ctx, tx, sight, key)
	return key, sc, err
}

// unlessHidden is the key of a report, or "" when a lock hides it from the actor.
func unlessHidden(ctx context.Context, q db.Querier, sight *access.Sight, key string) (string, error) {
	if !sight.Blind() {
		return key, nil
	}
	_, err := report.Seen(ctx, q, sight, key)
	if errors.Is(err, fault.NotFound) {
		return "", nil
	}
	return key, err
}

// mostTyped is how many letters a reference, or the name of an agency, may have.
const mostTyped = 200

// check says, in the words of the form, what is missing from a typed report.
func check(r *report.Record, now time.Time) error {
	var wrong fault.Messages
	if strings.TrimSpace(r.ID) == "" {
		wrong.Add("record_id", "Enter the reference of the report")
	} else if utf8.RuneCountInString(r.ID) > mostTyped {
		wrong.Add("record_id", "The reference of the report has 200 letters at most")
	}
	if strings.TrimSpace(r.Agency) == "" {
		wrong.Add("agency", "Enter the agency that holds it")
	} else if utf8.RuneCountInString(r.Agency) > mostTyped {
		wrong.Add("agency", "The name of the agency has 200 letters at most")
	}
	if r.Reported.IsZero() {
		wrong.Add("reported_at", "Enter when it was reported")
	} else if r.Reported.After(now) {
		wrong.Add("reported_at", "When it was reported is in the future")
	}
	if r.Victim.Empty() && r.Suspect.Empty() && strings.TrimSpace(r.Narrative) == "" {
		wrong.Add("narrative", "Say what happened, or who is involved")
	}
	return wrong.Err()
}
