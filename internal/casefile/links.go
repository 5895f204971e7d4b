package casefile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"clew/internal/access"
	"clew/internal/casefile/picture"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// A ValueKind is a kind of thing that people are reported with.
type ValueKind string

// The kinds of value.
const (
	Number  ValueKind = "number"
	Email   ValueKind = "email"
	Handle  ValueKind = "name online"
	Vehicle ValueKind = "vehicle"
	Place   ValueKind = "place"
	Device  ValueKind = "device"
	Wording ValueKind = "wording"
	Method  ValueKind = "way of doing it"
)

// featureKinds are the kinds of value that incidents kept by hand show, by their codes.
var featureKinds = map[string]ValueKind{"number": Number, "handle": Handle, "vehicle": Vehicle, "device": Device, "wording": Wording, "method": Method}

// Links are who is reported with what, in the reports and incidents of a case and, as
// far as the actor may read them, in the reports of others about the same suspects. What is written
// down of a victim alone is not among them: it is nobody's business in a picture
// that is printed and passed on.
type Links struct {
	Case
	People     []Party // the suspects, the victim, then other victims
	Values     []Value // what is shared first, then the most reported
	Ties       []Tie
	Net        picture.Net
	AtHome     int  // reports of what happened at a place that is written down as that victim’s own, which is left out
	MoreValues int  // that are left out
	MorePeople int  // other victims that are left out
	Incidents  int  // kept by hand, that are among what is counted
	Clipped    bool // reports older than the newest that are read are left out
}

// A Party is somebody in the picture.
type Party struct {
	Person, Name string
	Suspect      bool
	Reports      int // of these reports, by or about them
}

// A Value is one thing that is reported.
type Value struct {
	Kind    ValueKind
	Text    string // as it is written most often
	Reports int
	Shared  []string // why it stands out; none: it does not
}

// A Tie is that somebody is reported with something.
type Tie struct {
	picture.Tie
	Own    bool  // it is written down as the victim's own, too
	Newest []Ref // a few
}

// A Ref is a report to open, or an incident kept by hand, which has no Record.
type Ref struct {
	ID, Record string
	Case       string // of an incident of another case
}

const (
	mostValues = 24
	mostOthers = 8 // victims beside the case's own
	mostRefs   = 3
	mostRead   = 20_000 // reports
)

// Links are who is reported with what: in the reports of the case alone, or of other
// victims as well.
func (s *Store) Links(ctx context.Context, by access.Actor, id string, others bool) (l Links, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if l.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		sight.Touched("numbers", "addresses")
		g, err := gatherLinks(ctx, v, sight, &l.Case, others)
		if err != nil {
			return err
		}
		if err := s.features(ctx, v, sight, g, &l.Case, others); err != nil {
			return err
		}
		heads, err := person.HeadsSeen(ctx, v, sight, g.others())
		if err != nil {
			return err
		}
		g.tell(&l, heads)
		for _, p := range l.People {
			sight.Saw("case", id, p.Person)
		}
		return nil
	})
	return l, err
}

// A linkRow is what one report says of its pair.
type linkRow struct {
	Ref
	agency          string
	victim, suspect string // people
	place           string
	his, hers       report.Party
}

func scanLink(r db.Row) (x linkRow, err error) {
	var his, hers string
	if err := r.Scan(&x.ID, &x.agency, &x.Record, &x.place, &hers, &his, &x.victim, &x.suspect); err != nil {
		return x, err
	}
	if err := json.Unmarshal([]byte(his), &x.his); err != nil {
		return x, fmt.Errorf("suspect of report %s: %w", x.ID, err)
	}
	if err := json.Unmarshal([]byte(hers), &x.hers); err != nil {
		return x, fmt.Errorf("victim of report %s: %w", x.ID, err)
	}
	return x, nil
}

