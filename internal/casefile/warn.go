package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/warning"
	"clew/internal/when"
)

// A Deed is something done about a case that early warnings ask for, or go by.
type Deed struct {
	Code   string // "decision:spo"
	Name   string // as a form offers it
	Reason bool   // it counts only with a reason
}

// Deeds are all deeds, in the order a form offers them.
var Deeds = []Deed{
	{"assessment:made", "The risk was assessed with a stalking tool", false},
	{"assessment:refused", "An assessment was offered and refused", false},
	{"offer:accepted", "An advocate was offered, and accepted", false},
	{"offer:declined", "An advocate was offered, and declined", false},
	{"warning:words-of-advice", "The suspect was given words of advice", false},
	{"warning:harassment-warning", "The suspect was given a warning notice", false},
	{"contact:victim", "There was contact with the victim", false},
	{"warrant:wanted", "The suspect is wanted", false},
	{"warrant-attempt:tried", "An attempt was made to find the suspect", false},
	{"arrest:suspect", "The suspect was arrested", false},
	{"charge:suspect", "The suspect was charged", false},
	{"release:suspect", "The suspect was released", false},
	{"conviction:suspect", "The suspect was convicted", false},
	{"outcome:ended", "The prosecution ended without a conviction", false},
	{"disposal:victim", "The victim was arrested or penalised", false},
	{"compromise:found", "An account, device, vehicle or key is compromised", false},
	{"outside-body:relevant", "An employer, unit, school or other force should know", false},
	{"outside-body:told", "That employer, unit, school or force was told", false},
	{"outside-body:decided-not", "Decided: not to tell that employer, unit, school or force", true},
	{"enquiry:named", "Somebody was named who should be asked", false},
	{"enquiry:made", "Whoever was named was asked", false},
	{"order:SPO", "A stalking protection order was served", false},
	{"order:interim-SPO", "An interim stalking protection order was served", false},
	{"order:restraining", "A restraining order was made", false},
	{"order:non-molestation", "A non-molestation order was served", false},
	{"order:bail", "Bail conditions were set", false},
	{"decision:spo", "Decided: whether to apply for a stalking protection order", true},
	{"decision:search", "Decided: whether to search", true},
	{"decision:breach", "Decided: whether conditions were breached", true},
	{"decision:arrest", "Decided: whether to arrest", true},
	{"decision:grade", "Decided: how grave the risk is", true},
	{"decision:link", "Decided: link it to other reports or cases", true},
	{"decision:not-linked", "Decided: not to link it", true},
	{"decision:victim-disposal", "Decided: whether what was done against the victim stands", true},
	{"decision:not-stalking", "Decided: it is not stalking", true},
}

func deed(code string) (d Deed, ok bool) {
	for _, d := range Deeds {
		if d.Code == code {
			return d, true
		}
	}
	return d, false
}

// DeedName is what people call a deed, or "".
func DeedName(code string) string {
	if rule, ok := strings.CutPrefix(code, answer); ok {
		return "A warning answered: " + RuleName(rule)
	}
	d, _ := deed(code)
	return d.Name
}

// answer begins what is kept of a warning that somebody answered with a reason.
const answer = "answer:"

// RuleName is what a rule of the early warnings asks for, today.
func RuleName(rule string) string {
	for _, v := range warning.Versions() {
		if v.ID == rule && !v.Until.Known() {
			return v.Do
		}
	}
	return rule
}

// done is what a step of the kind Did is about: codes alone.
type done struct {
	Deed string `json:"deed"`
	On   string `json:"on"` // the day, as dates are written
	Rank string `json:"rank,omitempty"`
}

