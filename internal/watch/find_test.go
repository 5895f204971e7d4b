package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/vault"
	"clew/internal/warning"
	"clew/internal/watch"
)

const finding = "find-near-routine-place"

// The stable is at NZ 271 421. The verge is 700 metres from it, the quarry 3 kilometres.
var stable = vault.Detail{Kind: "routine", Value: "Hollow Lane livery", Note: "Tuesdays after school", Routine: vault.Routine{Position: "NZ 271 421", From: "2025"}}

const verge, quarry = "NZ 276 426", "NZ 271 451"

// foundBy is a report that an agency took in of something found, of which nobody knows
// whose it is.
func (w *desk) foundBy(agency, id string, at report.Position) string {
	w.t.Helper()
	key, _, err := w.held.Record(w.t.Context(), access.Program(agency, "Setter up"), &report.Record{Agency: "Property store of " + agency, ID: id, Kind: report.FoundProperty, Reported: w.now.Add(-time.Hour), Count: 1,
		Position: &at, Narrative: "A rucksack with a knife in it"})
	w.must(err)
	return key
}

// warned are the warnings of a find in a case.
func (w *desk) warned(by access.Actor, id string) (all []warning.Warning) {
	w.t.Helper()
	p, err := w.cases.One(w.t.Context(), by, id, 0, 50)
	w.must(err)
	for _, x := range p.Warnings {
		if x.Rule == finding {
			all = append(all, x)
		}
	}
	return all
}

// TestFindNearARoutinePlace warns of what is found near where a victim often is, whoever
// reported it, and never says where that is.
func TestFindNearARoutinePlace(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		cal := accesstest.Somebody(t, w.d, police, "Cal", access.Coordinator) // may reveal nothing
		ada := accesstest.Somebody(t, w.d, haven, "Ada", access.Advocate)
		w.now = w.now.Add(time.Minute)
		first := w.record("C/1", "Mara", "Edmund", "ex-partner")
		mara := person.VictimOf(first)
		id, err := w.cases.Open(t.Context(), ann, mara, person.SuspectOf(first), "")
		w.must(err)
		spot, err := w.vault.Keep(t.Context(), ada, mara, stable) // the police cannot reveal it
		w.must(err)
		w.pass()
		if p, err := w.cases.One(t.Context(), ada, id, 0, 1); err != nil || !p.Places || p.Mapped != 1 {
			t.Errorf("the advocate sees %d places, %v: %v", p.Mapped, p.Places, err)
		}
		if p, err := w.cases.One(t.Context(), cal, id, 0, 1); err != nil || p.Places || p.Mapped != 0 {
			t.Errorf("who may reveal nothing sees %d places, %v: %v", p.Mapped, p.Places, err)
		}

		w.now = w.now.Add(time.Hour)
		w.foundBy(police, "F/1", report.Position{Latitude: 54.8000, Longitude: -1.5762}) // 2.7 km off
		w.foundBy(beyond, "F/2", report.Position{Latitude: 54.7733, Longitude: -1.5800}) // of an agency in no agreement
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 0 {
			t.Fatalf("a find far off, or of an agency that tells nobody, raised %+v", got)
		}
		w.now = w.now.Add(time.Hour)
		key := w.foundBy(haven, "F/3", report.Position{Latitude: 54.7800, Longitude: -1.5790})
		w.pass()
		got := w.list(ann, watch.Search{Rule: finding})
		if len(got) != 1 || !got[0].Due.Equal(w.now.Add(4*time.Hour)) || got[0].Severity != warning.Due {
			t.Fatalf("a find of another agency, that names nobody: %+v, due %v", got, w.now.Add(4*time.Hour))
		}
		for _, by := range []access.Actor{ann, cal, ada} {
			all := w.warned(by, id)
			if len(all) != 1 || all[0].Says != "Something found near a routine place of the person at risk." || !slices.Equal(all[0].Facts, []string{key}) {
				t.Errorf("%s is told %+v", by.Name, all)
			}
		}
		p, err := w.cases.One(t.Context(), cal, id, 0, 50)
		w.must(err)
		if p.Because[key] != "F/3" {
			t.Errorf("because of %v", p.Because)
		}
		for _, secret := range []string{"NZ 271 421", "livery", "54.77", "1.57", spot} {
			if all := fmt.Sprintf("%+v", p); strings.Contains(all, secret) {
				t.Errorf("the page of the case has %q", secret)
			}
		}
		friend := accesstest.Somebody(t, w.d, police, "Friend", access.Officer)
		accesstest.Lock(t, w.d, friend.Account, person.SuspectOf(first))
		if got := w.list(friend, watch.Search{Whose: watch.All}); len(got) != 0 {
			t.Errorf("a friend of the suspect sees %+v", got)
		}

		w.must(w.cases.Do(t.Context(), ann, id, "decision:search", w.now.Format(time.DateOnly), "Searched the lane"))
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 0 {
			t.Errorf("after a decision: %+v", got)
		}
		w.now = w.now.Add(time.Hour)
		w.foundBy(police, "F/4", report.Position{Latitude: 54.7734, Longitude: -1.5790})
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 1 || !got[0].Again {
			t.Errorf("after another find: %+v", got)
		}
		w.must(w.vault.SetRoutine(t.Context(), ada, mara, spot, vault.Routine{From: "2025", Until: "1/2/2026"}))
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 0 {
			t.Errorf("near a place where she was last the day before: %+v", got)
		}
		w.must(w.vault.SetRoutine(t.Context(), ada, mara, spot, vault.Routine{From: "2025", Until: "2/2/2026"}))
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 1 {
			t.Errorf("near a place where she was that day: %+v", got)
		}
		w.must(w.vault.End(t.Context(), ada, mara, spot))
		w.pass()
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 0 {
			t.Errorf("near a place that is wrong: %+v", got)
		}
	})
}

