package casefile

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/warning"
	"clew/internal/when"
)

// mostIncidents is how many incidents a case may have, so that its pages stand.
const mostIncidents = 50_000

// mostPapers is how many documents the page of an incident shows.
const mostPapers = 20

// Alone says that only the agency of whoever writes may read an incident. It is put in
// the place of a basis.
const Alone Basis = "own"

// A Telling is an incident as somebody typed it, with what they know beside it.
type Telling struct {
	incident.Draft        // Suspect is a person of the case, or empty: not known who
	Reads          Basis  // why other agencies may read it, or Alone
	Known          string // when the agency came to know; empty: now
	Fear           int
	Impact         []string
}

// An Incident is one version of an incident of a case, and who did it.
type Incident struct {
	incident.Incident
	Person string // of the case; empty: not known who, or erased
	Who    string // what that person is called
}

// Incidents is a list of incidents.
type Incidents struct {
	Case
	All   []Incident
	Total int
}

// An IncidentPage is one incident with all its versions, the newest first, and its facts
// in the order they were written.
type IncidentPage struct {
	Case
	Versions []Incident
	Facts    []incident.Fact
	Papers   Documents // that belong to it, the newest
	Agencies []string  // that read the case
}

// Now is the incident as it stands.
func (p IncidentPage) Now() *Incident { return &p.Versions[0] }

// reader is the actor's agency, that reads the incidents of a case.
func reader(sight *access.Sight, c *Case) incident.Reader {
	return incident.Reader{Case: c.ID, Agency: sight.Agency, Merged: c.merged}
}

// whose fills in who did some incidents: suspects of the case, or those who were split
// from it.
func whose(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, versions []incident.Incident) ([]Incident, error) {
	who := map[string]person.Person{}
	for _, p := range c.Suspects {
		for _, m := range c.mentions[p.ID] {
			who[m] = p
		}
	}
	var gone []string
	for _, v := range versions {
		if v.Suspect != "" && v.Suspect != incident.Erased && who[v.Suspect].ID == "" {
			gone = append(gone, v.Suspect)
		}
	}
	if len(gone) > 0 {
		slices.Sort(gone)
		some, err := person.Some(ctx, q, slices.Compact(gone))
		if err != nil {
			return nil, err
		}
		people := make([]string, len(some))
		for i := range some {
			people[i] = some[i].Person
		}
		heads, err := person.HeadsSeen(ctx, q, sight, people)
		if err != nil {
			return nil, err
		}
		for i := range some {
			who[some[i].ID] = person.Person{Name: heads[some[i].Person].Name}
		}
	}
	all := make([]Incident, len(versions))
	for i, v := range versions {
		p := who[v.Suspect]
		all[i] = Incident{v, p.ID, p.Name}
	}
	return all, nil
}

// Incidents are the incidents of a case that the actor may read, the latest first. kind
// and suspect narrow them: a code, and a person of the case or Nobody.
func (s *Store) Incidents(ctx context.Context, by access.Actor, id, kind, suspect string, skip, most int) (list Incidents, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if list.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		sight.Touched("incidents")
		f := incident.Filter{Kind: incident.KindOf(kind).Code, Unknown: suspect == Nobody}
		f.Suspects = list.mentions[suspect]
		of := reader(sight, &list.Case)
		all, total, err := incident.List(ctx, v, of, f, skip, most)
		if err != nil {
			return err
		}
		list.Total = total
		if err := incident.Words(ctx, v, s.keys(ctx, v), all); err != nil {
			return err
		}
		list.All, err = whose(ctx, v, sight, &list.Case, all)
		return err
	})
	return list, err
}

// Incident is one incident of a case.
func (s *Store) Incident(ctx context.Context, by access.Actor, id, one string) (p IncidentPage, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if p.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		sight.Touched("incident")
		of := reader(sight, &p.Case)
		versions, err := incident.Versions(ctx, v, of, one)
		if err != nil {
			return err
		}
		if p.Facts, err = incident.Facts(ctx, v, of, one); err != nil {
			return err
		}
		keys := s.keys(ctx, v)
		if err := incident.Words(ctx, v, keys, versions); err != nil {
			return err
		}
		opener, trouble := keys(versions[0].Case)
		if err := incident.FactWords(ctx, v, opener, trouble, one, p.Facts); err != nil {
			return err
		}
		if p.Papers, err = s.documents(ctx, v, sight, &p.Case, one, 0, mostPapers); err != nil {
			return err
		}
		p.Agencies = sight.Pool.Agencies
		p.Versions, err = whose(ctx, v, sight, &p.Case, versions)
		return err
	})
	return p, err
}