// Do keeps that something was done on a day. words say more, and why.
func (s *Store) Do(ctx context.Context, by access.Actor, id, code, on, words string) error {
	words = strings.TrimSpace(words)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var wrong fault.Messages
		d, ok := deed(code)
		if !ok {
			wrong.Add("deed", "Choose what was done")
		}
		if d.Reason && words == "" {
			wrong.Add("deed_words", "A decision wants a reason")
		}
		if utf8.RuneCountInString(words) > longestNote {
			wrong.Add("deed_words", "What you say of it has 20,000 characters at most")
		}
		if wrong.Err() == nil {
			if err := s.held(ctx, tx, sight, c, code); err != nil {
				return err
			}
		}
		day, text := endOf(on)
		switch {
		case strings.TrimSpace(on) == "":
			wrong.Add("on", "Enter the day it was done")
		case text != "":
			wrong.Add("on", "Enter the day, such as 27/3/2026")
		case when.On(day).From.After(tx.Now):
			wrong.Add("on", "The day is in the future")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		about, err := json.Marshal(done{code, when.On(day).String(), rank(sight)})
		if err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Did, string(about), words, true)
	})
}

// held refuses a decision that a hold stops: it wants a supervisor or a specialist.
func (s *Store) held(ctx context.Context, tx *db.Tx, sight *access.Sight, c *Case, code string) error {
	step, stopped := map[string]warning.Step{"decision:grade": warning.Grade, "decision:not-stalking": warning.Classify}[code]
	if !stopped || rank(sight) != constable {
		return nil
	}
	state, err := s.state(ctx, tx, sight, c, tx.Now)
	if err != nil {
		return err
	}
	if holds := state.Holds(step); len(holds) > 0 {
		return fault.Bad("deed", "A supervisor or a specialist must decide this, because a warning stands. "+holds[0].Says)
	}
	return nil
}

// Answer keeps why a warning of a rule does not ask for more: it is set aside until
// something new comes in.
func (s *Store) Answer(ctx context.Context, by access.Actor, id, rule, words string) error {
	words = strings.TrimSpace(words)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		state, err := s.state(ctx, tx, sight, c, tx.Now)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(state.Standing, func(w warning.Warning) bool { return w.Rule == rule })
		switch {
		case i < 0:
			return fault.Conflict // it was answered meanwhile
		case words == "":
			return fault.Bad("answer_words", "Say why")
		case utf8.RuneCountInString(words) > longestNote:
			return fault.Bad("answer_words", "Why has 20,000 characters at most")
		case state.Standing[i].Severity == warning.Hold && rank(sight) == constable:
			return fault.Bad("answer_words", "A hold gives way only to what it asks for, or to the decision of a supervisor or a specialist")
		}
		about, err := json.Marshal(done{answer + rule, when.On(tx.Now).String(), rank(sight)})
		if err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Did, string(about), words, true)
	})
}

// rank is what a decision counts as: a hold gives way to a supervisor or a specialist.
func rank(sight *access.Sight) string {
	switch {
	case sight.Program, sight.Is(access.Supervisor):
		return "supervisor"
	case sight.Is(access.Champion, access.AdvocacyManager):
		return "specialist"
	}
	return constable
}

// constable is the rank of whoever is no supervisor and no specialist.
const constable = "constable"

// the people of an engine's case, and its pairs.
const victim = "v"

func whoOf(suspect int) string { return fmt.Sprint("s", suspect) }

// PairOf is the pair, in the warnings of a case, of its victim and the suspect of that
// number, 0 being the first.
func PairOf(suspect int) string { return fmt.Sprint("p", suspect) }

// warn is what early warnings say of a case now.
func (s *Store) warn(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, now time.Time) ([]warning.Warning, error) {
	state, err := s.state(ctx, q, sight, c, now)
	return state.Standing, err
}

// because are the reports that raised warnings: what the agency calls each, by its id.
func because(ctx context.Context, q db.Querier, warnings []warning.Warning) (map[string]string, error) {
	called := map[string]string{}
	var ids []string
	for i := range warnings {
		w := &warnings[i]
		w.Facts = slices.Clone(w.Facts)
		for n, f := range w.Facts {
			for _, of := range []string{incidentOf, findOf, asideOf} {
				w.Facts[n] = strings.TrimPrefix(w.Facts[n], of)
			}
			if one, ok := IncidentOf(f); ok {
				w.Facts[n] = incidentFact + one // what is told of an incident leads to it
			}
			if rest, ok := strings.CutPrefix(f, tieOf); ok {
				w.Facts[n], _, _ = strings.Cut(rest, "-")
			}
		}
		slices.Sort(w.Facts)
		w.Facts = slices.Compact(w.Facts)
		ids = append(ids, w.Facts[:min(len(w.Facts), MostBecause)]...)
	}
	if len(ids) == 0 {
		return called, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	scan := func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }
	return called, db.Each(ctx, q, scan, func(x [2]string) error { called[x[0]] = x[1]; return nil }, `SELECT id, record FROM reports WHERE id IN (`+db.List(1, len(ids))+`) ORDER BY id`, db.Args(ids)...)
}