// TestFindKeptByHand warns of what is found in a case of which nobody knows who it is,
// and of an older find once a place is kept.
func TestFindKeptByHand(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		ada := accesstest.Somebody(t, w.d, haven, "Ada", access.Advocate)
		w.now = w.now.Add(time.Minute)
		mara := person.VictimOf(w.record("C/1", "Mara", "", ""))
		id, err := w.cases.Open(t.Context(), ann, mara, "", "")
		w.must(err)
		find := func(at, place, reads string, acts ...string) string {
			t.Helper()
			w.now = w.now.Add(time.Minute)
			one, err := w.cases.RecordIncident(t.Context(), ann, id, casefile.Telling{Reads: casefile.Basis(reads), Draft: incident.Draft{Happened: "2/2/2026", Kind: incident.Find, Suspect: casefile.Nobody, Place: place, Acts: acts, Said: incident.Said{At: at}}})
			w.must(err)
			return one
		}
		find(quarry, "", "safeguarding")
		find("", "public", "safeguarding")
		knife := find(verge, "way", "safeguarding", "weapon")
		w.pass()
		if got := w.warned(ann, id); len(got) != 0 {
			t.Fatalf("before any place is kept: %+v", got)
		}
		w.now = w.now.Add(3 * time.Hour)
		_, err = w.vault.Keep(t.Context(), ada, mara, stable)
		w.must(err)
		w.pass()
		got := w.warned(ann, id)
		if len(got) != 1 || got[0].Says != "A weapon found near a routine place of the person at risk." || !got[0].By.Equal(w.now.Add(4*time.Hour)) {
			t.Fatalf("once the place is kept: %+v", got)
		}
		if one, ok := casefile.IncidentOf(got[0].Facts[0]); !ok || one != knife {
			t.Errorf("because of %v, want the knife", got[0].Facts)
		}
		if got := w.list(ann, watch.Search{Rule: finding}); len(got) != 1 || got[0].Suspect != "" {
			t.Errorf("in the list: %+v", got)
		}
		w.must(w.cases.Answer(t.Context(), ann, id, finding, "A fisherman’s"))
		own := find("", "home", string(casefile.Alone))
		if got := w.warned(ada, id); len(got) != 0 {
			t.Errorf("of what the police keep to themselves the advocate is told %+v", got)
		}
		if got := w.warned(ann, id); len(got) != 1 || !got[0].Again || got[0].Facts[0] != "n-"+own {
			t.Errorf("found at her home: %+v", got)
		}
		w.must(w.d.Write(t.Context(), func(tx *db.Tx) error { return w.vault.Erase(t.Context(), tx, mara) }))
		if got := w.warned(ann, id); len(got) != 1 || got[0].Facts[0] != "n-"+own { // what is said to be at her home needs no position
			t.Errorf("once what is kept of her is erased: %+v", got)
		}
	})
}

// TestTied has both of two cases warn, in lists as well, once the second shows what the
// first does; and neither to somebody from whom one of them is hidden.
func TestTied(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		friend := accesstest.Somebody(t, w.d, police, "Friend", access.Officer)
		w.now = w.now.Add(time.Hour)
		first, second := w.record("C/1", "Mara", "Edmund", "ex-partner"), w.record("C/2", "Ottilie", "Lucian", "stranger")
		var ids []string
		for _, key := range []string{first, second} {
			id, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), person.SuspectOf(key), "")
			w.must(err)
			ids = append(ids, id)
		}
		stand := func(by access.Actor, want ...string) {
			t.Helper()
			w.pass()
			var got []string
			for _, l := range w.list(by, watch.Search{Whose: watch.All, Rule: "many-victims"}) {
				got = append(got, l.Case)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s lists %v, want %v", by.Name, got, want)
			}
		}
		for i, id := range ids {
			stand(ann)
			w.now = w.now.Add(time.Hour)
			_, err := w.cases.RecordIncident(t.Context(), ann, id, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "1/2/2026", Kind: "call", Suspect: casefile.Nobody, Features: map[string]string{"number": []string{"07700 900999", "+447700900999"}[i]}}})
			w.must(err)
		}
		stand(ann, ids...)
		stand(friend, ids...)
		w.now = w.now.Add(time.Hour)
		_, err := w.guard.Flag(t.Context(), access.Program(police, "Setter up"), person.VictimOf(second), []string{friend.Account}, nil, "They are cousins")
		w.must(err)
		stand(friend)
		stand(ann, ids[1]) // the first says so on its own page
	})
}
