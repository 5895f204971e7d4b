package pattern

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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
func (s *Store) Screen(ctx context.Context, r *report.Record) (sc Screening, err error) {
	model, err := s.people.Model(ctx)
	if err != nil {
		return sc, err
	}
	err = s.db.Read(ctx, func(v *db.View) error {
		victim, suspect := match.Prepare(person.Of(r.Agency, &r.Victim)), match.Prepare(person.Of(r.Agency, &r.Suspect))
		sc.Victim, sc.Suspect, err = find(ctx, v, model, &victim, &suspect, func(*person.Mention) bool { return false })
		if err != nil {
			return err
		}
		return sc.complete(ctx, v, r)
	})
	return sc, err
}

// complete fills a screening in, once the two people are known.
func (s *Screening) complete(ctx context.Context, q db.Querier, r *report.Record) error {
	a := Tell(0, r, narrate.Skim(r.Narrative))
	s.Says = Saying(&a)
	heads, err := person.Heads(ctx, q, []string{s.Victim.Person, s.Suspect.Person})
	if err != nil {
		return err
	}
	s.VictimIs, s.SuspectIs = heads[s.Victim.Person], heads[s.Suspect.Person]
	suspect := s.Suspect.Person
	if s.Unnamed = !r.Victim.Empty() && !named(r.Agency, &r.Suspect); s.Unnamed {
		suspect = nobodyBy(s.Victim.Person)
	}
	if s.Victim.Known() {
		if s.OtherSuspects, err = db.All(ctx, q, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE p.victim = $1 AND p.suspect <> $2 ORDER BY p.pressing LIMIT 10`, s.Victim.Person, suspect); err != nil {
			return err
		}
	}
	if r.Victim.Empty() || s.Unnamed && !a.conduct() {
		return nil
	}
	s.Nth = 1
	if s.Suspect.Known() {
		if s.OtherVictims, err = db.All(ctx, q, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE p.suspect = $1 AND p.victim <> $2 ORDER BY p.pressing LIMIT 10`, s.Suspect.Person, s.Victim.Person); err != nil {
			return err
		}
	}
	if !s.Victim.Known() || !s.Suspect.Known() && !s.Unnamed {
		return nil
	}
	if s.Counter, err = db.All(ctx, q, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE p.suspect = $1 AND p.victim = $2 ORDER BY p.pressing LIMIT 10`, s.Victim.Person, s.Suspect.Person); err != nil {
		return err
	}
	earlier, err := ofPair(ctx, q, s.Victim.Person, suspect)
	if err != nil || len(earlier) == 0 {
		return err
	}
	same := [2]string{r.Agency, r.ID}
	records := map[[2]string]bool{same: true}
	for _, e := range earlier {
		records[[2]string{e.Agency, e.ID}] = true
	}
	s.Nth = len(records)
	c, err := around(ctx, q, s.Victim.Person, suspect, same)
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

// Record takes in one report as somebody typed it, and says what it is part of.
func (s *Store) Record(ctx context.Context, by string, r *report.Record) (key string, sc Screening, err error) {
	report.Clean(r)
	if err := check(r, s.db.Now()); err != nil {
		return "", sc, err
	}
	model, err := s.people.Model(ctx)
	if err != nil {
		return "", sc, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		k, err := take(ctx, tx, by, "", []*report.Record{r})
		if err != nil {
			return err
		}
		if key = k.taken[0].Key; k.taken[0].Taking == report.Already {
			return fault.Bad("record_id", "This report is held already, word for word")
		}
		if err := k.mend(ctx, tx); err != nil {
			return err
		}
		sc, err = place(ctx, tx, model, key, r)
		return err
	})
	return key, sc, err
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
