package chronology

import (
	"io"
	"strings"
	"testing"
	"time"

	"clew/internal/warning"
	"clew/internal/when"
)

func shipped(t testing.TB, name string) string {
	t.Helper()
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func day(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := when.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return m.From
}

// TestShipped replays every chronology that is shipped: each expects something, all
// of it comes out, and no control has a hold at any moment, by any day's rules.
func TestShipped(t *testing.T) {
	controls := 0
	for _, name := range Shipped() {
		t.Run(name, func(t *testing.T) {
			c, err := Read(strings.NewReader(shipped(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Notices) > 0 || len(c.Expect) == 0 || c.Title == "" || c.Area == "" {
				t.Errorf("notices %v; %d expectations; title %q; area %q", c.Notices, len(c.Expect), c.Title, c.Area)
			}
			for _, rules := range []time.Time{day(t, "2026-11-26"), {}} {
				r, err := c.Run(Options{RulesOf: rules})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range r.Findings {
					for _, wrong := range f.Wrong {
						t.Errorf("line %d, at %s: %s", f.Line, f.At, wrong)
					}
				}
				for _, m := range r.Moments {
					for _, x := range m.Changes {
						if strings.HasPrefix(name, "control-") && x.Warning.Severity == warning.Hold {
							t.Errorf("a hold in a control: %s at %s", x.Warning.Rule, m.At)
						}
						if x.Warning.Says == "" || x.Warning.Do == "" || x.Was == warning.Cleared && x.Why == "" || len(x.Warning.Facts) == 0 {
							t.Errorf("without words or facts: %+v", x)
						}
						for _, word := range []string{"guilty", "offender", "perpetrator", "stalker"} {
							if strings.Contains(x.Warning.Says, word) {
								t.Errorf("%q says %q", x.Warning.Says, word)
							}
						}
					}
				}
			}
		})
		if strings.HasPrefix(name, "control-") {
			controls++
		}
	}
	if n := len(Shipped()); controls < 4 || n-controls < 8 {
		t.Errorf("%d controls and %d others", controls, n-controls)
	}
}

const head = `clew: chronology/1
people: {v: {name: Mara Quill}, s: {name: Ed Farrow}}
pair: {victim: v, suspect: s}
`

// TestFaults: what is wrong with a file is said in plain words, with line and column.
func TestFaults(t *testing.T) {
	event := func(s string) string {
		return head + "events:\n  - {id: e1, happened: 2026-01-05, kind: incident}\n  - " + s + "\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "the file is empty"},
		{"not YAML", "clew: [", "line 1, column 1: this is not YAML"},
		{"a tab", head + "events:\n\t- x", "this is not YAML"},
		{"another version", "clew: chronology/2\n", `line 1, column 7: the file says "chronology/2"; this program reads clew: chronology/1`},
		{"a list", "- a\n", "line 1, column 1: a chronology is a list of names and values"},
		{"no pair", "clew: chronology/1\n", "there is no pair"},
		{"unknown field", head + "evnts: []\n", `line 4, column 1: a chronology has no field "evnts"; do you mean "events"?`},
		{"field of another kind", event("{id: r1, happened: 2026-01-06, kind: report, abuot: [e1]}"), `line 6, column 50: a report has no field "abuot"; do you mean "about"?`},
		{"a kind there is not", event("{id: r1, happened: 2026-01-06, kind: raport}"), `line 6, column 42: there is no kind of event "raport"; do you mean "report"?`},
		{"duplicate id", event("{id: e1, happened: 2026-01-06, kind: incident}"), `line 6, column 10: the id "e1" is taken by the event in line 5`},
		{"unknown id", event("{id: r1, happened: 2026-01-06, kind: report, about: [e2]}"), `line 6, column 57: there is no event "e2"; do you mean "e1"?`},
		{"about a report", event("{id: r1, happened: 2026-01-06, kind: report, about: [r1]}"), `"r1" is a report, and a report is about incidents`},
		{"nobody", strings.Replace(head, "suspect: s", "suspect: x", 1), `line 3, column 28: there is nobody "x" among people`},
		{"one person twice", strings.Replace(head, "suspect: s", "suspect: v", 1), "the victim and the suspect are one person"},
		{"no date", event("{id: e2, happened: 31/02/2026, kind: incident}"), `line 6, column 24: "31/02/2026" is no date: February 2026 has no day 31`},
		{"two digits", event("{id: e2, happened: 01/02/26, kind: incident}"), "write all four"},
		{"no happened", event("{id: e2, kind: incident}"), "does not say when it happened; write unknown"},
		{"no id", event("{happened: unknown, kind: incident}"), "this event has no id"},
		{"known before it happened", event("{id: e2, happened: 2026-01-06, known: 2026-01-02, kind: incident}"), "e2 was known on 2 January 2026, before it happened (6 January 2026)"},
		{"reported before it happened", event("{id: r1, happened: 2026-01-04, kind: report, about: [e1]}"), "r1 reports e1 on 4 January 2026, before it happened (5 January 2026)"},
		{"served before made", event("{id: o1, happened: 2026-01-06, kind: order, form: SPO, made: 2026-01-06, served: 2026-01-02}"), "o1 was served on 2 January 2026, before it was made (6 January 2026)"},
		{"ends before it began", event("{id: o1, happened: 2026-01-06, kind: order, form: SPO, made: 2026-01-06, until: 2025-01-06}"), "before it began"},
		{"killed before she reports", event("{id: e2, happened: 2026-01-06, kind: incident, acts: [killed]}\n  - {id: r1, happened: 2026-01-08, kind: report, by: v, about: [e1]}"), "Mara Quill was killed before that (e2, 6 January 2026)"},
		{"reported, and never known", event("{id: e2, happened: 2026-01-06, known: never, kind: incident}\n  - {id: r1, happened: 2026-01-08, kind: report, about: [e2]}"), "which nobody came to know of"},
		{"count", event("{id: e2, happened: 2026-01-06, kind: incident, count: 0}"), `"0" is no number from 1 to 100000`},
		{"latitude", event("{id: f1, happened: 2026-01-06, kind: find, position: [99, 1]}"), `"99" is no number from -90 to 90`},
		{"a rule there is not", head + "expect:\n  - {at: 2026-01-01, raised: [course-of-conducts]}\n", `there is no rule "course-of-conducts"; do you mean "course-of-conduct"?`},
		{"no at", head + "expect:\n  - {raised: [effort]}\n", "an expectation says at when"},
		{"anchors", event("&a {id: e2, happened: 2026-01-06, kind: incident}"), "& and * are not used here"},
		{"twice", head + "title: a\ntitle: b\n", `line 5, column 1: "title" is there twice`},
		{"two documents", head + "---\nclew: x\n", "more than one document"},
		{"several pairs", strings.Replace(head, "pair: {victim: v, suspect: s}", "pairs: {p: {victim: v, suspect: s}, q: {victim: s, suspect: v}}", 1) +
			"events: [{id: e1, happened: 2026-01-05, kind: incident}]", "there are several pairs: say about which this incident is (pair)"},
		{"centuries", event("{id: e2, happened: 2926-01-06, kind: incident}"), "line 5, column 5: e1 is more than 30 years before the last event"},
		{"asked in centuries", event("{id: e2, happened: 2026-01-06, kind: incident}") + "expect: [{at: 2926-01-01, raised: [effort]}]", "more than 60 years after e1"},
		{"too large", head + "# " + strings.Repeat("x", MaxBytes), "the file is larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	if _, err := Read(strings.NewReader(event("[" + strings.Repeat("{x: 1}, ", 3000) + "]"))); err == nil || strings.Count(err.Error(), "\n") > maxFaults {
		t.Errorf("a long list of faults: %v", err)
	}
}

// TestWhoKnew: who came to know, and when (docs/formats.md).
func TestWhoKnew(t *testing.T) {
	c, err := Read(strings.NewReader(head + `events:
  - {id: e1, happened: 2026-01-01, kind: incident}
  - {id: e2, happened: 2026-01-02, kind: incident}
  - {id: e3, happened: 2026-01-03, known: 2026-01-04T12:00, kind: incident, agency: school}
  - {id: e4, happened: 2026-01-05, known: never, kind: incident}
  - {id: e5, happened: unknown, kind: incident}
  - {id: r1, happened: 2026-01-10T09:00, kind: report, agency: "police:11", about: [e1, e3]}
  - {id: x1, happened: 2026-01-10, kind: contact}
  - {id: e6, happened: 2026-02, kind: incident}
  - {id: e7, happened: 2026-03, kind: incident}
  - {id: e8, happened: 2026-03-15, kind: incident}
  - {id: e9, happened: ~2026-04-10, kind: incident}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"e1": "police:11 2026-01-10 09:00", "e2": "diary 2026-01-02 00:00", "e3": "school 2026-01-04 12:00; police:11 2026-01-10 09:00",
		"e4": "", "e5": "diary 2026-01-05 00:00", "r1": "police:11 2026-01-10 09:00", "x1": " 2026-01-10 09:00", "e6": "diary 2026-02-28 23:59", "e7": "diary 2026-03-15 00:00", "e8": "diary 2026-03-15 00:00", "e9": "diary 2026-04-13 22:59",
	}
	for _, f := range c.Facts {
		var got []string
		for _, k := range f.Known {
			got = append(got, k.By+" "+k.At.Format("2006-01-02 15:04"))
		}
		if w, ok := want[f.ID]; ok && strings.Join(got, "; ") != w {
			t.Errorf("%s is known to %q, want %q", f.ID, strings.Join(got, "; "), w)
		}
	}
}

// TestExpect: the four words, and that a line that is not met says why.
func TestExpect(t *testing.T) {
	c, err := Read(strings.NewReader(head + `events:
  - {id: e1, happened: 2026-01-01T10:00, kind: incident, behaviours: [watching], count: 2}
expect:
  - {at: 2026-01-01, raised: [course-of-conduct], absent: [effort], never: [effort]}
  - {at: 2026-01-01T09:59, raised: [course-of-conduct]}
  - {at: 2026-01-01, holds: [course-of-conduct]}
  - {at: 2026-01-01, never: [course-of-conduct], absent: [course-of-conduct]}
`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Run(Options{RulesOf: day(t, "2026-11-26")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "course-of-conduct is not standing", "course-of-conduct is not standing as a hold",
		"course-of-conduct is raised by then; course-of-conduct is standing"}
	for i, f := range r.Findings {
		if got := strings.Join(f.Wrong, "; "); got != want[i] {
			t.Errorf("line %d: %q, want %q", f.Line, got, want[i])
		}
	}
	if r.Failed() != 3 {
		t.Errorf("%d failed, want 3", r.Failed())
	}
}

// TestOneAgency: alone, the school is warned of nothing and pointed to the police.
func TestOneAgency(t *testing.T) {
	c, err := Read(strings.NewReader(head + `events:
  - {id: e1, happened: 2026-01-01T10:00, kind: incident, behaviours: [watching], agency: school}
  - {id: e2, happened: 2026-01-02T10:00, kind: incident, behaviours: [watching], agency: "police:11"}
`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Run(Options{RulesOf: day(t, "2026-11-26"), Agencies: []string{"school"}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Last.Has("course-of-conduct") || len(r.Last.Signposts) != 1 || r.Last.Signposts[0].Agency != "police:11" {
		t.Errorf("%+v", r.Last)
	}
	if len(r.Moments) != 1 || len(r.Moments[0].Signposts) != 1 || !r.Moments[0].At.Equal(day(t, "2026-01-02T10:00")) {
		t.Errorf("%+v", r.Moments)
	}
}

// FuzzRead: no file makes the program fail, and one that is read can be replayed.
func FuzzRead(f *testing.F) {
	for _, name := range Shipped() {
		f.Add(shipped(f, name))
	}
	f.Add(head + "events: [{id: e, happened: 2026, kind: warrant}, {id: f, happened: ~2026-01-01, kind: order, form: bail, until: 2026}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 20_000 {
			return
		}
		c, err := Read(strings.NewReader(text))
		if err != nil {
			if _, ok := err.(Faults); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		r, err := c.Run(Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.JSON(r, "a file", "today")
	})
}
