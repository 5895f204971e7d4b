package casefile_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/warning"
)

const sharing = casefile.Basis("safeguarding")

// silent is a silent call of a day by somebody.
func silent(on, who string) casefile.Telling {
	return casefile.Telling{Reads: sharing, Draft: incident.Draft{Happened: on, Kind: "call", Suspect: who, Said: incident.Said{Words: "Said nothing, hung up"}}}
}

func (w *desk) keep(by access.Actor, id string, t casefile.Telling) string {
	w.t.Helper()
	one, err := w.cases.RecordIncident(w.t.Context(), by, id, t)
	if err != nil {
		w.t.Fatal(err)
	}
	return one
}

func (w *desk) incident(by access.Actor, id, one string) casefile.IncidentPage {
	w.t.Helper()
	p, err := w.cases.Incident(w.t.Context(), by, id, one)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *desk) listed(by access.Actor, id, kind, who string) casefile.Incidents {
	w.t.Helper()
	l, err := w.cases.Incidents(w.t.Context(), by, id, kind, who, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func rules(p casefile.Page) (all []string) {
	for _, x := range p.Warnings {
		all = append(all, x.Rule)
	}
	slices.Sort(all)
	return all
}

// TestIncidents keeps incidents, reads them as other agencies may, and corrects one.
func TestIncidents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri, nurse := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate), w.somebody(beyond, "nurse", access.Coordinator)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID

		call := silent("12/3/2026 22:10", him)
		call.Times, call.Roughly, call.Fear, call.Impact, call.Known = "4", true, int(warning.Distress), []string{"sleep"}, "13/3/2026"
		call.Features = map[string]string{"number": " 07700  900999 "}
		call.Place, call.Said.Place, call.Said.Often = "home", "The flat in Quarry Lane", "most nights"
		one := w.keep(ceri, id, call)
		p := w.incident(ann, id, one)
		i := p.Now()
		if i.Happened.Words() != "12 March 2026 at 10:10pm" || i.Times != 4 || !i.Roughly || i.Who != "Edmund Farrow" || i.Said != call.Said || i.Features["number"] != "07700 900999" || i.Channel != "phone" ||
			!slices.Equal(i.Behaviours, []string{"contacting"}) || !slices.Equal(i.Acts, []string{"call"}) || i.Place != "home" || i.Agency != haven || i.Basis != "safeguarding" {
			t.Errorf("kept: %+v", i)
		}
		if len(p.Facts) != 2 || p.Facts[0].Kind != incident.Known || p.Facts[0].Who != haven || p.Facts[0].When.Words() != "13 March 2026" || p.Facts[1].Fear != warning.Distress || !slices.Equal(p.Facts[1].Impact, []string{"sleep"}) {
			t.Errorf("facts: %+v", p.Facts)
		}
		if e := w.page(ann, id).Events[0]; e.Kind != casefile.Happened || e.ID != one || e.About != "call" || e.Words != call.Said.Words || e.Happened != "2026-03-12T22:10" {
			t.Errorf("in the chronology: %+v", e)
		}

		mine := silent("~14/3/2026", casefile.Nobody)
		mine.Reads, mine.Kind = casefile.Alone, "car"
		own := w.keep(ceri, id, mine)
		unsure := silent("unknown", casefile.Nobody)
		unsure.Turn = "2"
		w.keep(ceri, id, unsure)
		if l := w.listed(ceri, id, "", ""); l.Total != 3 || l.All[0].ID != own || l.All[1].ID != one || l.All[2].Turn != 2 {
			t.Errorf("ceri lists %d: %+v", l.Total, l.All)
		}
		if l := w.listed(ann, id, "", ""); l.Total != 2 {
			t.Errorf("the police list %d, and one is the advocates’ own", l.Total)
		}
		for _, f := range []struct {
			kind, who string
			want      int
		}{{"call", "", 2}, {"car", "", 1}, {"gift", "", 0}, {"", him, 1}, {"", casefile.Nobody, 2}, {"call", casefile.Nobody, 1}} {
			if l := w.listed(ceri, id, f.kind, f.who); l.Total != f.want || len(l.All) != f.want {
				t.Errorf("of kind %q by %q: %d and %d, want %d", f.kind, f.who, l.Total, len(l.All), f.want)
			}
		}
		if p := w.page(ann, id); slices.ContainsFunc(p.Events, func(e casefile.Event) bool { return e.ID == own }) {
			t.Error("the advocates’ own incident is in the chronology of the police")
		}
		_, err := w.cases.Incident(t.Context(), ann, id, own)
		w.is(err, fault.NotFound)
		w.is(w.cases.CorrectIncident(t.Context(), ann, id, own, 1, mine), fault.NotFound)
		w.is(w.cases.TellOf(t.Context(), ann, id, own, police, "14/3/2026", ""), fault.NotFound)
		_, err = w.cases.Incident(t.Context(), nurse, id, one)
		w.is(err, fault.NotFound)
		_, err = w.cases.Incidents(t.Context(), nurse, id, "", "", 0, 9)
		w.is(err, fault.NotFound)
		_, err = w.cases.RecordIncident(t.Context(), nurse, id, call)
		w.is(err, fault.NotFound)

		// The police were told, and put the time right.
		w.invalid(w.cases.TellOf(t.Context(), ann, id, one, beyond, "14/3/2026", ""), "agency")
		w.invalid(w.cases.TellOf(t.Context(), ann, id, one, police, "14/3/2126", ""), "known")
		w.invalid(w.cases.TellOf(t.Context(), ann, id, one, police, "11/3/2026", ""), "known")
		w.must(w.cases.TellOf(t.Context(), ann, id, one, police, "14/3/2026", ""))
		wrong := w.incident(ann, id, one).Facts[2].ID
		w.must(w.cases.TellOf(t.Context(), ann, id, one, police, "15/3/2026", wrong))
		w.is(w.cases.TellOf(t.Context(), ann, id, one, police, "16/3/2026", wrong), fault.Conflict)
		w.is(w.cases.FeltOf(t.Context(), ann, id, one, 1, nil, "", "16/3/2026", wrong), fault.NotFound)
		w.invalid(w.cases.FeltOf(t.Context(), ann, id, one, 0, nil, " ", "16/3/2026", ""), "fear")
		w.must(w.cases.FeltOf(t.Context(), ann, id, one, 4, []string{"moved-home"}, "She stays with her mother", "16/3/2026", ""))
		later := call
		later.Happened, later.Reads = "12/3/2026 21:10", casefile.Alone
		w.invalid(w.cases.CorrectIncident(t.Context(), ann, id, one, 1, later), "why")
		later.Said.Why = "The phone shows an hour earlier"
		w.invalid(w.cases.CorrectIncident(t.Context(), ann, id, one, 1, later), "reads")
		later.Reads = sharing
		w.must(w.cases.CorrectIncident(t.Context(), ann, id, one, 1, later))
		w.is(w.cases.CorrectIncident(t.Context(), ann, id, one, 1, later), fault.Conflict)
		p = w.incident(ceri, id, one)
		if len(p.Versions) != 2 || p.Versions[0].Happened.Words() != "12 March 2026 at 9:10pm" || p.Versions[0].Said.Why != later.Said.Why || p.Versions[0].Agency != police || p.Versions[1].Happened.Words() != "12 March 2026 at 10:10pm" || p.Versions[1].Agency != haven || p.Versions[0].Entered != p.Versions[1].At || p.Versions[0].Person != him {
			t.Errorf("versions: %+v", p.Versions)
		}
		if f := p.Facts; len(f) != 5 || !f[2].Gone || f[3].Gone || f[4].Said != "She stays with her mother" {
			t.Errorf("facts: %+v", f)
		}
		if p := w.page(ann, id); p.Total != 3+2 || p.Events[1].Happened != "2026-03-12T21:10" {
			t.Errorf("the chronology after the correction: %d, %+v", p.Total, p.Events)
		}

		// What was an agency's own stays so when a later version is shared.
		mine.Reads, mine.Said = sharing, incident.Said{Words: "A silver car", Why: "She agrees to share it"}
		w.must(w.cases.FeltOf(t.Context(), ceri, id, own, 2, nil, "for us alone", "16/3/2026", ""))
		w.must(w.cases.CorrectIncident(t.Context(), ceri, id, own, 1, mine))
		if p := w.incident(ann, id, own); len(p.Versions) != 1 || p.Now().Entered != p.Now().At || p.Versions[0].Said.Words != "A silver car" || len(p.Facts) != 0 {
			t.Errorf("the police read %+v", p)
		}
		if e := w.page(ann, id).Events[0]; e.ID != own {
			t.Errorf("what was shared last is not the newest for the police: %+v", e)
		}
		if p := w.incident(ceri, id, own); len(p.Versions) != 2 || p.Now().Entered != p.Versions[1].At || len(p.Facts) != 1 {
			t.Errorf("the advocates read %+v", p)
		}

		w.must(w.cases.Close(t.Context(), ann, id, "Over", true, w.page(ann, id).Version))
		_, err = w.cases.RecordIncident(t.Context(), ann, id, call)
		w.is(err, fault.Conflict)
	})
}

