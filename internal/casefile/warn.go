package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
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
	{"arrest:suspect", "The suspect was arrested", false},
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
func DeedName(code string) string { d, _ := deed(code); return d.Name }

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

// rank is what a decision counts as: a hold gives way to a supervisor or a specialist.
func rank(sight *access.Sight) string {
	switch {
	case sight.Program, sight.Is(access.Supervisor):
		return "supervisor"
	case sight.Is(access.Champion, access.AdvocacyManager):
		return "specialist"
	}
	return "constable"
}

// the people of an engine's case.
const victim = "v"

// warn is what early warnings say of a case now.
func (s *Store) warn(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, now time.Time) ([]warning.Warning, error) {
	if c.Victim.ID == "" || len(c.Suspects) == 0 {
		return nil, nil
	}
	wc := warning.Case{People: map[string]warning.Person{victim: {Name: c.Victim.Name}}}
	var facts []warning.Fact
	for i, p := range c.Suspects {
		who, pair := fmt.Sprint("s", i), fmt.Sprint("p", i)
		wc.People[who] = warning.Person{Name: p.Name}
		accounts, err := pattern.AccountsOf(ctx, q, sight, c.Victim.ID, p.ID)
		if err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		relation := pattern.Unsaid
		for j := range accounts {
			facts = append(facts, told(pair, who, accounts[0].ID, &accounts[j])...)
			relation = max(relation, accounts[j].Relationship)
		}
		words := ""
		if relation != pattern.Unsaid {
			words = relation.String()
		}
		wc.Pairs = append(wc.Pairs, warning.Pair{ID: pair, Victim: victim, Suspect: who, Relationship: words})
		lines, err := pattern.Between(ctx, q, sight, c.Victim.ID, p.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Others > 0 {
				facts = append(facts, warning.Fact{ID: "others-" + pair, Kind: warning.OfHistory, Pairs: []string{pair}, To: who, Known: everybody(c.Opened),
					Detail: warning.Detail{Victim: "somebody else", What: "reported by others"}})
			}
		}
	}
	deeds, err := s.deeds(ctx, q, c.ID)
	if err != nil {
		return nil, err
	}
	e := warning.New(wc, warning.Options{})
	for _, f := range append(facts, deeds...) {
		if err := e.Add(f); err != nil {
			return nil, fmt.Errorf("warnings: %w", err)
		}
	}
	state := e.At(now)
	return state.Standing, nil
}

func everybody(at time.Time) []warning.Knowing { return []warning.Knowing{{At: at}} }

// told is what one report says: that it was made, and what it says happened.
func told(pair, who, first string, a *pattern.Account) []warning.Fact {
	recorded := a.Code
	if recorded == "" {
		recorded = a.Title
	}
	if recorded == "" {
		recorded = "none"
	}
	r := warning.Fact{ID: a.Key, Kind: warning.OfReport, Pairs: []string{pair}, To: who, Agency: a.Agency, Happened: when.At(a.Reported), Known: everybody(a.Reported),
		Detail: warning.Detail{Ref: a.ID, RecordedAs: recorded, LinkedTo: []string{first}}}
	if a.Says.Behaviours == 0 && a.Says.Fear == 0 && !a.Says.Threat {
		return []warning.Fact{r}
	}
	i := warning.Fact{ID: "i-" + a.Key, Kind: warning.OfIncident, Pairs: []string{pair}, By: who, Happened: spread(a.From, a.To), Known: everybody(a.Reported),
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
	rows, err := db.All(ctx, q, scan, `SELECT id, kind, about, agency, name, length(words), at FROM case_steps WHERE case_id = $1 AND kind IN ($2, $3) AND shared = 1 ORDER BY at, id`, id, string(Did), string(ToldVictim))
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
		switch f.Kind = warning.Kind(kind); f.Kind {
		case warning.OfAssessment:
			f.Tool, f.Refused = "a stalking tool", what == "refused"
		case warning.OfOffer:
			f.Answer = what
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
