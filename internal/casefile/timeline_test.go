package casefile_test

import (
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/casefile/picture"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/warning"
)

// write takes a report in for an agency, about the suspect of the desk unless it
// names another.
func (w *desk) write(agency string, r report.Record) string {
	w.t.Helper()
	r.Agency, r.Kind, r.Count = "Agency "+agency, report.Crime, max(r.Count, 1)
	if r.Suspect.GivenName == "" {
		r.Suspect.GivenName, r.Suspect.FamilyName, r.Suspect.Born = "Edmund", "Farrow", "1985-03-07"
	}
	if r.Victim.GivenName == "" {
		r.Victim.GivenName, r.Victim.FamilyName, r.Victim.Born = "Mara", "Quill", "1991-04-02"
	}
	key, _, err := pattern.NewStore(w.guard, person.NewStore(w.guard)).Record(w.t.Context(), access.Program(agency, "Setter up"), &r)
	w.must(err)
	return key
}

func on(day int) time.Time { return time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC) }

// TestTimeline has reports, deeds and warnings in order of time, the same in the list
// and in the picture, and narrows them down.
func TestTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri, nurse := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate), w.somebody(beyond, "nurse", access.Coordinator)
		friend := w.somebody(police, "friend", access.Supervisor)
		id := w.begin(ann)
		w.must(w.cases.Do(t.Context(), ann, id, "arrest:suspect", "5/1/2026", "He was there again"))
		w.must(w.cases.Note(t.Context(), ann, id, "His car stood outside", true, "consent"))
		w.must(w.cases.Name(t.Context(), ann, id, w.third))
		ed := report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07", Phones: []string{"07700 900202"}}
		w.write(police, report.Record{ID: "C/9", Reported: on(25), Suspect: ed, Narrative: "He texted her."})
		w.write(police, report.Record{ID: "C/9", Reported: on(25), Suspect: ed, Narrative: "He texted her and threatened to burn the house down.", Count: 6}) // a correction
		ed.GivenName = "Edmond"
		w.write(police, report.Record{ID: "C/9", Reported: on(25), Suspect: ed, Narrative: "He texted her and threatened to burn the house down.", Count: 6}) // and one in the very names

		look := func(by access.Actor, f casefile.Sieve) casefile.Timeline {
			t.Helper()
			l, err := w.cases.Timeline(t.Context(), by, id, f)
			w.must(err)
			for i := range l.All {
				if a, b := &l.All[max(0, i-1)].Drawn, &l.All[i].Drawn; b.From.Before(a.From) {
					t.Errorf("%+v: %v comes after %v", f, b.From, a.From)
				}
			}
			n := map[picture.Kind]int{}
			for i := range l.All {
				n[l.All[i].Drawn.Kind]++
			}
			lines := 0
			for _, x := range l.Picture.Lines {
				lines += len(x.Items)
			}
			if l.Picture.Conduct != n[picture.Conduct] || lines != len(l.All)-n[picture.Conduct] || l.Pace.Conduct != n[picture.Conduct] {
				t.Errorf("%+v: the picture has %d reports and %d lines, the list %v", f, l.Picture.Conduct, lines, n)
			}
			return l
		}
		kinds := func(l casefile.Timeline) string {
			var all []string
			for i := range l.All {
				if k := l.All[i].Kind; k != casefile.Warned && k != casefile.Worse {
					all = append(all, string(k))
				}
			}
			return strings.Join(all, " ")
		}

		whole := look(ann, casefile.Sieve{})
		if got := kinds(whole); got != "report did report report report opened" {
			t.Errorf("what happened: %s", got)
		}
		newest := &whole.All[0]
		for i := range whole.All {
			if whole.All[i].Name == "C/9" {
				newest = &whole.All[i]
			}
		}
		if newest.Drawn.Times != 6 || newest.Drawn.Weight != picture.Grave || !newest.Drawn.Lanes.Has(picture.Threat) || !newest.Drawn.Lanes.Has(picture.Contact) {
			t.Errorf("the corrected report: %+v", newest.Drawn)
		}
		if p := whole.Pace; p.Graves != 4 || !p.Last.Equal(on(25)) || p.Late != 4 || p.Early != 0 {
			t.Errorf("pace %+v", p)
		}
		warned := 0
		for i := range whole.All {
			if whole.All[i].Kind == casefile.Warned {
				warned++
			}
		}
		if p := w.page(ann, id); warned != len(p.Warnings) || warned == 0 {
			t.Errorf("%d early warnings, want the %d that stand", warned, len(p.Warnings))
		}
		for _, x := range []struct {
			f    casefile.Sieve
			want string
		}{
			{casefile.Sieve{Only: casefile.OnlyReports}, "report report report report"}, {casefile.Sieve{Only: casefile.OnlyDone}, "did opened"},
			{casefile.Sieve{Lane: "threat", Only: casefile.OnlyReports}, "report"}, {casefile.Sieve{Lane: "online"}, "did opened"},
			{casefile.Sieve{From: "4/1/2026", To: "17/1/2026"}, "did report"}, {casefile.Sieve{To: "2026-01"}, "report did report report report"},
			{casefile.Sieve{Suspect: 1, Only: casefile.OnlyReports}, "report report report"}, {casefile.Sieve{Suspect: 2, Only: casefile.OnlyReports}, "report"}, {casefile.Sieve{Suspect: 99, Only: casefile.OnlyReports}, "report report report report"},
		} {
			if got := kinds(look(ann, x.f)); got != x.want {
				t.Errorf("%+v: %s, want %s", x.f, got, x.want)
			}
		}
		look(ceri, casefile.Sieve{})
		_, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{From: "never", To: "31/2/2026"})
		w.invalid(err, "from")
		w.invalid(err, "to")

		_, err = w.cases.Timeline(t.Context(), nurse, id, casefile.Sieve{})
		w.is(err, fault.NotFound)
		_, err = w.guard.Flag(t.Context(), access.Program(police, "Setter up"), w.him, []string{"friend"}, nil, "They play football")
		w.must(err)
		_, err = w.cases.Timeline(t.Context(), friend, id, casefile.Sieve{})
		w.is(err, fault.NotFound)
		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "His sister works here"))
		_, err = w.cases.Timeline(t.Context(), ceri, id, casefile.Sieve{})
		w.is(err, fault.NotFound)
	})
}