// MostBecause is how many of the reports that raised a warning a page names.
const MostBecause = 5

// incidentOf begins the id of what a report says happened.
const incidentOf = "i-"

// asideOf begins the id of a report that is kept apart from somebody in the case. It may
// be one of another pair of the case too.
const asideOf = "a-"

// Watched is what early warnings say of a case, and when to ask again. Pair p0 is of
// the first suspect, and so on.
func (s *Store) Watched(ctx context.Context, q db.Querier, sight *access.Sight, id string, now time.Time) (c Case, state warning.State, err error) {
	if c, err = head(ctx, q, sight, id); err == nil && c.Closed.IsZero() {
		state, err = s.state(ctx, q, sight, &c, now)
	}
	return c, state, err
}

func (s *Store) state(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, now time.Time) (warning.State, error) {
	return s.stateIf(ctx, q, sight, c, now, supposition{})
}

// stateIf is state, if something were so.
func (s *Store) stateIf(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, now time.Time, as supposition) (state warning.State, err error) {
	if c.Victim.ID == "" {
		return state, nil
	}
	ground, err := s.groundOf(ctx, q, sight, c, now)
	if err != nil {
		return state, err
	}
	loose, err := s.loose(ctx, q, sight, c)
	if err != nil {
		return state, err
	}
	found, err := found(ctx, q, sight, c, ground.c.Places, &ground.settings)
	if err != nil {
		return state, err
	}
	if loose = append(loose, found...); as.closed {
		for i := range c.Suspects {
			loose = append(loose, asked(PairOf(i), sight))
		}
	}
	of := ""
	if c.ID != "" {
		of = fmt.Sprint(c.ID, sight.Agency, sight.Program)
	}
	w := s.engines.take(of, ground)
	if err := w.bring(ctx, q, s, sight, c, as, loose); err != nil {
		return state, fmt.Errorf("warnings: %w", err)
	}
	state = w.engine.At(now)
	s.engines.keep(w)
	return state, nil
}

// loose are the facts of a case but for its reports and incidents, and what was found.
func (s *Store) loose(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]warning.Fact, error) {
	all, err := s.deeds(ctx, q, c.ID)
	if err != nil {
		return nil, err
	}
	people := []string{c.Victim.ID}
	unruled := true
	for i, p := range c.Suspects {
		people = append(people, p.ID)
		lines, err := pattern.Between(ctx, q, sight, c.Victim.ID, p.ID)
		if err != nil {
			return nil, err
		}
		unruled = unruled && len(lines) > 0
		for _, l := range lines {
			made, err := recording.Made(ctx, q, l.ID)
			if err != nil {
				return nil, err
			}
			unruled = unruled && len(made) == 0
			all = append(all, decidedOf(made, PairOf(i))...)
			others := l.Others > 0
			if others && sight.Program { // whoever reads its lists may be one from whom the others are hidden
				closed, err := s.guard.Closed(ctx, q)
				if err != nil {
					return nil, err
				}
				if others, err = pattern.AnyOther(ctx, q, sight, c.Victim.ID, p.ID, closed); err != nil {
					return nil, err
				}
			}
			if others {
				all = append(all, warning.Fact{ID: "others-" + PairOf(i), Kind: warning.OfHistory, Pairs: []string{PairOf(i)}, To: whoOf(i), Known: everybody(c.Opened),
					Detail: warning.Detail{Victim: "somebody else", What: "reported by others"}})
			}
		}
	}
	c.unruled = unruled
	ties, err := s.tieFacts(ctx, q, sight, c)
	if err != nil {
		return nil, err
	}
	aside, err := pattern.AsideOf(ctx, q, sight, people)
	for _, a := range aside {
		all = append(all, warning.Fact{ID: asideOf + a.Key, Kind: warning.OfReport, Agency: a.Agency, Happened: when.At(a.TakenIn), Known: everybody(a.TakenIn), Detail: warning.Detail{Ref: a.ID}})
	}
	return append(all, ties...), err
}