// TestIncidentsWarn has incidents raise early warnings for those who may know of them.
func TestIncidentsWarn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID
		w.must(w.cases.Do(t.Context(), ann, id, "warning:words-of-advice", "1/2/2026", ""))
		raised := func(by access.Actor, want bool) {
			t.Helper()
			if got := slices.Contains(rules(w.page(by, id)), "contact-after-warning"); got != want {
				t.Errorf("%s is warned: %v, want %v", by.Name, got, want)
			}
		}
		raised(ann, false)
		w.keep(ann, id, silent("31/1/2026", him))
		w.keep(ann, id, silent("3/2/2026", casefile.Nobody)) // nobody says that it was him
		raised(ann, false)
		after := silent("4/2/2026", him)
		after.Reads = casefile.Alone
		one := w.keep(ceri, id, after)
		raised(ceri, true)
		raised(ann, false)
		raised(access.Program(haven, "Clew"), false) // lists across cases are read by every agency
		after.Reads, after.Said.Why = sharing, "She agrees"
		w.must(w.cases.CorrectIncident(t.Context(), ceri, id, one, 1, after))
		raised(ann, true)
		raised(access.Program(haven, "Clew"), true)
		after.Happened, after.Said.Why = "4/1/2026", "It was in January"
		w.must(w.cases.CorrectIncident(t.Context(), ann, id, one, 2, after))
		raised(ann, false)
		series := silent("20/1/2026", him)
		series.Until, series.Times = "9/2/2026", "12"
		w.keep(ann, id, series) // it may have been before
		raised(ann, false)
		series.Happened = "2/2/2026"
		w.keep(ann, id, series)
		raised(ann, true)
	})
}