// read is the incident somebody typed, with its suspect as a mention.
func (t *Telling) read(c *Case, now time.Time) (incident.Incident, fault.Messages) {
	draft := t.Draft
	draft.Basis = ""
	if t.Reads != Alone {
		draft.Basis = string(t.Reads)
	}
	var missing bool
	draft.Suspect, missing = suspectOf(c, t.Suspect)
	i, wrong := draft.Read(now)
	if missing {
		wrong.Add("suspect", "Choose who did it, or that it is not known")
	}
	if t.Reads != Alone && t.Reads.Name() == "" {
		wrong.Add("reads", "Choose who may read it")
	}
	return i, wrong
}

// Nobody says that it is not known who did something.
const Nobody = "unknown"

// suspectOf is the mention that stands for a person of the case; missing when there is
// none of that id and it is not Nobody.
func suspectOf(c *Case, who string) (mention string, missing bool) {
	if who == Nobody || who == "" && len(c.Suspects) == 0 {
		return "", false
	}
	if len(c.mentions[who]) == 0 {
		return "", true
	}
	return c.mentions[who][0], false
}

// writer is who writes an incident of a case. What is added to one that is there goes
// to the case it was written in.
func writer(sight *access.Sight, id string) *incident.Incident {
	return &incident.Incident{Case: id, Agency: sight.Agency, Account: sight.Account, Name: sight.Name}
}

// RecordIncident keeps an incident of a case. It is read by the agencies that read the
// case, unless it is the actor's agency's own.
func (s *Store) RecordIncident(ctx context.Context, by access.Actor, id string, t Telling) (made string, err error) {
	err = s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		i, wrong := t.read(c, tx.Now)
		var facts []incident.Fact
		if strings.TrimSpace(t.Known) != "" {
			f, bad := incident.Tell(sight.Agency, t.Known, i.Happened, tx.Now)
			facts = append(facts, f)
			merge(&wrong, bad)
		}
		if t.Fear != 0 || len(t.Impact) > 0 {
			on := i.Happened.String()
			if on == "" {
				on = when.On(tx.Now).String()
			}
			f, bad := incident.Felt(t.Fear, t.Impact, "", on, tx.Now)
			facts = append(facts, f)
			merge(&wrong, bad)
		}
		if err := room(ctx, tx, c.ID, 1, "words", &wrong); err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		sight.Touched("incident")
		pen, err := s.seal.Pen(ctx, tx, subject(c.ID))
		if err != nil {
			return err
		}
		all := []incident.Incident{i}
		if err := incident.Add(ctx, tx, pen, writer(sight, c.ID), all); err != nil {
			return err
		}
		if err := s.tie(ctx, tx, all); err != nil {
			return err
		}
		made = all[0].ID
		for n := range facts {
			facts[n].Incident = made
			if err := incident.AddFact(ctx, tx, pen, writer(sight, c.ID), &facts[n]); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

// room says so when a case has no room for so many incidents more.
func room(ctx context.Context, q db.Querier, id string, more int, field string, wrong *fault.Messages) error {
	n, err := incident.Count(ctx, q, id)
	if n+more > mostIncidents {
		wrong.Add(field, "A case has 50,000 incidents at most")
	}
	return err
}

func merge(to *fault.Messages, from fault.Messages) {
	if bad, ok := from.Err().(fault.Invalid); ok {
		for _, m := range bad {
			to.Add(m.Field, m.Text)
		}
	}
}

// CorrectIncident keeps a new version of an incident, and why the one before was wrong.
// number is that of the version the actor saw: when there is a newer one, the error is
// fault.Conflict. What was shared stays shared.
func (s *Store) CorrectIncident(ctx context.Context, by access.Actor, id, one string, number int, t Telling) error {
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		versions, err := incident.Versions(ctx, tx, reader(sight, c), one)
		if err != nil {
			return err
		}
		old := &versions[0]
		if old.Suspect == incident.Erased {
			t.Suspect = Nobody
		}
		i, wrong := t.read(c, tx.Now)
		if old.Suspect == incident.Erased {
			i.Suspect = old.Suspect
		}
		switch {
		case i.Said.Why == "":
			wrong.Add("why", "Say what was wrong before")
		case utf8.RuneCountInString(i.Said.Why) > longestNote:
			wrong.Add("why", "What was wrong has 20,000 characters at most")
		}
		if old.Basis != "" && i.Basis == "" && t.Reads == Alone {
			wrong.Add("reads", "Other agencies have read it: it stays shared")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if number != old.Number {
			return fault.Conflict
		}
		sight.Touched("incident")
		i.ID, i.Number = old.ID, old.Number
		pen, err := s.seal.Pen(ctx, tx, subject(old.Case))
		if err != nil {
			return err
		}
		all := []incident.Incident{i}
		if err := incident.Add(ctx, tx, pen, writer(sight, old.Case), all); err != nil {
			return err
		}
		return s.tie(ctx, tx, all)
	})
}

// TellOf keeps when an agency that reads the case came to know of an incident. replaces
// is a fact that was wrong, or empty.
func (s *Store) TellOf(ctx context.Context, by access.Actor, id, one, agency, on, replaces string) error {
	return s.addFact(ctx, by, id, one, replaces, func(sight *access.Sight, happened when.Moment, now time.Time) (incident.Fact, fault.Messages) {
		f, wrong := incident.Tell(agency, on, happened, now)
		if !slices.Contains(sight.Pool.Agencies, agency) {
			wrong.Add("agency", "Choose an agency that reads this case")
		}
		return f, wrong
	})
}

// FeltOf keeps what an incident did to the victim, from a day on. replaces is a fact that
// was wrong, or empty.
func (s *Store) FeltOf(ctx context.Context, by access.Actor, id, one string, fear int, impact []string, words, since, replaces string) error {
	return s.addFact(ctx, by, id, one, replaces, func(_ *access.Sight, _ when.Moment, now time.Time) (incident.Fact, fault.Messages) {
		return incident.Felt(fear, impact, strings.TrimSpace(words), since, now)
	})
}

func (s *Store) addFact(ctx context.Context, by access.Actor, id, one, replaces string, read func(*access.Sight, when.Moment, time.Time) (incident.Fact, fault.Messages)) error {
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		of := reader(sight, c)
		versions, err := incident.Versions(ctx, tx, of, one)
		if err != nil {
			return err
		}
		f, wrong := read(sight, versions[0].Happened, tx.Now)
		f.Incident, f.Replaces = one, replaces
		if replaces != "" {
			facts, err := incident.Facts(ctx, tx, of, one)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(facts, func(x incident.Fact) bool { return x.ID == replaces })
			switch {
			case i < 0 || facts[i].Kind != f.Kind:
				return fault.NotFound
			case facts[i].Gone:
				return fault.Conflict
			}
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		sight.Touched("incident")
		pen, err := s.seal.Pen(ctx, tx, subject(versions[0].Case))
		if err != nil {
			return err
		}
		return incident.AddFact(ctx, tx, pen, writer(sight, versions[0].Case), &f)
	})
}

