package warning_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"clew/internal/law"
	"clew/internal/warning"
	"clew/internal/warning/chronology"
	"clew/internal/when"
)

// people and places of every case in testdata.
const cast = `clew: chronology/1
people: {v: {name: Mara Quill}, s: {name: Ed Farrow}, w: {name: Jo Penn}, t: {name: Rob Tarn}}
places:
  home: {of: v, kind: home, at: [54.77, -1.57]}
  stable: {of: v, kind: routine, at: [54.80, -1.60]}
  work: {of: s, kind: work, at: [54.77, -1.50]}
`

// today is the day whose rules the cases are about.
var today = day("2026-11-26").From

func day(s string) when.Moment {
	m, err := when.Parse(s)
	if err != nil {
		panic(err)
	}
	return m
}

func read(t testing.TB, text string) *chronology.Chronology {
	t.Helper()
	if !strings.HasPrefix(text, "clew:") {
		if !strings.Contains(text, "pair: {victim") && !strings.Contains(text, "pairs: {") {
			text = "pair: {victim: v, suspect: s, relationship: acquaintance}\n" + text
		}
		text = cast + text
	}
	c, err := chronology.Read(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

// TestRules replays the cases of each rule: testdata/<rule>.txtar.
func TestRules(t *testing.T) {
	for _, id := range warning.IDs() {
		t.Run(id, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", id+".txtar"))
			if err != nil {
				t.Fatalf("each rule has cases: %v", err)
			}
			raised, never := false, false
			for _, f := range txtar.Parse(b).Files {
				t.Run(f.Name, func(t *testing.T) {
					c := read(t, string(f.Data))
					r, err := c.Run(chronology.Options{RulesOf: today})
					if err != nil {
						t.Fatal(err)
					}
					if len(r.Findings) == 0 {
						t.Error("nothing is expected")
					}
					for _, x := range r.Findings {
						raised, never = raised || len(x.Raised)+len(x.Holds) > 0, never || len(x.Never) > 0
						for _, wrong := range x.Wrong {
							t.Errorf("at %s %s", x.At, wrong)
						}
					}
				})
			}
			if !raised || !never {
				t.Errorf("the cases show it raised: %v; and not raised: %v", raised, never)
			}
		})
	}
}

// TestTable checks rules.csv: each rule has a row that holds today, its severity is
// that of docs/design/early-warnings.md, and nothing is said of guilt.
func TestTable(t *testing.T) {
	holds := []string{"former-partner", "other-victims", "contact-after-warning", "no-current-assessment", "wanted-with-order",
		"victim-penalised", "unsafe-closure", "enquiry-not-made"}
	want := map[string]warning.Severity{"effort": warning.Note}
	for _, h := range holds {
		want[h] = warning.Hold
	}
	if n := len(warning.IDs()); n != 20 {
		t.Errorf("%d rules, want 20", n)
	}
	for _, id := range warning.IDs() {
		v, ok := warning.Held(id, today)
		if !ok {
			t.Errorf("%s does not hold today", id)
			continue
		}
		severity := warning.Due
		if s := want[id]; s != "" {
			severity = s
		}
		if v.Severity != severity {
			t.Errorf("%s: severity %s, want %s", id, v.Severity, severity)
		}
		if v.Do == "" || v.Concern < warning.Safety || v.Clears == "" || v.Source == "" || v.Sure == "" || v.When == "" {
			t.Errorf("%s: a row with gaps: %+v", id, v)
		}
		for _, word := range []string{"guilty", "offender", "perpetrator", "stalker"} {
			if strings.Contains(strings.ToLower(v.When+v.Do+v.Clears), word) {
				t.Errorf("%s says %q", id, word)
			}
		}
	}
	for _, v := range warning.Versions() {
		if !slices.Contains(warning.IDs(), v.ID) {
			t.Errorf("rules.csv has a row for %q, which is no rule", v.ID)
		}
	}
}

// TestRulesOfTheDay: a rule is not raised before it held.
func TestRulesOfTheDay(t *testing.T) {
	const story = `pair: {victim: v, suspect: s, relationship: former-partner}
events:
  - {id: e1, happened: 2018-05-01T10:00, kind: incident, behaviours: [watching], count: 2}
`
	for _, x := range []struct {
		of   string
		rule string
		want bool
	}{
		{"2018-06-01", "former-partner", false}, {"2020-03-31", "former-partner", false}, {"2020-04-01", "former-partner", true}, {"2026-11-26", "former-partner", true},
		{"2012-11-24", "course-of-conduct", false}, {"2012-11-25", "course-of-conduct", true}, {"2012-11-24", "powers-not-considered", false},
	} {
		r, err := read(t, story).Run(chronology.Options{RulesOf: day(x.of).From})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Last.Has(x.rule); got != x.want {
			t.Errorf("by the rules of %s %s stands: %v, want %v", x.of, x.rule, got, x.want)
		}
	}
	// powers: before January 2020 only the search could be decided on
	old, _ := warning.Held("powers-not-considered", day("2019-01-01").From)
	now, _ := warning.Held("powers-not-considered", today)
	if strings.Contains(old.Do, "protection order") || !strings.Contains(now.Do, "protection order") {
		t.Errorf("powers: %q, later %q", old.Do, now.Do)
	}
	// the day of former-partner is that of the law's own table
	p, ok := law.Held(law.FormerPartner, today)
	if v, _ := warning.Held("former-partner", today); !ok || !v.From.From.Equal(day(p.From.Format("2006-01-02")).From) {
		t.Errorf("former-partner is held from %s, the policy from %s", v.From, p.From)
	}
	// and "each day" follows the calendar
	c := read(t, strings.ReplaceAll(story, "2018-05-01", "2020-03-20"))
	r, err := c.Run(chronology.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Moments {
		for _, x := range m.Changes {
			if x.Warning.Rule == "former-partner" && m.At.Before(day("2020-04-01").From) {
				t.Errorf("former-partner was raised at %s", m.At)
			}
		}
	}
	if !r.Last.Has("former-partner") {
		t.Error("former-partner does not stand once the policy has come in")
	}
}

// TestWhatComesFirst: safety before risk, risk before how it is recorded, notes last.
func TestWhatComesFirst(t *testing.T) {
	r, err := read(t, `pair: {victim: v, suspect: s, relationship: former-partner}
events:
  - {id: e1, happened: 2024-05-01T10:00, kind: incident, behaviours: [contacting], fear: distress}
  - {id: e2, happened: 2024-05-02T10:00, kind: incident, behaviours: [watching], travel_km: 150}
  - {id: e3, happened: 2024-05-03T10:00, kind: incident, behaviours: [watching], travel_km: 150}
  - {id: r, happened: 2024-05-04T10:00, kind: report, about: [e1, e2, e3], recorded_as: none}
  - {id: c, happened: 2024-05-06T10:00, kind: compromise, what: account}
`).Run(chronology.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, w := range r.Last.Standing {
		at[w.Rule] = i + 1
	}
	before := []string{"compromise", "no-current-assessment", "no-advocate-offer", "former-partner", "effort"}
	for i, rule := range before {
		if at[rule] == 0 || i > 0 && at[rule] < at[before[i-1]] {
			t.Errorf("%s is number %d, after %v: %v", rule, at[rule], before[:i], at)
		}
	}
	if at["compromise"] != 1 || at["effort"] != len(r.Last.Standing) {
		t.Errorf("the first is not the compromise, or the last not the note: %v", at)
	}
}

// TestDocument: docs/design/early-warnings.md has every row of rules.csv as it is.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/design/early-warnings.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range warning.Versions() {
		row := "| `" + v.ID + "` |"
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, row) && strings.Contains(line, "| "+string(v.Severity)+" | "+[]string{"safety", "risk", "support", "record"}[v.Concern]+" | "+v.When+" | "+v.Do+" | "+v.Clears+" | "+v.Source+" ("+v.Sure+") |") {
				row = ""
			}
		}
		if row != "" {
			t.Errorf("the document does not say what rules.csv says of %s", v.ID)
		}
	}
}