// TestOddIncidents is what people type and cannot mean.
func TestOddIncidents(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	ann := w.somebody(police, "ann", access.Officer)
	id := w.begin(ann)
	him := w.page(ann, id).Suspects[0].ID
	for field, change := range map[string]func(*casefile.Telling){
		"happened":    func(x *casefile.Telling) { x.Happened = "1/1/2126" },
		"happened ":   func(x *casefile.Telling) { x.Happened = "" },
		"happened  ":  func(x *casefile.Telling) { x.Happened = "31/2/2026" },
		"happened   ": func(x *casefile.Telling) { x.Happened = "1/1/2026 he rang" },
		"until":       func(x *casefile.Telling) { x.Until, x.Times = "1/1/2026", "9" },
		"until ":      func(x *casefile.Telling) { x.Happened, x.Until, x.Times = "unknown", "1/2/2026", "9" },
		"times":       func(x *casefile.Telling) { x.Until = "5/2/2026" },
		"times ":      func(x *casefile.Telling) { x.Times = "many" },
		"times  ":     func(x *casefile.Telling) { x.Times = "-1" },
		"turn":        func(x *casefile.Telling) { x.Turn = "first" },
		"kind":        func(x *casefile.Telling) { x.Kind = "dance" },
		"suspect":     func(x *casefile.Telling) { x.Suspect = w.third },
		"suspect ":    func(x *casefile.Telling) { x.Suspect = "" },
		"words":       func(x *casefile.Telling) { x.Said.Words = strings.Repeat("x", 1<<20) },
		"words ":      func(x *casefile.Telling) { x.Kind, x.Said.Words = "other", "" },
		"place":       func(x *casefile.Telling) { x.Place = "12 Quarry Lane" },
		"place_words": func(x *casefile.Telling) { x.Said.Place = strings.Repeat("x", 501) },
		"often":       func(x *casefile.Telling) { x.Said.Often = strings.Repeat("x", 501) },
		"channel":     func(x *casefile.Telling) { x.Channel = "telegraph" },
		"acts":        func(x *casefile.Telling) { x.Acts = []string{"juggling"} },
		"behaviours":  func(x *casefile.Telling) { x.Behaviours = []string{"call"} },
		"number":      func(x *casefile.Telling) { x.Features = map[string]string{"number": strings.Repeat("7", 201)} },
		"reads":       func(x *casefile.Telling) { x.Reads = "because" },
		"known":       func(x *casefile.Telling) { x.Known = "1/1/2126" },
		"known   ":    func(x *casefile.Telling) { x.Known = "1/2/2026" },
		"known ":      func(x *casefile.Telling) { x.Known = "unknown" },
		"fear":        func(x *casefile.Telling) { x.Fear = 9 },
		"impact":      func(x *casefile.Telling) { x.Impact = []string{"rain"} },
	} {
		x := silent("2/2/2026", him)
		change(&x)
		_, err := w.cases.RecordIncident(t.Context(), ann, id, x)
		w.invalid(err, strings.TrimSpace(field))
	}
	if l := w.listed(ann, id, "", ""); l.Total != 0 {
		t.Errorf("%d were kept", l.Total)
	}
	x := silent("about 2/2/2026", him)
	x.Said.Words = "قال إنه سيأتي ‮ \u202e and <b>then</b>"
	if i := w.incident(ann, id, w.keep(ann, id, x)).Now(); i.Said.Words != x.Said.Words || i.Happened.Words() != "about 2 February 2026" {
		t.Errorf("kept: %+v", i)
	}
}