// gatherLinks reads the reports about the suspects of a case: the victim's, and those
// of others when they are asked for and the actor may read patterns.
func gatherLinks(ctx context.Context, v *db.View, sight *access.Sight, c *Case, others bool) (*knot, error) {
	g := newKnot(c.Victim.ID)
	if len(c.Suspects) == 0 || c.Victim.ID == "" {
		return g, nil
	}
	suspects := make([]string, len(c.Suspects))
	for i, p := range c.Suspects {
		suspects[i] = p.ID
	}
	args := db.Args(suspects)
	where := `a.suspect IN (` + db.List(1, len(suspects)) + `) AND r.replaced_by = '' AND r.erased IS NULL`
	if !others || !access.Decide(&sight.Subject, access.ReadPattern, access.Object{}).Allowed {
		args = append(args, c.Victim.ID)
		where += ` AND a.victim = ` + db.List(len(args), 1)
	}
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.Open(args, "a.victim")
	shown, args := sight.OpenReport("r.id", args)
	args = append(args, mostRead+1)
	n := 0
	seen := map[[4]string]bool{} // versions of one record that were corrected in the very names are one
	err := db.Each(ctx, v, scanLink, func(x linkRow) error {
		if n++; n > mostRead {
			g.clipped = true
			return nil
		}
		if version := [4]string{x.agency, x.Record, x.victim, x.suspect}; !seen[version] {
			seen[version] = true
			g.take(&x)
		}
		return nil
	}, `SELECT r.id, r.agency, r.record, r.place, r.victim, r.suspect, a.victim, a.suspect FROM accounts a JOIN reports r ON r.id = a.report
		WHERE `+where+held+open+shown+` ORDER BY r.reported DESC, r.id DESC LIMIT `+db.List(len(args), 1), args...)
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	return g, nil
}

// A knot gathers who is reported with what.
type knot struct {
	victim  string
	values  map[string]*tied
	reports map[string]int // by person
	victims map[string]bool
	keys    map[ValueKind]map[string]string
	clipped bool

	atHome, incidents int
}

type tied struct {
	kind    ValueKind
	forms   map[string]int
	reports int
	by      map[string]*strand // suspects
	of      map[string]*strand // victims in whose reports it is
	own     map[string]bool    // victims of whom it is written down
}

type strand struct {
	reports int
	newest  []Ref
}

func newKnot(victim string) *knot {
	return &knot{victim: victim, values: map[string]*tied{}, reports: map[string]int{}, victims: map[string]bool{}, keys: map[ValueKind]map[string]string{}}
}

// key is by which a value is known however it is written; "" is none.
func (g *knot) key(k ValueKind, raw string) string {
	known := g.keys[k]
	if known == nil {
		known = map[string]string{}
		g.keys[k] = known
	}
	key, ok := known[raw]
	if !ok {
		key = keyOf(k, raw)
		known[raw] = key
	}
	return key
}

func keyOf(k ValueKind, raw string) string {
	text := strings.Join(strings.Fields(raw), " ")
	if text == "" {
		return ""
	}
	one := []string{text}
	for _, m := range map[ValueKind][]match.Mention{Number: {{Phones: one}}, Email: {{Emails: one}}, Handle: {{Handles: one}}, Vehicle: {{Vehicles: one}}, Place: {{Postcodes: one}, {Addresses: one}}}[k] {
		p := match.Prepare(m)
		if b, err := p.MarshalBinary(); err == nil && !p.Empty() {
			return string(k) + "\x00" + string(b)
		}
	}
	return string(k) + "\x01" + strings.ToLower(text)
}

type written struct {
	kind ValueKind
	text string
}

// writtenOf are the values of a party. A postcode stands for a place only where no
// address is given.
func writtenOf(p *report.Party) (all []written) {
	places := p.Addresses
	if len(places) == 0 {
		places = p.Postcodes
	}
	for _, x := range []struct {
		kind ValueKind
		of   []string
	}{{Number, p.Phones}, {Email, p.Emails}, {Handle, p.Handles}, {Vehicle, p.Vehicles}, {Place, places}} {
		for _, text := range x.of {
			all = append(all, written{x.kind, text})
		}
	}
	return all
}

func (g *knot) take(x *linkRow) {
	g.reports[x.victim]++
	g.reports[x.suspect]++
	g.victims[x.victim] = true
	seen := map[string]bool{}
	note := func(w written) { g.note(w, x.Ref, x.victim, x.suspect, seen) }
	for _, w := range writtenOf(&x.his) {
		note(w)
	}
	home := false
	for _, w := range writtenOf(&x.hers) {
		if key := g.key(w.kind, w.text); key != "" {
			t := g.value(key, w.kind)
			t.own[x.victim] = true
			t.forms[strings.Join(strings.Fields(w.text), " ")] += 0
			home = home || w.kind == Place && samePlace(w.text, x.place)
		}
	}
	if home {
		g.atHome++
	} else {
		note(written{Place, x.place})
	}
}