// A Diary is what a victim wrote down, as somebody pasted it.
type Diary struct {
	Text    string
	Suspect string // a person of the case, or Nobody
	Reads   Basis
	Known   string // when the agency came to know of it; empty: now
	Undated bool   // keep lines that begin with no date
	Paste   string // an id: one paste is kept once
}

// ReadDiary reads a diary as KeepDiary would, and keeps nothing.
func (s *Store) ReadDiary(ctx context.Context, by access.Actor, id string, d Diary) (c Case, lines []incident.Line, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if c, err = head(ctx, v, sight, id); err != nil || d.Text == "" {
			return err
		}
		lines, err = incident.Diary(d.Text, v.Now, d.Undated)
		return err
	})
	return c, lines, err
}

// KeepDiary keeps the entries of a diary that could be read. Those that could not are
// given back, and none is lost. A paste that is kept already is not kept again: the error
// is fault.Conflict.
func (s *Store) KeepDiary(ctx context.Context, by access.Actor, id string, d Diary) (kept int, left []incident.Line, err error) {
	lines, unread := incident.Diary(d.Text, s.guard.DB().Now(), d.Undated) // before anybody waits for the writing
	err = s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		kept, left = 0, nil
		var wrong fault.Messages
		suspect, missing := suspectOf(c, d.Suspect)
		if missing {
			wrong.Add("suspect", "Choose who did it, or that it is not known")
		}
		if d.Reads != Alone && d.Reads.Name() == "" {
			wrong.Add("reads", "Choose who may read it")
		}
		if unread != nil {
			return unread
		}
		var all []incident.Incident
		for _, l := range lines {
			if l.Wrong != "" {
				left = append(left, l)
				continue
			}
			l.Incident.Suspect = suspect
			if d.Reads != Alone {
				l.Incident.Basis = string(d.Reads)
			}
			all = append(all, l.Incident)
		}
		if len(all) == 0 {
			wrong.Add("diary", "There is no entry that can be read")
		}
		var told *incident.Fact
		if strings.TrimSpace(d.Known) != "" {
			var last when.Moment // that began
			for n := range all {
				if m := all[n].Happened; m.Known() && m.From.After(last.From) {
					last = m
				}
			}
			f, bad := incident.Tell(sight.Agency, d.Known, last, tx.Now)
			merge(&wrong, bad)
			told = &f
		}
		if err := room(ctx, tx, c.ID, len(all), "diary", &wrong); err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		of := reader(sight, c)
		if there, err := incident.Pasted(ctx, tx, of, d.Paste); err != nil || there && d.Paste != "" {
			if err == nil {
				err = fault.Conflict
			}
			return err
		}
		sight.Touched("incidents")
		pen, err := s.seal.Pen(ctx, tx, subject(c.ID))
		if err != nil {
			return err
		}
		incident.Paste(all, d.Paste)
		if err := incident.Add(ctx, tx, pen, writer(sight, c.ID), all); err != nil {
			return err
		}
		kept = len(all)
		if told == nil {
			return nil
		}
		return incident.TellAll(ctx, tx, writer(sight, c.ID), *told, all)
	})
	return kept, left, err
}