// TestNoVersionIsLost has people of two agencies record and correct at random: every
// version that was ever kept is there to the letter, and only for those who may read it.
func TestNoVersionIsLost(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	who := map[string]access.Actor{police: w.somebody(police, "ann", access.Officer), haven: w.somebody(haven, "ceri", access.Advocate)}
	id := w.begin(who[police])
	type version struct {
		agency, words, why string
		shared             bool
		year               int
	}
	kept := map[string][]version{}
	var ids []string
	visible := func(v version, agency string) bool { return v.shared || v.agency == agency }
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			agency := rapid.SampledFrom([]string{police, haven}).Draw(rt, "agency")
			v := version{agency: agency, words: rapid.StringMatching(`[a-zé€ ]{1,12}`).Draw(rt, "words"), shared: rapid.Bool().Draw(rt, "shared"), year: rapid.IntRange(1990, 2025).Draw(rt, "year")}
			x := silent(fmt.Sprint(v.year), casefile.Nobody)
			if x.Said.Words = v.words; !v.shared {
				x.Reads = casefile.Alone
			}
			if len(ids) == 0 || rapid.IntRange(0, 3).Draw(rt, "what") == 0 {
				one, err := w.cases.RecordIncident(t.Context(), who[agency], id, x)
				if err != nil {
					rt.Fatal(err)
				}
				ids, kept[one] = append(ids, one), []version{v}
				continue
			}
			one := rapid.SampledFrom(ids).Draw(rt, "which")
			seen := rapid.IntRange(max(1, len(kept[one])-1), len(kept[one])).Draw(rt, "seen")
			v.why = "Why " + v.words
			x.Said.Why = v.why
			last := kept[one][len(kept[one])-1]
			err := w.cases.CorrectIncident(t.Context(), who[agency], id, one, seen, x)
			switch {
			case !visible(last, agency):
				if !errors.Is(err, fault.NotFound) {
					rt.Fatalf("correcting what is not there to read: %v", err)
				}
			case last.shared && !v.shared:
				if bad, ok := errors.AsType[fault.Invalid](err); !ok || bad.Of("reads") == "" {
					rt.Fatalf("no longer sharing what was shared: %v", err)
				}
			case seen < len(kept[one]):
				if !errors.Is(err, fault.Conflict) {
					rt.Fatalf("correcting what was corrected meanwhile: %v", err)
				}
			case err != nil:
				rt.Fatal(err)
			default:
				kept[one] = append(kept[one], v)
			}
		}
		for agency, by := range who {
			n := 0
			for _, one := range ids[max(0, len(ids)-5):] {
				var want []version
				for _, v := range kept[one] {
					if visible(v, agency) {
						want = append(want, v)
					}
				}
				p, err := w.cases.Incident(t.Context(), by, id, one)
				if len(want) == 0 {
					if !errors.Is(err, fault.NotFound) {
						rt.Fatalf("%s reads what is not theirs: %v", agency, err)
					}
					continue
				}
				if err != nil {
					rt.Fatal(err)
				}
				n++
				slices.Reverse(want)
				for i, v := range want {
					got := p.Versions[i]
					if len(p.Versions) != len(want) || got.Said.Words != v.words || got.Said.Why != v.why || got.Agency != v.agency || got.Basis != "" != v.shared || got.Happened.Words() != fmt.Sprint(v.year) {
						rt.Fatalf("%s reads version %d as %+v, want %+v", agency, i, got, v)
					}
				}
			}
		}
	})
	for _, statement := range []string{`UPDATE incidents SET happened = ''`, `UPDATE incidents SET said = said`, `UPDATE incidents SET features = 'x'`, `DELETE FROM incidents`} {
		if err := w.d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement) }); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want it refused as append-only", statement, err)
		}
	}
}