// note keeps that a suspect, or somebody not known, is reported with a value. seen are
// the values of the report so far.
func (g *knot) note(w written, from Ref, victim, suspect string, seen map[string]bool) {
	key := g.key(w.kind, w.text)
	if key == "" || seen[key] {
		return
	}
	seen[key] = true
	t := g.value(key, w.kind)
	t.forms[strings.Join(strings.Fields(w.text), " ")]++
	t.reports++
	for _, to := range []struct {
		strands map[string]*strand
		who     string
	}{{t.by, suspect}, {t.of, victim}} {
		if to.who == "" {
			continue
		}
		s := to.strands[to.who]
		if s == nil {
			s = &strand{}
			to.strands[to.who] = s
		}
		if s.reports++; len(s.newest) < mostRefs {
			s.newest = append(s.newest, from)
		}
	}
}

// features are what incidents kept by hand show; with others, those of other victims'
// cases that show the same as one of this case, too.
func (s *Store) features(ctx context.Context, v *db.View, sight *access.Sight, g *knot, c *Case, others bool) error {
	if c.Victim.ID == "" {
		return nil
	}
	all, err := incident.Of(ctx, v, reader(sight, c))
	if err != nil {
		return err
	}
	who := c.suspectOfMention()
	shows := map[string]map[string]string{}
	for i := range all {
		x, seen := &all[i], map[string]bool{}
		shows[x.ID] = x.Features
		for _, f := range incident.Features {
			g.note(written{featureKinds[f.Code], x.Features[f.Code]}, Ref{ID: x.ID}, c.Victim.ID, who[x.Suspect], seen)
		}
		if len(seen) > 0 {
			g.incidents++
		}
	}
	if !others {
		return nil
	}
	ties, err := s.ties(ctx, v, sight, c)
	if err != nil {
		return err
	}
	noted := map[[3]string]bool{}
	for _, x := range ties {
		if one := [3]string{x.Case + x.Incident, x.Kind, x.Mine.Incident + x.Suspect}; !noted[one] {
			noted[one], g.victims[x.Victim] = true, true
			text := x.Text
			if text == "" {
				text = shows[x.Mine.Incident][x.Kind]
			}
			from := Ref{ID: x.Incident, Case: x.Case}
			if x.Incident == "" {
				from = Ref{ID: x.Mine.Incident}
			}
			g.note(written{featureKinds[x.Kind], text}, from, x.Victim, "", map[string]bool{})
		}
	}
	return nil
}

// samePlace reports whether one of two addresses is the other, written more fully: all
// words of the one are in the other, a number among them.
func samePlace(a, b string) bool {
	x, y := wordsOf(a), wordsOf(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	numbered := false
	for w := range x {
		if !y[w] {
			return false
		}
		numbered = numbered || strings.ContainsAny(w, "0123456789")
	}
	return numbered && len(x) > 1
}

func wordsOf(s string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		all[w] = true
	}
	return all
}

// fold makes one of places that are one, written more and less fully.
func (g *knot) fold() {
	const most = 400 // places that are set beside each other
	var places []string
	for key, t := range g.values {
		if t.kind == Place {
			places = append(places, key)
		}
	}
	slices.Sort(places)
	if len(places) > most {
		return
	}
	for i, a := range places {
		for _, b := range places[i+1:] {
			x, y := g.values[a], g.values[b]
			if x == nil || y == nil || len(x.forms)+len(x.own) == 0 || len(y.forms)+len(y.own) == 0 || !samePlace(x.text(), y.text()) {
				continue
			}
			x.absorb(y)
			delete(g.values, b)
		}
	}
}

func (t *tied) absorb(o *tied) {
	for form, n := range o.forms {
		t.forms[form] += n
	}
	t.reports += o.reports
	maps.Copy(t.own, o.own)
	for _, x := range [][2]map[string]*strand{{t.by, o.by}, {t.of, o.of}} {
		for who, s := range x[1] {
			have := x[0][who]
			if have == nil {
				x[0][who] = s
				continue
			}
			have.reports += s.reports
			have.newest = append(have.newest, s.newest...)
			slices.SortFunc(have.newest, func(a, b Ref) int { return cmp.Compare(b.ID, a.ID) })
			have.newest = have.newest[:min(mostRefs, len(have.newest))]
		}
	}
}