// incidentFacts are the facts that one incident of a case, and what was written about it,
// are to early warnings. suspect is the number of who did it, or -1: what nobody is said to
// have done is no conduct of any suspect. at is where a find was, if that is known.
func incidentFacts(i *incident.Incident, about []*incident.Fact, suspect int, at *warning.Position) []warning.Fact {
	f := warning.Fact{ID: incidentFact + i.ID, Kind: warning.OfIncident, By: "not known", Seq: i.Turn, Happened: i.Happened, Entered: i.Entered, Known: known(i.Basis, i.Agency, i.Entered),
		Detail: warning.Detail{Behaviours: i.Behaviours, Acts: i.Acts, Channel: i.Channel, Count: i.Times, Features: i.Features}}
	if i.Until.Known() {
		f.Happened = spread(i.Happened.From, i.Until.To.Add(-time.Microsecond))
	}
	if suspect >= 0 {
		f.By, f.Pairs = whoOf(suspect), []string{PairOf(suspect)}
	}
	if i.Kind == incident.Find {
		findFact(&f, i, at)
	}
	var all []warning.Fact
	for _, x := range about {
		if x.Kind == incident.Known {
			f.Known = append(f.Known, warning.Knowing{By: x.Who, At: surely(x)})
			continue
		}
		if i.Kind != incident.Find {
			f.Fear = max(f.Fear, x.Fear)
		}
		all = append(all, warning.Fact{ID: incidentFact + i.ID + "-" + x.ID, Kind: warning.OfImpact, Pairs: f.Pairs, Happened: x.When, Entered: x.At, Known: known(i.Basis, x.Agency, x.At),
			Detail: warning.Detail{Fear: x.Fear, Impact: x.Impact}})
	}
	return append(all, f)
}

// incidentFact begins the id of a fact that is of an incident kept by hand.
const incidentFact = "n-"

// IncidentOf is the incident that a fact of a warning is of, if it is of one.
func IncidentOf(fact string) (id string, ok bool) {
	id, ok = strings.CutPrefix(fact, incidentFact)
	id, _, _ = strings.Cut(id, "-")
	return id, ok
}

// surely is when an agency knew, by what is written of when it came to know: from the
// beginning of that day; by the end of what is less precise, and when it was written.
func surely(f *incident.Fact) time.Time {
	if f.When.Precision >= when.Day {
		return f.When.From
	}
	if f.When.To.Before(f.At) {
		return f.When.To
	}
	return f.At
}

// known is who knows of something from when it was written.
func known(basis, agency string, at time.Time) []warning.Knowing {
	if basis != "" {
		agency = ""
	}
	return []warning.Knowing{{By: agency, At: at}}
}

// incidentWords opens what was written of the incidents in a chronology.
func (s *Store) incidentWords(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, all []Event) error {
	at := map[string]*Event{}
	for i := range all {
		if all[i].Kind == Happened {
			at[all[i].ID] = &all[i]
		}
	}
	if len(at) == 0 {
		return nil
	}
	some, err := incident.Some(ctx, q, reader(sight, c), slices.Sorted(maps.Keys(at)))
	if err != nil {
		return err
	}
	if err := incident.Words(ctx, q, s.keys(ctx, q), some); err != nil {
		return err
	}
	for _, i := range some {
		e := at[i.ID]
		e.Words, e.Lost = i.Said.Words, i.Lost
	}
	return nil
}
