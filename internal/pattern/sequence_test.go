package pattern_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// parties are people of whom much is written, each as two agencies write them down,
// and suspects of whom nothing is.
var parties = func() (all [2][][2]report.Party) {
	for side, names := range [2][]string{
		{"Mara Quillfeather", "Joan Pennistone", "Tessaly Underbough", "Imogen Larkrise"},
		{"Edward Farrowgate", "Casimir Hollowell", "Gideon Stonecrop"},
	} {
		for i, name := range names {
			given, family, _ := strings.Cut(name, " ")
			p := report.Party{GivenName: given, FamilyName: family, Born: fmt.Sprintf("%02d/%02d/19%d", 3+i, 5+side, 60+7*i+side), Sex: "FM"[side : side+1],
				Phones: []string{fmt.Sprintf("07700 900%d%d1", side, i)}, Postcodes: []string{fmt.Sprintf("NX%d 4A%c", i, 'B'+side)}}
			other := p
			other.GivenName, other.Phones, other.Postcodes = given[:4], []string{fmt.Sprintf("+44 7700 900%d%d1", side, i)}, nil
			all[side] = append(all[side], [2]report.Party{p, other})
		}
	}
	all[1] = append(all[1], [2]report.Party{{GivenName: "unknown", Sex: "M"}, {}})
	return all
}()

var narratives = []string{"He followed her home.", "He rang her 20 times and said he would kill her.", "Purse taken from her bag.", "She is frightened: he was outside again.", ""}

// A diary is what was done, to be done again at once.
type diary struct {
	house
	t         *testing.T
	rt        *rapid.T
	records   []*report.Record
	keys      []string
	decisions []decision
}

type decision struct {
	a, b   string
	same   bool
	undone bool
}

func (d *diary) draw(name string, n int) int { return rapid.IntRange(0, n-1).Draw(d.rt, name) }

func (d *diary) party(side int) report.Party {
	p := parties[side][d.draw("party", len(parties[side]))]
	return p[d.draw("as written", 2)]
}

func (d *diary) take(r *report.Record) {
	key, _, err := d.held.Record(d.t.Context(), accesstest.As("Ann Reader"), r)
	if bad := (fault.Invalid{}); errors.As(err, &bad) {
		return // held already, word for word
	}
	if err != nil {
		d.rt.Fatal(err)
	}
	d.rt.Logf("#%03d %s of %s: %q about %q: %q, %d", len(d.keys), r.ID, r.Agency, r.Victim.Name(), r.Suspect.Name(), r.Narrative, r.Count)
	d.records, d.keys = append(d.records, r), append(d.keys, key)
}

func (d *diary) record() {
	at := time.Date(2026, 1, 1+d.draw("day", 60), 21, 0, 0, 0, time.UTC)
	r := wrote([]string{"Northmoor Police", "Hask Housing"}[d.draw("agency", 2)], fmt.Sprint("R/", len(d.records)), at.Format("2006-01-02T15:04"), d.party(0), d.party(1), narratives[d.draw("narrative", len(narratives))])
	if d.draw("the other way round", 5) == 0 {
		r.Victim, r.Suspect = r.Suspect, r.Victim
	}
	if d.draw("series", 6) == 0 {
		r.Count = 3
	}
	d.take(r)
}

func (d *diary) correct() {
	if len(d.records) == 0 {
		return
	}
	r := *d.records[d.draw("which", len(d.records))]
	switch d.draw("what", 4) {
	case 0:
		r.Victim = d.party(0)
	case 1:
		r.Suspect = d.party(1)
	default:
		r.Narrative = narratives[d.draw("narrative", len(narratives))]
	}
	d.take(&r)
}

// mention is one of those that are of somebody.
func (d *diary) mention() string {
	for {
		i := d.draw("report", len(d.keys))
		if d.draw("side", 2) == 0 && !d.records[i].Victim.Empty() {
			return person.VictimOf(d.keys[i])
		} else if !d.records[i].Suspect.Empty() {
			return person.SuspectOf(d.keys[i])
		}
	}
}

func (d *diary) decide() {
	if len(d.keys) < 2 {
		return
	}
	c := decision{a: d.mention(), b: d.mention(), same: d.draw("same", 2) == 0}
	if c.a == c.b {
		return
	}
	err := d.held.Decide(d.t.Context(), accesstest.As("Ann Reader"), c.a, c.b, c.same, fmt.Sprint("Reason ", len(d.decisions)))
	if errors.Is(err, fault.Conflict) {
		return
	}
	if err != nil {
		d.rt.Fatal(err)
	}
	d.rt.Logf("decided %d: #%03d%s and #%03d%s are one person %v", len(d.decisions), slices.Index(d.keys, c.a[:16]), c.a[16:], slices.Index(d.keys, c.b[:16]), c.b[16:], c.same)
	d.decisions = append(d.decisions, c)
}

func (d *diary) undo() {
	if len(d.decisions) == 0 {
		return
	}
	i := d.draw("decision", len(d.decisions))
	p, err := d.people.Page(d.t.Context(), accesstest.As("Ann Reader"), d.decisions[i].a, 0, 1)
	if err != nil {
		d.rt.Fatal(err)
	}
	at := slices.IndexFunc(p.Decided, func(x person.Decided) bool { return x.Reason == fmt.Sprint("Reason ", i) })
	if err := d.held.Undo(d.t.Context(), accesstest.As("Ann Reader"), p.Decided[at].ID, "Not so"); err != nil {
		d.rt.Fatal(err)
	}
	d.rt.Logf("undone %d", i)
	d.decisions[i].undone = true
}