// cameLate is when reports of a pair came in that did so after the case was opened,
// by their keys: until then those who work on it knew nothing of them. A correction
// came when what it corrects did. With keys of reports, it is of them alone.
func cameLate(ctx context.Context, q db.Querier, opened time.Time, victim, suspect string, keys ...string) (map[string]time.Time, error) {
	args, some := []any{victim, suspect, opened.UnixMicro()}, ""
	if len(keys) > 0 {
		some = ` AND r.id IN (` + db.List(4, len(keys)) + `)`
		args = append(args, db.Args(keys)...)
	}
	late := map[string]time.Time{}
	type row struct {
		key string
		at  int64
	}
	err := db.Each(ctx, q, func(r db.Row) (x row, err error) { return x, r.Scan(&x.key, &x.at) }, func(x row) error {
		if x.at > opened.UnixMicro() {
			late[x.key] = time.UnixMicro(x.at).UTC()
		}
		return nil
	}, `SELECT r.id, (SELECT MIN(v.taken_in) FROM reports v WHERE v.same_record = r.same_record) FROM accounts a JOIN reports r ON r.id = a.report
		WHERE a.victim = $1 AND a.suspect = $2 AND r.taken_in > $3`+some, args...)
	if err != nil {
		return nil, fmt.Errorf("when reports came in: %w", err)
	}
	return late, nil
}

func everybody(at time.Time) []warning.Knowing { return []warning.Knowing{{At: at}} }

// decidedOf is what two people decided about the recording of a pattern: that it is
// something other than stalking.
func decidedOf(made []recording.Decision, pair string) (all []warning.Fact) {
	for i := range made {
		d := &made[i]
		if d.Standing() == recording.Confirmed && (d.Verdict == recording.Harassment || d.Verdict == recording.NotOne) {
			at := d.Answers[len(d.Answers)-1].At
			all = append(all, warning.Fact{ID: "recording-" + d.ID, Kind: warning.OfDecision, Pairs: []string{pair}, By: d.By, Known: everybody(at), Happened: when.At(at),
				Detail: warning.Detail{On: "not-stalking", Reason: d.Reason, Rank: "supervisor"}})
		}
	}
	return all
}

// Holding says why a step may not be taken about a victim and a suspect, whether they
// have a case or not; empty when nothing stands in the way.
func (s *Store) Holding(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string, step warning.Step, now time.Time) (string, error) {
	heads, err := person.HeadsSeen(ctx, q, sight, []string{victim, suspect})
	if err != nil {
		return "", err
	}
	him, known := heads[suspect]
	if !known {
		return "", nil // nobody is named
	}
	c := Case{Opened: now, Victim: heads[victim], Suspects: []person.Person{him}}
	state, err := s.state(ctx, q, sight, &c, now)
	if holds := state.Holds(step); err == nil && len(holds) > 0 {
		return holds[0].Says + " " + holds[0].Do + ".", nil
	}
	return "", err
}

