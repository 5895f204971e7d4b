package chronology

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"clew/internal/warning"
	"clew/internal/when"
)

const version = "chronology/1"

func (p *parser) file(n *yaml.Node) {
	m := p.fields(p.plain(n), "a chronology", "clew", "title", "area", "people", "pair", "pairs", "places", "events", "expect")
	if m == nil {
		return
	}
	if v := p.text(m["clew"]); v != version {
		at := n
		if m["clew"] != nil {
			at = m["clew"]
		}
		p.bad(at, "the file says %q; this program reads clew: %s", short(v), version)
		return
	}
	p.c.Title, p.c.Area = p.text(m["title"]), p.text(m["area"])
	p.c.Case.Title = p.c.Title
	p.people(m["people"])
	p.pairs(n, m["pair"], m["pairs"])
	p.places(m["places"])
	if m["events"] != nil {
		p.events(m["events"])
	}
	if len(p.faults) == 0 {
		p.contradictions()
	}
	if len(p.faults) == 0 {
		p.knowledge()
	}
	if m["expect"] != nil {
		p.expect(m["expect"])
	}
}

// entries calls do for each entry of a mapping of ids.
func (p *parser) entries(n *yaml.Node, what string, do func(id string, key, v *yaml.Node)) {
	if n == nil || n.Tag == "!!null" {
		return
	}
	m := p.fields(n, what)
	if len(m) > MaxPeople {
		p.bad(n, "there are more than %d", MaxPeople)
		return
	}
	for i := 0; m != nil && i+1 < len(n.Content); i += 2 {
		if k := n.Content[i]; k.Kind == yaml.ScalarNode {
			do(k.Value, k, p.plain(n.Content[i+1]))
		}
	}
}

func (p *parser) people(n *yaml.Node) {
	p.c.Case.People = map[string]warning.Person{}
	p.entries(n, "people", func(id string, _, v *yaml.Node) {
		m := p.fields(v, "a person", "name", "dob", "aliases", "phones", "handles", "emails")
		p.c.Case.People[id] = warning.Person{Name: p.text(m["name"]), DOB: p.date(m["dob"]), Aliases: p.list(m["aliases"]),
			Phones: p.list(m["phones"]), Handles: p.list(m["handles"]), Emails: p.list(m["emails"])}
	})
}

func (p *parser) pairs(file, single, several *yaml.Node) {
	add := func(id string, n *yaml.Node) {
		m := p.fields(n, "a pair", "victim", "suspect", "relationship", "from", "until")
		pair := warning.Pair{ID: id, Victim: p.person(m["victim"]), Suspect: p.person(m["suspect"]), Relationship: strings.ToLower(p.text(m["relationship"])),
			From: p.date(m["from"]), Until: p.date(m["until"])}
		if m != nil && (pair.Victim == "" || pair.Suspect == "") && (m["victim"] == nil || m["suspect"] == nil) {
			p.bad(n, "a pair names a victim and a suspect")
		}
		if pair.Victim != "" && pair.Victim == pair.Suspect {
			p.bad(n, "the victim and the suspect are one person")
		}
		p.c.Case.Pairs = append(p.c.Case.Pairs, pair)
	}
	switch {
	case single != nil && several != nil:
		p.bad(several, "write pair or pairs, not both")
	case single != nil:
		add("pair", single)
	case several != nil:
		p.entries(several, "pairs", func(id string, _, v *yaml.Node) { add(id, v) })
	}
	if len(p.c.Case.Pairs) == 0 {
		p.bad(file, "there is no pair: who is the victim and who the suspect?")
	}
}

func (p *parser) places(n *yaml.Node) {
	p.c.Case.Places = map[string]warning.Place{}
	p.entries(n, "places", func(id string, _, v *yaml.Node) {
		m := p.fields(v, "a place", "of", "kind", "at", "name")
		p.c.Case.Places[id] = warning.Place{Of: p.person(m["of"]), Kind: p.text(m["kind"]), Name: p.text(m["name"]), At: p.position(m["at"])}
	})
}