func (d *diary) settle() {
	d.rt.Logf("settled")
	if err := d.held.Settle(d.t.Context(), nil); err != nil {
		d.rt.Fatal(err)
	}
}

// holds says what must be true after whatever was done.
func (d *diary) holds() {
	stale, err := pattern.Stale(d.t.Context(), d.db)
	if err != nil {
		d.rt.Fatal(err)
	}
	if stale != "" {
		d.rt.Fatalf("out of date:\n%s", stale)
	}
	var mentions []string
	for i, k := range d.keys {
		if !d.records[i].Victim.Empty() {
			mentions = append(mentions, person.VictimOf(k))
		}
		if !d.records[i].Suspect.Empty() {
			mentions = append(mentions, person.SuspectOf(k))
		}
	}
	who, err := d.people.PeopleOf(d.t.Context(), accesstest.As("Ann Reader"), mentions)
	if err != nil || len(who) != len(mentions) {
		d.rt.Fatalf("%d of %d mentions are held, %v", len(who), len(mentions), err)
	}
	for _, c := range d.decisions {
		if !c.undone && c.same != (who[c.a] == who[c.b]) {
			d.rt.Fatalf("%s and %s were decided to be one person %v, and are held to be %s and %s", c.a, c.b, c.same, who[c.a], who[c.b])
		}
	}
	for _, k := range d.keys {
		if _, err := d.reports.One(d.t.Context(), accesstest.As("Ann Reader"), k); err != nil {
			d.rt.Fatalf("report %s: %v", k, err)
		}
	}
}

// state is all that is held of people and patterns, with reports by their number.
func (d *diary) state() string {
	lines, err := pattern.Everything(d.t.Context(), d.db)
	if err != nil {
		d.rt.Fatal(err)
	}
	var to []string
	for i, k := range d.keys {
		to = append(to, k, fmt.Sprintf("#%03d", i))
	}
	return strings.NewReplacer(to...).Replace(strings.Join(lines, "\n"))
}

// TestAnySequence does things in any order. Whatever they are, what is held is up
// to date after each; and in the end it is as if all reports and the decisions that
// stand had come at once.
func TestAnySequence(t *testing.T) {
	fewer(t, 25)
	rapid.Check(t, func(rt *rapid.T) {
		one := &diary{house: built(t, dbtest.SQLite(t)), t: t, rt: rt}
		for range rapid.IntRange(3, 22).Draw(rt, "steps") {
			switch one.draw("step", 12) {
			default:
				one.record()
			case 6, 7:
				one.correct()
			case 8, 9:
				one.decide()
			case 10:
				one.undo()
			case 11:
				one.settle()
			}
			one.holds()
		}
		one.settle()
		one.holds()
		if got, want := one.state(), one.again().state(); got != want {
			rt.Fatalf("in the end:\n%s\nat once:\n%s", got, want)
		}
	})
}

// again is the same reports and decisions that stand, taken in at once and settled.
func (d *diary) again() *diary {
	n := &diary{house: built(d.t, dbtest.SQLite(d.t)), t: d.t, rt: d.rt}
	var taken []report.Taken
	if err := n.db.Write(d.t.Context(), func(tx *db.Tx) (err error) {
		taken, err = pattern.TakeIn(d.t.Context(), tx, accesstest.Sight("Ann Reader"), "", d.records)
		return err
	}); err != nil {
		d.rt.Fatal(err)
	}
	to := map[string]string{}
	for i, t := range taken {
		n.keys, to[d.keys[i]] = append(n.keys, t.Key), t.Key
	}
	for i, c := range d.decisions {
		if c.undone {
			continue
		}
		a, b := to[c.a[:16]]+c.a[16:], to[c.b[:16]]+c.b[16:]
		if err := n.held.Decide(d.t.Context(), accesstest.As("Ann Reader"), a, b, c.same, fmt.Sprint("Reason ", i)); err != nil {
			d.rt.Fatal(err)
		}
	}
	n.settle()
	return n
}

// TestPlainSequence takes in reports of people of whom much is written, one by
// one: settling finds nothing to change, and a decision and its undoing leave
// everything as it was.
func TestPlainSequence(t *testing.T) {
	fewer(t, 25)
	rapid.Check(t, func(rt *rapid.T) {
		d := &diary{house: built(t, dbtest.SQLite(t)), t: t, rt: rt}
		for range rapid.IntRange(2, 12).Draw(rt, "steps") {
			d.record()
		}
		before := d.state()
		d.settle()
		if after := d.state(); after != before {
			rt.Fatalf("one by one:\n%s\nsettled:\n%s", before, after)
		}
		n := len(d.decisions)
		if d.decide(); len(d.decisions) > n {
			d.holds()
			d.undo()
			d.holds()
			if after := d.state(); after != before {
				rt.Fatalf("before a decision:\n%s\nafter it was undone:\n%s", before, after)
			}
		}
	})
}

// fewer makes rapid try fewer times, unless it is told how often.
func fewer(t *testing.T, checks int) {
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	was := f.Value.String()
	if err := flag.Set("rapid.checks", fmt.Sprint(checks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set("rapid.checks", was) })
}