// TestLongDiary keeps a diary of 20,000 lines, some of which cannot be read.
func TestLongDiary(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID
		var text strings.Builder
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		const lines, wrong = 20_000, 20
		for i := range lines {
			if i%1000 == 7 {
				fmt.Fprintf(&text, "no date here %d\n", i)
				continue
			}
			fmt.Fprintf(&text, "%s called %d times, said nothing (%d)\n", day.Add(time.Duration(i)*50*time.Minute).Format("2/1/2006 15:04"), i%5+2, i)
		}
		early := casefile.Diary{Text: text.String(), Suspect: him, Reads: sharing, Known: "1/1/2025"}
		_, _, err := w.cases.KeepDiary(t.Context(), ceri, id, early)
		w.invalid(err, "known")
		diary := casefile.Diary{Text: text.String(), Suspect: him, Reads: sharing, Known: "1/3/2026", Paste: "p1"}
		n, left, err := w.cases.KeepDiary(t.Context(), ceri, id, diary)
		if err != nil || n != lines-wrong || len(left) != wrong || left[0].Text != "no date here 7" || left[0].Number != 8 || !strings.Contains(left[0].Wrong, "begin with a date") {
			t.Fatalf("%d kept, %d left (%+v), %v", n, len(left), left[:min(1, len(left))], err)
		}
		_, _, err = w.cases.KeepDiary(t.Context(), ceri, id, diary)
		w.is(err, fault.Conflict)
		l := w.listed(ann, id, "call", him)
		if last := l.All[0]; l.Total != lines-wrong || last.Times != 6 || !strings.HasSuffix(last.Said.Words, "(19999)") || last.Said.Words != "called 6 times, said nothing (19999)" {
			t.Errorf("%d are listed, the last %+v", l.Total, last)
		}
		if p := w.page(ann, id); p.Total != lines-wrong+3 {
			t.Errorf("the chronology has %d", p.Total)
		}
		rest := casefile.Diary{Suspect: casefile.Nobody, Reads: sharing, Undated: true, Paste: "p2"}
		for _, x := range left {
			rest.Text += x.Text + "\n"
		}
		if n, left, err := w.cases.KeepDiary(t.Context(), ceri, id, rest); err != nil || n != wrong || len(left) != 0 {
			t.Errorf("of the rest %d are kept and %d left, %v", n, len(left), err)
		}
		if l := w.listed(ann, id, "", casefile.Nobody); l.Total != wrong || l.All[0].Turn != wrong || l.All[0].Said.Words != "no date here 19007" {
			t.Errorf("without a date: %d, %+v", l.Total, l.All[0])
		}
	})
}