// person reads the id of a person of the file.
func (p *parser) person(n *yaml.Node) string {
	id := p.text(n)
	if id == "" {
		return ""
	}
	if _, ok := p.c.Case.People[id]; !ok {
		p.bad(n, "there is nobody %q among people%s", short(id), meant(id, keys(p.c.Case.People)))
	}
	return id
}

func keys[V any](m map[string]V) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// The fields of each kind of event, beside those all have.
var (
	common = []string{"id", "happened", "kind", "known", "agency", "by", "to", "pair", "note"}
	own    = map[warning.Kind][]string{
		warning.OfIncident:    {"behaviours", "acts", "channel", "place", "count", "fear", "impact", "travel_km", "features"},
		warning.OfReport:      {"about", "ref", "recorded_as", "grade", "linked_to"},
		warning.OfAssessment:  {"tool", "concern", "refused"},
		warning.OfImpact:      {"impact", "fear"},
		warning.OfWarning:     {"form", "served", "in_person"},
		warning.OfOrder:       {"form", "made", "served", "until", "terms"},
		warning.OfWarrant:     {"reason"},
		warning.OfAttempt:     {"reason"},
		warning.OfExecution:   {"reason"},
		warning.OfArrest:      {"of", "offence"},
		warning.OfCharge:      {"of", "offence"},
		warning.OfRelease:     {"of", "offence"},
		warning.OfConviction:  {"of", "offence"},
		warning.OfOutcome:     {"of", "offence"},
		warning.OfDisposal:    {"form"},
		warning.OfFind:        {"items", "place", "position"},
		warning.OfClosure:     {"of", "reason"},
		warning.OfContact:     {"told"},
		warning.OfOffer:       {"answer"},
		warning.OfEnquiry:     {"of", "state"},
		warning.OfOutsideBody: {"name", "state"},
		warning.OfDecision:    {"on", "reason", "rank", "clears"},
		warning.OfCompromise:  {"what"},
		warning.OfHistory:     {"victim", "what", "crime", "when"},
		warning.OfTie:         {"victim", "what"},
		warning.OfEnd:         {},
	}
	orderForms = []string{"SPO", "interim-SPO", "restraining", "non-molestation", "DAPO", "injunction", "bail", "licence",
		"occupation", "DVPO", "DVPN", "DAPN", "child-arrangements"}
	subjects = []string{"not-stalking", "spo", "search", "arrest", "link", "not-linked", "grade", "closure", "victim-disposal", "breach"}
)

func kindNames() (all []string) {
	for _, k := range warning.Kinds {
		all = append(all, string(k))
	}
	return all
}

func (p *parser) events(n *yaml.Node) {
	if n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.SequenceNode {
		p.bad(n, "events is a list: each begins with a hyphen")
		return
	}
	if len(n.Content) > MaxEvents {
		p.bad(n, "there are more than %d events", MaxEvents)
		return
	}
	refs := map[string]bool{}
	for i, e := range n.Content {
		e = p.plain(e)
		if e.Kind != yaml.MappingNode {
			p.bad(e, "an event is a list of names and values, as {id: e1, happened: 2025-12-01, kind: incident}")
			continue
		}
		kind := warning.Kind("")
		for j := 0; j+1 < len(e.Content); j += 2 {
			if e.Content[j].Value == "kind" {
				kind = warning.Kind(p.one(e.Content[j+1], "kind of event", kindNames()...))
			}
		}
		if kind == "" {
			if !slices.ContainsFunc(e.Content, func(n *yaml.Node) bool { return n.Value == "kind" }) {
				p.bad(e, "this event does not say of what kind it is")
			}
			continue
		}
		m := p.fields(e, article(string(kind)), append(slices.Clone(common), own[kind]...)...)
		f := p.event(e, kind, m)
		f.Seq = i + 1
		if _, ok := p.index[f.ID]; !ok {
			p.index[f.ID] = len(p.c.Facts)
		}
		if f.Ref != "" {
			refs[f.Ref] = true
		}
		p.c.Facts, p.nodes, p.given = append(p.c.Facts, f), append(p.nodes, e), append(p.given, m)
	}
	for i := range p.c.Facts { // what points elsewhere in the file
		f, m := &p.c.Facts[i], p.given[i]
		for _, id := range f.About {
			if t := p.fact(id); t == nil {
				p.bad(m["about"], "there is no event %q%s", short(id), meant(id, keys(p.ids)))
			} else if t.Kind != warning.OfIncident {
				p.bad(m["about"], "%q is %s, and a report is about incidents", id, article(string(t.Kind)))
			}
		}
		for _, ref := range f.LinkedTo {
			if !refs[ref] {
				p.c.Notices = append(p.c.Notices, Fault{m["linked_to"].Line, m["linked_to"].Column, "no report of this file has the ref " + short(ref)}.Error())
			}
		}
		if f.Kind != warning.OfEnquiry {
			for _, id := range f.Of {
				_, person := p.c.Case.People[id]
				if person && f.To == "" {
					f.To = id
				}
				if p.ids[id] == nil && !person && !refs[id] {
					p.bad(m["of"], "there is no event %q%s", short(id), meant(id, keys(p.ids)))
				}
			}
		}
		if f.Kind == warning.OfDisposal && f.To != "" {
			p.person(m["to"])
		}
		f.Pairs = p.about(f, m)
	}
}