// told is what one report about a suspect says: that it was made, and what it says
// happened; both are known from then on. first is the oldest of the pair.
func told(suspect int, first string, known time.Time, a *pattern.Account) []warning.Fact {
	who, pair := whoOf(suspect), PairOf(suspect)
	recorded := a.Code
	if recorded == "" {
		recorded = a.Title
	}
	if recorded == "" {
		recorded = "none"
	}
	r := warning.Fact{ID: a.Key, Kind: warning.OfReport, Pairs: []string{pair}, To: who, Agency: a.Agency, Happened: when.At(a.Reported), Known: everybody(known),
		Detail: warning.Detail{Ref: a.ID, RecordedAs: recorded, LinkedTo: []string{first}}}
	if a.Says.Behaviours == 0 && a.Says.Fear == 0 && !a.Says.Threat {
		return []warning.Fact{r}
	}
	i := warning.Fact{ID: incidentOf + a.Key, Kind: warning.OfIncident, Pairs: []string{pair}, By: who, Happened: spread(a.From, a.To), Known: everybody(known),
		Detail: warning.Detail{Count: a.Count}}
	for _, b := range pattern.In(a.Says.Behaviours, narrate.Behaviours) {
		i.Behaviours = append(i.Behaviours, string(b))
	}
	for _, b := range pattern.In(a.Says.Acts, narrate.Acts) {
		i.Acts = append(i.Acts, string(b))
	}
	for _, b := range pattern.In(a.Says.Impact, narrate.Impacts) {
		i.Impact = append(i.Impact, string(b))
	}
	if a.Says.Threat {
		i.Acts = append(i.Acts, "threat")
	}
	switch a.Says.Fear {
	case pattern.Alarm:
		i.Fear = warning.Distress
	case pattern.Violence:
		i.Fear = warning.Violence
	}
	r.About = []string{i.ID}
	return []warning.Fact{i, r}
}

// spread is the moment from an instant to another.
func spread(from, to time.Time) when.Moment {
	if from.IsZero() {
		return when.Moment{}
	}
	m := when.Moment{From: from, To: to.Add(time.Microsecond), Precision: when.Year}
	switch d := to.Sub(from); {
	case d <= time.Minute:
		m.Precision = when.Minute
	case d <= 25*time.Hour:
		m.Precision = when.Day
	case d <= 32*24*time.Hour:
		m.Precision = when.Month
	}
	return m
}

// deeds are the facts that people kept of a case.
func (s *Store) deeds(ctx context.Context, q db.Querier, id string) (all []warning.Fact, err error) {
	type row struct {
		id, kind, about, agency, name string
		words                         bool
		at                            int64
	}
	scan := func(r db.Row) (x row, err error) {
		var length int64
		err = r.Scan(&x.id, &x.kind, &x.about, &x.agency, &x.name, &length, &x.at)
		x.words = length > 0
		return x, err
	}
	rows, err := db.All(ctx, q, scan, `SELECT id, kind, about, agency, name, length(words), at FROM case_steps WHERE `+within("case_id", "$1")+` AND kind IN ($2, $3) AND shared = 1 ORDER BY at, id`, id, string(Did), string(ToldVictim))
	if err != nil {
		return nil, fmt.Errorf("deeds: %w", err)
	}
	for _, r := range rows {
		at := time.UnixMicro(r.at).UTC()
		f := warning.Fact{ID: r.id, Known: everybody(at), Happened: when.At(at), Agency: r.agency, By: r.name}
		if r.kind == string(ToldVictim) {
			f.Kind, f.Told = warning.OfContact, "written down"
			all = append(all, f)
			continue
		}
		var d done
		if err := json.Unmarshal([]byte(r.about), &d); err != nil {
			return nil, fmt.Errorf("deed %s: %w", r.id, err)
		}
		m, err := when.Parse(d.On)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("deed %s", r.id), err)
		}
		f.Happened = m
		kind, what, _ := strings.Cut(d.Deed, ":")
		if kind+":" == answer {
			kind, what, f.Clears = string(warning.OfDecision), "", []string{what}
		}
		switch f.Kind = warning.Kind(kind); f.Kind {
		case warning.OfAssessment:
			f.Tool, f.Refused = "a stalking tool", what == "refused"
		case warning.OfOffer:
			f.Answer = what
		case warning.OfDisposal:
			f.Form, f.To = "arrest or penalty", victim
		case warning.OfCompromise:
			f.What = "account, device, vehicle or key"
		case warning.OfOutsideBody:
			f.Name, f.State = "An outside body", what
		case warning.OfEnquiry:
			f.Of, f.State = []string{"somebody"}, what
		case warning.OfContact:
			f.Told = "written down"
		case warning.OfWarning, warning.OfOrder:
			f.Form, f.Served = what, m
		case warning.OfDecision:
			f.On, f.Rank = what, d.Rank
			if r.words {
				f.Reason = "written down"
			}
		}
		all = append(all, f)
	}
	return all, nil
}