// TestTimelineIncidents has incidents kept by hand along time beside reports: each to
// the precision that is known, one without a date last, and none that another agency
// keeps to itself.
func TestTimelineIncidents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID
		gift := silent("2025-11", him)
		gift.Kind, gift.Times = "gift", "5"
		feared := silent("15/1/2026", him)
		feared.Kind, feared.Fear, feared.Channel = "message", int(warning.Violence), "social"
		own := silent("4/1/2026", casefile.Nobody)
		own.Reads, own.Basis = casefile.Alone, ""
		w.keep(ceri, id, gift)
		w.keep(ceri, id, feared)
		w.keep(ceri, id, silent("unknown", casefile.Nobody))
		w.keep(ceri, id, own)
		look := func(by access.Actor) (kinds string, l casefile.Timeline) {
			l, err := w.cases.Timeline(t.Context(), by, id, casefile.Sieve{Only: casefile.OnlyReports})
			w.must(err)
			for i := range l.All {
				kinds += string(l.All[i].Kind) + ":" + l.All[i].About + " "
			}
			return kinds, l
		}
		got, l := look(ann)
		if want := "incident:gift report:Harassment incident:message report:Harassment incident:call "; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if l.Picture.Conduct != 5 || l.Picture.Undated != 1 {
			t.Errorf("%d things, %d without a date", l.Picture.Conduct, l.Picture.Undated)
		}
		if x := l.All[0].Drawn; x.Times != 5 || x.To.Sub(x.From) < 29*24*time.Hour || !x.Lanes.Has(picture.Contact) || x.Weight != picture.Distant || l.All[0].Suspect != him {
			t.Errorf("the gifts: %+v", l.All[0])
		}
		if x := l.All[2].Drawn; x.Weight != picture.Grave || !x.Lanes.Has(picture.Online) || !x.Lanes.Has(picture.Contact) {
			t.Errorf("the message she was afraid after: %+v", x)
		}
		if l.All[4].Suspect != "" || !l.All[4].Drawn.From.IsZero() {
			t.Errorf("a call of nobody knows when: %+v", l.All[4])
		}
		if theirs, _ := look(ceri); !strings.Contains(theirs, "incident:call report") && strings.Count(theirs, "incident:call") != 2 {
			t.Errorf("the advocates, who kept one to themselves, see %s", theirs)
		}
		whole, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{})
		w.must(err)
		for i := range whole.All {
			if x := &whole.All[i]; x.Kind == casefile.Worse && !strings.Contains(x.Words, "from a distance") {
				t.Errorf("it grew worse from what was kept by hand: %s", x.Words)
			} else if x.Kind == casefile.Worse {
				return
			}
		}
		t.Error("gifts, and then he followed her: it did not grow worse")
	})
}

// TestTimelineOfNobody is of a case whose suspect nobody knows.
func TestTimelineOfNobody(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	ann := w.somebody(police, "ann", access.Supervisor)
	id, err := w.cases.Open(t.Context(), ann, w.victim, "", "Nobody knows who it is")
	w.must(err)
	l, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{})
	w.must(err)
	if len(l.All) != 1 || l.Picture.Conduct != 0 || l.Picture.Height == 0 {
		t.Errorf("a case without a suspect: %d things, a picture %d high", len(l.All), l.Picture.Height)
	}
}

// TestTimelineOfIncidents has what was kept by hand stand beside what was reported, for
// those who may read it.
func TestTimelineOfIncidents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "Ann", access.Officer)
		ada := w.somebody(haven, "Ada", access.Advocate)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID
		threat := silent("4/2/2026", him)
		threat.Kind, threat.Fear = "threat", int(warning.Violence)
		w.keep(ann, id, threat)
		own := silent("February 2026", casefile.Nobody)
		own.Reads = casefile.Alone
		w.keep(ada, id, own)
		undated := silent("", him)
		undated.Happened = "unknown"
		w.keep(ann, id, undated)
		of := func(by access.Actor) (all []casefile.Item) {
			tl, err := w.cases.Timeline(t.Context(), by, id, casefile.Sieve{})
			w.must(err)
			for _, x := range tl.All {
				if x.Kind == casefile.Happened {
					all = append(all, x)
				}
			}
			return all
		}
		police, haven := of(ann), of(ada)
		if len(police) != 2 || len(haven) != 3 {
			t.Fatalf("the police see %d incidents and the advocate %d, want 2 and 3", len(police), len(haven))
		}
		x := police[0]
		if !x.Drawn.Lanes.Has(picture.Threat) || x.Drawn.Weight != picture.Grave || x.Suspect != him || x.Drawn.From.Day() != 4 {
			t.Errorf("the threat is drawn as %+v, by %q", x.Drawn, x.Suspect)
		}
		if last := police[1]; !last.Drawn.From.IsZero() {
			t.Errorf("what has no date is drawn at %v", last.Drawn.From)
		}
	})
}