func article(noun string) string {
	noun = strings.ReplaceAll(noun, "-", " ")
	if strings.ContainsAny(noun[:1], "aeio") {
		return "an " + noun
	}
	return "a " + noun
}

func (p *parser) fact(id string) *warning.Fact {
	if i, ok := p.index[id]; ok {
		return &p.c.Facts[i]
	}
	return nil
}

func (p *parser) event(e *yaml.Node, kind warning.Kind, m map[string]*yaml.Node) (f warning.Fact) {
	f = warning.Fact{ID: p.text(m["id"]), Kind: kind, Agency: p.text(m["agency"]), By: p.text(m["by"]), To: p.text(m["to"]), Note: p.text(m["note"])}
	switch {
	case f.ID == "":
		p.bad(e, "this event has no id")
	case p.ids[f.ID] != nil:
		p.bad(m["id"], "the id %q is taken by the event in line %d", short(f.ID), p.ids[f.ID].Line)
	default:
		p.ids[f.ID], p.c.lines[f.ID] = e, e.Line
	}
	if m["happened"] == nil {
		p.bad(e, "this event does not say when it happened; write unknown if nobody knows")
	}
	f.Happened = p.date(m["happened"])
	d := &f.Detail
	d.Behaviours = p.some(m["behaviours"], "behaviour", warning.Behaviours)
	for _, a := range p.list(m["acts"]) {
		d.Acts = append(d.Acts, strings.ToLower(a))
	}
	d.Channel = p.one(m["channel"], "channel", warning.Channels...)
	if d.Place = p.text(m["place"]); d.Place != "" {
		if _, ok := p.c.Case.Places[d.Place]; !ok {
			p.bad(m["place"], "there is no place %q%s", short(d.Place), meant(d.Place, keys(p.c.Case.Places)))
		}
	}
	if m["count"] != nil {
		n := p.number(m["count"], 1, 100_000)
		if d.Count = int(n); float64(d.Count) != n {
			p.bad(m["count"], "a count is a whole number")
		}
	}
	if s := p.one(m["fear"], "fear", warning.Fears[1:]...); s != "" {
		d.Fear = warning.Fear(slices.Index(warning.Fears[:], s))
	}
	d.Impact, d.TravelKM = p.list(m["impact"]), p.number(m["travel_km"], 0, 50_000)
	if m["features"] != nil {
		d.Features = map[string]string{}
		p.entries(m["features"], "features", func(k string, _, v *yaml.Node) { d.Features[strings.ToLower(k)] = p.text(v) })
	}
	d.About, d.Ref, d.RecordedAs, d.LinkedTo = p.list(m["about"]), p.text(m["ref"]), p.text(m["recorded_as"]), p.list(m["linked_to"])
	d.Graded = p.one(m["grade"], "grade", "low", "standard", "medium", "high")
	d.Tool, d.Concern, d.Refused = p.text(m["tool"]), p.one(m["concern"], "level of concern", "low", "moderate", "high"), p.yes(m["refused"])
	switch kind {
	case warning.OfOrder:
		d.Form = p.one(m["form"], "form of order", orderForms...)
	case warning.OfDisposal:
		d.Form = p.one(m["form"], "form of disposal", "fixed-penalty", "caution", "false-report", "arrest")
		if f.To == "" {
			p.bad(e, "a disposal says against whom it is: to")
		}
	default:
		d.Form = p.text(m["form"])
	}
	d.Made, d.Until, d.Terms = p.date(m["made"]), p.date(m["until"]), p.list(m["terms"])
	if d.NotServed = strings.EqualFold(p.text(m["served"]), "never"); !d.NotServed {
		d.Served = p.date(m["served"])
	}
	p.yes(m["in_person"])
	d.Of, d.Offence, d.Reason = p.list(m["of"]), p.text(m["offence"]), p.text(m["reason"])
	d.Items, d.Position = p.list(m["items"]), p.position(m["position"])
	d.Told, d.Answer = strings.Join(p.list(m["told"]), ", "), p.text(m["answer"])
	if l := strings.ToLower(d.Told); l == "no" || l == "false" || l == "nothing" {
		d.Told = ""
	}
	d.Name = p.text(m["name"])
	switch kind {
	case warning.OfEnquiry:
		if d.State = p.one(m["state"], "state of an enquiry", "named", "asked", "answered"); len(d.Of) == 0 {
			p.bad(e, "an enquiry says of whom it is: of")
		}
	case warning.OfOutsideBody:
		if d.State = p.one(m["state"], "state of an outside body", "relevant", "told", "decided-not"); d.Name == "" {
			p.bad(e, "an outside body has a name")
		}
	case warning.OfCompromise:
		d.What = p.one(m["what"], "thing that is compromised", "account", "device", "vehicle", "key")
	default:
		d.What = p.text(m["what"])
	}
	d.On, d.Rank = p.one(m["on"], "subject of a decision", subjects...), p.text(m["rank"])
	d.Clears = p.some(m["clears"], "rule", warning.IDs())
	d.Victim, d.Crime, d.When = p.text(m["victim"]), p.one(m["crime"], "answer", "yes", "no", "true", "false"), p.date(m["when"])
	return f
}