// TestIncidentsErased has what tells whom incidents are about gone when it must.
func TestIncidentsErased(t *testing.T) {
	where := filepath.Join(t.TempDir(), "clew.db")
	d, err := db.Open(t.Context(), where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, d)
	ann := w.somebody(police, "ann", access.Supervisor)
	id := w.begin(ann)
	x := silent("2/2/2026", w.page(ann, id).Suspects[0].ID)
	x.Said = incident.Said{Words: "canary-in-words", Place: "canary-in-place", Often: "canary-in-often"}
	x.Features = map[string]string{"handle": "@feature-canary"}
	one := w.keep(ann, id, x)
	w.must(w.cases.FeltOf(t.Context(), ann, id, one, 2, nil, "canary-in-impact", "2/2/2026", ""))
	y := silent("3/2/2026", casefile.Nobody)
	y.Features = map[string]string{"device": "device-canary"}
	two := w.keep(ann, id, y)
	forget := func(mention, stays string) {
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, mention, stays) }))
	}
	forget(w.victim, w.other)
	forget(w.him, "")
	if p := w.incident(ann, id, one); p.Now().Suspect != incident.Erased || len(p.Now().Features) != 0 || p.Now().Said != x.Said {
		t.Errorf("without the suspect: %+v", p.Now())
	}
	if p := w.incident(ann, id, two); p.Now().Features["device"] != "device-canary" {
		t.Errorf("not the suspect’s: %+v", p.Now())
	}
	forget(w.other, "")
	for _, which := range []string{one, two} {
		if i := w.incident(ann, id, which).Now(); !i.Lost || i.Said != (incident.Said{}) || len(i.Features) != 0 {
			t.Errorf("after all of it: %+v", i)
		}
	}
	if f := w.incident(ann, id, one).Facts; !f[0].Lost || f[0].Said != "" {
		t.Errorf("what it did to her: %+v", f)
	}
	rows := 0
	w.must(d.Read(t.Context(), func(v *db.View) error {
		n, err := db.One(t.Context(), v, db.Number, `SELECT count(*) FROM incidents WHERE features LIKE '%canary%'`)
		rows = int(n)
		return err
	}))
	if rows != 0 {
		t.Errorf("%d rows have their features", rows)
	}
	w.must(d.Close())
	files, err := filepath.Glob(where + "*")
	w.must(err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		w.must(err)
		if bytes.Contains(b, []byte("canary-in-")) {
			t.Errorf("%s holds what is sealed", filepath.Base(f))
		}
	}
}
