package personweb

import (
	"net/http"
	"net/url"
	"slices"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/web"
)

// A view is what a person's page shows.
type view struct {
	person.Person
	Total               int
	Known               []fact
	AsVictim, AsSuspect []pattern.Line
	Signposts           []string // agencies to ask too
	MorePatterns        bool
	Told                []told
	Maybe               []maybe
	Decided             []person.Decided

	Page  web.Page
	Links govuk.Pagination
	May   map[access.Action]bool
	Keeps bool // their own agency holds a report of them, and they may say how long
	Done  string
	Typed typed
	Lost  string // what was typed in a form that is here no more
	Wrong fault.Invalid
}

// A fact is one kind of thing that is known of a person.
type fact struct {
	Name   string
	Values []person.Value
}

// A told mention, and what it can be set apart from.
type told struct {
	person.Told
	Fullest bool   // the others are set beside it
	From    string // the mention it would be decided to be another person than; empty when it is alone
	Decided bool   // somebody decided that it is this person
}

// A maybe is another person who may be this one.
type maybe struct {
	person.Other
	Apart    *person.Decided // who decided already that it is not
	Opposite bool            // one reports the other
}

// typed is a decision as it was sent.
type typed struct {
	A, B   string
	Same   bool
	Undo   string // the decision to undo, when it is that
	Reason string
}

// field is the id of the field for the reason of a decision.
func (t typed) field() string {
	if t.Undo != "" {
		return "reason-" + t.Undo
	}
	return "reason-" + t.A + "-" + t.B
}

// about gathers a person's page.
func (h room) about(r *http.Request, id string) (v view, err error) {
	ctx := r.Context()
	v.Page = web.PageOf(r)
	if v.May, err = h.may(r); err != nil {
		return v, err
	}
	p, err := h.people.Page(ctx, access.From(ctx), id, v.Page.Offset(), v.Page.Limit())
	if err != nil {
		return v, err
	}
	known, err := h.people.Known(ctx, access.From(ctx), p.ID)
	if err != nil {
		return v, err
	}
	lines, err := h.held.With(ctx, access.From(ctx), p.ID)
	if err != nil {
		return v, err
	}
	if v.Signposts, err = h.held.Signposts(ctx, access.From(ctx), p.ID); err != nil {
		return v, err
	}
	v.Keeps = v.May[access.ReadRetention] && p.Ours
	v.Person, v.Total, v.Decided = p.Person, p.Total, p.Decided
	v.Known = factsOf(&known)
	v.MorePatterns = len(lines) == pattern.MostWith
	for _, l := range lines {
		if l.Victim == p.ID {
			v.AsVictim = append(v.AsVictim, l)
		} else {
			v.AsSuspect = append(v.AsSuspect, l)
		}
	}
	for _, t := range p.Told {
		one := told{Told: t, Fullest: t.ID == known.Fullest, From: known.Fullest}
		if one.Fullest {
			one.From = known.Another
		}
		one.Decided = slices.ContainsFunc(p.Decided, func(d person.Decided) bool {
			return d.Same && d.Undone == nil && (d.A == t.ID || d.B == t.ID)
		})
		v.Told = append(v.Told, one)
	}
	if v.Maybe, err = h.maybe(r, &p); err != nil {
		return v, err
	}
	for i := range v.Maybe {
		m := &v.Maybe[i]
		m.Opposite = slices.ContainsFunc(lines, func(l pattern.Line) bool { return l.Victim == m.ID || l.Suspect == m.ID })
	}
	at := &http.Request{URL: &url.URL{Path: "/people/" + p.ID}}
	v.Links = v.Page.Links(at, v.Total)
	return v, nil
}

// maybe are the people who may be this one, with the decisions that they are not.
func (h room) maybe(r *http.Request, p *person.Page) ([]maybe, error) {
	var mentions []string
	for _, d := range p.Decided {
		if !d.Same && d.Undone == nil {
			mentions = append(mentions, d.A, d.B)
		}
	}
	people, err := h.people.PeopleOf(r.Context(), access.From(r.Context()), mentions)
	if err != nil {
		return nil, err
	}
	all := make([]maybe, len(p.Maybe))
	for i, o := range p.Maybe {
		all[i].Other = o
		for j := range p.Decided {
			if d := &p.Decided[j]; !d.Same && d.Undone == nil && (people[d.A] == o.ID || people[d.B] == o.ID) {
				all[i].Apart = d
				break
			}
		}
	}
	return all, nil
}

// undecided is how many people nobody has decided about may be the same, at that
// chance or more.
func (v *view) undecided(least float64) (n int) {
	for _, m := range v.Maybe {
		if m.Apart == nil && m.Score.Same >= least {
			n++
		}
	}
	return n
}

// toCheck is how many people to check before anything else: those who are more
// likely than not the same or, when there is no pattern to read, all. It is nobody
// for a reader who may not decide.
func (v *view) toCheck() int {
	if !v.May[access.DecideIdentity] {
		return 0
	}
	if len(v.AsVictim)+len(v.AsSuspect) > 0 {
		return v.undecided(.5)
	}
	return v.undecided(0)
}

func factsOf(k *person.Known) (all []fact) {
	for _, f := range []fact{
		{"Names", k.Names}, {"Also called", k.Aliases}, {"Date of birth", k.Born}, {"Sex", k.Sexes}, {"Phone numbers", k.Phones}, {"E-mail addresses", k.Emails},
		{"Handles", k.Handles}, {"Addresses", k.Addresses}, {"Postcodes", k.Postcodes}, {"Vehicles", k.Vehicles}, {"References", k.Refs},
	} {
		if len(f.Values) > 0 {
			all = append(all, f)
		}
	}
	return all
}