// about says which pairs an event is about: those it names, those of the incidents a
// report or closure is about, those of the person it is to; else all.
func (p *parser) about(f *warning.Fact, m map[string]*yaml.Node) (pairs []string) {
	all := p.c.Case.Pairs
	if named := p.list(m["pair"]); len(named) > 0 {
		for _, id := range named {
			if !slices.ContainsFunc(all, func(x warning.Pair) bool { return x.ID == id }) {
				p.bad(m["pair"], "there is no pair %q", short(id))
				continue
			}
			pairs = append(pairs, id)
		}
		return pairs
	}
	if len(all) == 1 {
		return []string{all[0].ID}
	}
	add := func(ids ...string) {
		for _, id := range ids {
			if !slices.Contains(pairs, id) {
				pairs = append(pairs, id)
			}
		}
	}
	for _, id := range append(slices.Clone(f.About), f.Of...) {
		if t := p.fact(id); t != nil && t.Seq < f.Seq {
			add(t.Pairs...)
		}
	}
	if len(pairs) > 0 {
		return pairs
	}
	for _, x := range all {
		switch f.Kind {
		case warning.OfIncident:
			if f.By == x.Suspect && (f.To == "" || f.To == x.Victim) || f.By == "" && f.To == x.Victim {
				add(x.ID)
			}
		case warning.OfReport:
			if f.By == x.Victim {
				add(x.ID)
			}
		default:
			if f.To != "" && (f.To == x.Suspect || f.To == x.Victim) {
				add(x.ID)
			}
		}
	}
	if f.Kind == warning.OfIncident && len(pairs) == 0 {
		at := m["id"]
		if at == nil {
			at = m["kind"]
		}
		p.bad(at, "there are several pairs: say about which this incident is (pair)")
	}
	return pairs
}