func (g *knot) value(key string, k ValueKind) *tied {
	t := g.values[key]
	if t == nil {
		t = &tied{kind: k, forms: map[string]int{}, by: map[string]*strand{}, of: map[string]*strand{}, own: map[string]bool{}}
		g.values[key] = t
	}
	return t
}

// others are the victims beside the case's own, who report most first.
func (g *knot) others() (all []string) {
	for who := range g.victims {
		if who != g.victim {
			all = append(all, who)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(g.reports[b], g.reports[a]), cmp.Compare(a, b))
	})
	return all
}

// shared says why a value stands out.
func (t *tied) shared() (all []string) {
	if n := len(t.by); n > 1 {
		all = append(all, fmt.Sprintf("reported of %d suspects", n))
	}
	if n := len(t.of); n > 1 {
		all = append(all, fmt.Sprintf("in the reports of %d victims", n))
	}
	if len(t.own) > 0 {
		all = append(all, "written down as a victim’s own, too")
	}
	return all
}

// abroad reports whether a number is written as it is dialled from abroad.
func abroad(s string) bool { return strings.HasPrefix(s, "+") }

// text is the form in which it is written most often: of those a number as it is
// dialled at home, and the longest.
func (t *tied) text() string {
	forms := slices.Sorted(maps.Keys(t.forms))
	return slices.MaxFunc(forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.forms[a], t.forms[b]), cmp.Compare(btoi(abroad(b)), btoi(abroad(a))), cmp.Compare(len(a), len(b)), cmp.Compare(b, a))
	})
}

// tell puts what was gathered into l. heads are other victims as the actor may see
// them: what is theirs alone of those they may not is not told.
func (g *knot) tell(l *Links, heads map[string]person.Person) {
	g.fold()
	l.Clipped, l.AtHome, l.Incidents = g.clipped, g.atHome, g.incidents
	add := func(p person.Person, suspect bool) {
		l.People = append(l.People, Party{Person: p.ID, Name: p.Name, Suspect: suspect, Reports: g.reports[p.ID]})
	}
	for _, p := range l.Suspects {
		add(p, true)
	}
	if l.Victim.ID != "" {
		add(l.Victim, false)
	}
	n := 0
	for _, who := range g.others() {
		if p, ok := heads[who]; !ok || slices.ContainsFunc(l.Suspects, func(s person.Person) bool { return s.ID == who }) {
			continue
		} else if n++; n <= mostOthers {
			add(p, false)
		} else {
			l.MorePeople++
		}
	}
	var all []*tied
	for _, t := range g.values {
		if t.reports > 0 { // else it is written down of victims alone
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *tied) int {
		return cmp.Or(cmp.Compare(len(b.shared()), len(a.shared())), cmp.Compare(b.reports, a.reports), cmp.Compare(a.kind, b.kind), cmp.Compare(a.text(), b.text()))
	})
	l.MoreValues = max(0, len(all)-mostValues)
	for _, t := range all[:min(mostValues, len(all))] {
		n := len(l.Values)
		l.Values = append(l.Values, Value{Kind: t.kind, Text: t.text(), Reports: t.reports, Shared: t.shared()})
		for i, p := range l.People {
			s := t.by[p.Person]
			if !p.Suspect {
				s = t.of[p.Person]
			}
			if s != nil || !p.Suspect && t.own[p.Person] {
				if s == nil {
					s = &strand{}
				}
				l.Ties = append(l.Ties, Tie{Tie: picture.Tie{Person: i, Value: n, Reports: s.reports}, Own: !p.Suspect && t.own[p.Person], Newest: s.newest})
			}
		}
	}
	// That all is in the reports of one victim goes without saying.
	people, single := len(l.People), len(l.People) == len(l.Suspects)+1
	has := make([]bool, len(l.Values)) // a suspect is reported with it
	for _, t := range l.Ties {
		has[t.Value] = has[t.Value] || l.People[t.Person].Suspect
	}
	ties, said := make([]picture.Tie, len(l.Ties)), false
	for i := range l.Ties {
		t := &l.Ties[i]
		victim := !l.People[t.Person].Suspect
		t.Plain = single && victim && !t.Own && has[t.Value]
		said = said || victim && !t.Plain
		ties[i] = t.Tie
	}
	if single && !said {
		people--
	}
	l.Net = picture.Knot(people, len(l.Suspects), len(l.Values), ties)
}