// contradictions says where a file cannot be so.
func (p *parser) contradictions() {
	type end struct {
		id string
		at when.Moment
	}
	dead := map[string]end{} // victims of a killing
	for i := range p.c.Facts {
		f, n, m := &p.c.Facts[i], p.nodes[i], p.given[i]
		if k := p.text(m["known"]); k != "" && !strings.EqualFold(k, "never") {
			if at := p.date(m["known"]); at.Before(f.Happened) {
				p.bad(m["known"], "%s was known on %s, before it happened (%s)", f.ID, at.Words(), f.Happened.Words())
			}
		}
		if f.Served.Before(f.Made) {
			p.bad(m["served"], "%s was served on %s, before it was made (%s)", f.ID, f.Served.Words(), f.Made.Words())
		}
		if f.Until.Before(f.Made) || f.Until.Before(f.Served) {
			p.bad(m["until"], "%s ends on %s, before it began", f.ID, f.Until.Words())
		}
		if f.Kind == warning.OfHistory && f.Happened.Before(f.When) && f.When.Known() {
			p.bad(m["when"], "%s is an earlier record, and its when (%s) is later than happened (%s)", f.ID, f.When.Words(), f.Happened.Words())
		}
		for _, id := range f.About {
			if t := p.fact(id); t != nil && strings.EqualFold(p.text(p.given[t.Seq-1]["known"]), "never") {
				p.bad(n, "%s reports %s, which nobody came to know of (known: never)", f.ID, id)
			}
			if t := p.fact(id); t != nil && f.Happened.Before(t.Happened) {
				p.bad(n, "%s reports %s on %s, before it happened (%s)", f.ID, id, f.Happened.Words(), t.Happened.Words())
			}
		}
		if f.Kind == warning.OfRelease || f.Kind == warning.OfClosure {
			for _, id := range f.Of {
				if t := p.fact(id); t != nil && f.Happened.Before(t.Happened) {
					p.bad(n, "%s is of %s, which happened later (%s)", f.ID, id, t.Happened.Words())
				}
			}
		}
		for _, x := range p.c.Case.Pairs {
			if !slices.Contains(f.Pairs, x.ID) {
				continue
			}
			if f.Kind == warning.OfIncident && (slices.Contains(f.Acts, "killed") || slices.Contains(f.Acts, "murder")) {
				dead[x.Victim] = end{f.ID, f.Happened}
			}
			d, ok := dead[x.Victim]
			if ok && d.at.Before(f.Happened) && f.ID != d.id && (f.By == x.Victim && f.Kind != warning.OfIncident || f.Kind == warning.OfContact && f.By == "") {
				p.bad(n, "%s is of %s, and %s was killed before that (%s, %s)", f.ID, f.Happened.Words(), p.c.Case.People[x.Victim].Name, d.id, d.at.Words())
			}
		}
		if i > 0 && f.Happened.Before(p.c.Facts[i-1].Happened) {
			p.c.Notices = append(p.c.Notices, Fault{n.Line, n.Column, f.ID + " happened before " + p.c.Facts[i-1].ID + ", which stands above it; the dates are believed"}.Error())
		}
		if f.Kind == warning.OfDecision && (f.Reason == "" || f.By == "") {
			p.c.Notices = append(p.c.Notices, Fault{n.Line, n.Column, f.ID + " has no reason or nobody who decided (by), so it clears nothing"}.Error())
		}
	}
}

// knowledge works out who came to know of each event, and when. A day is known from
// its beginning, but not before what stands above it in the file on that day; a
// longer time is known at its end, or when what stands below it happened. An incident that nobody's agency saw is known
// to whoever reports it, from the report on; one that is in no report, or says
// when it was known, is in the diary.
func (p *parser) knowledge() {
	facts := p.c.Facts
	var before []time.Time // when those above were known
	effective := make([]time.Time, len(facts))
	latest := time.Time{}
	for i := range facts {
		f, m := &facts[i], p.given[i]
		k := f.Happened
		if s := p.text(m["known"]); s != "" && !strings.EqualFold(s, "never") {
			k = p.date(m["known"])
		}
		at := latest
		switch {
		case !k.Known():
		case k.Precision < when.Day:
			at = k.To.Add(-time.Minute)
		default:
			at = k.From
			for _, b := range before {
				if b.After(at) && b.Before(k.To) {
					at = b
				}
			}
			if f.Happened.Known() && f.Happened.From.After(at) && f.Happened.From.Before(k.To) {
				at = f.Happened.From
			}
		}
		effective[i] = at
		if at.After(latest) {
			latest = at
		}
		before = append(before, at)
		f.Entered = at
	}
	earliest := latest
	for i, at := range effective {
		if !at.IsZero() && latest.Sub(at) > MaxYears*366*24*time.Hour {
			p.bad(p.nodes[i], "%s is more than %d years before the last event: check the years", facts[i].ID, MaxYears)
			return
		}
	}
	for _, at := range effective {
		if !at.IsZero() && at.Before(earliest) {
			earliest = at
		}
	}
	// a longer time is over by what stands below it, and was known by then
	below := time.Time{}
	for i := len(facts) - 1; i >= 0; i-- {
		f := &facts[i]
		if p.given[i]["known"] != nil || !f.Happened.Known() {
			continue
		}
		switch {
		case f.Happened.Precision >= when.Day:
			if below.IsZero() || effective[i].Before(below) {
				below = effective[i]
			}
		case !below.IsZero() && below.Before(effective[i]) && !below.Before(f.Happened.From):
			effective[i], f.Entered = below, below
		}
	}
	never := func(i int) bool { return strings.EqualFold(p.text(p.given[i]["known"]), "never") }
	reported := map[string][]int{}
	for i := range facts {
		for _, id := range facts[i].About {
			if !never(i) {
				reported[id] = append(reported[id], i)
			}
		}
	}
	for i := range facts {
		f := &facts[i]
		if effective[i].IsZero() {
			effective[i] = earliest
		}
		if never(i) {
			continue
		}
		if f.Kind != warning.OfIncident || f.Agency != "" {
			f.Known = append(f.Known, warning.Knowing{By: f.Agency, At: effective[i]})
		} else if len(reported[f.ID]) == 0 || p.given[i]["known"] != nil {
			f.Known = append(f.Known, warning.Knowing{By: warning.Diary, At: effective[i]})
		}
		for _, r := range reported[f.ID] {
			f.Known = append(f.Known, warning.Knowing{By: facts[r].Agency, At: effective[r]})
		}
	}
}

func (p *parser) expect(n *yaml.Node) {
	if n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) > MaxEvents {
		p.bad(n, "expect is a list: each begins with a hyphen")
		return
	}
	for _, x := range n.Content {
		x = p.plain(x)
		m := p.fields(x, "an expectation", "at", "raised", "holds", "never", "absent")
		if m == nil {
			continue
		}
		e := Expect{Line: x.Line, At: p.date(m["at"]), Raised: p.some(m["raised"], "rule", warning.IDs()), Holds: p.some(m["holds"], "rule", warning.IDs()),
			Never: p.some(m["never"], "rule", warning.IDs()), Absent: p.some(m["absent"], "rule", warning.IDs())}
		if !e.At.Known() {
			p.bad(x, "an expectation says at when: a minute, or a day for its end")
		}
		e.Until = e.At.From
		if e.At.Precision != when.Minute {
			e.Until = e.At.To.Add(-time.Minute)
		}
		for i := range p.c.Facts {
			for _, k := range p.c.Facts[i].Known {
				if e.Until.Sub(k.At) > 2*MaxYears*366*24*time.Hour {
					p.bad(x, "this is more than %d years after %s: check the years", 2*MaxYears, p.c.Facts[i].ID)
					return
				}
			}
		}
		p.c.Expect = append(p.c.Expect, e)
	}
}
