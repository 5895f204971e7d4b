package casefile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
)

// BenchmarkIncidents is all incidents of a case of 5,000, as early warnings and a timeline
// want them, and the page of that case.
func BenchmarkIncidents(b *testing.B) {
	d := dbtest.SQLite(b)
	w := open(b, d)
	by := access.Program(police, "Bench")
	id := w.begin(by)
	him := w.page(by, id).Suspects[0].ID
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "%s called %d times, said nothing\n", time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*9*time.Hour).Format("2/1/2006 15:04"), i%5+2)
	}
	if n, _, err := w.cases.KeepDiary(b.Context(), by, id, casefile.Diary{Text: text.String(), Suspect: him, Reads: sharing}); err != nil || n != 5000 {
		b.Fatal(n, err)
	}
	b.Run("Of", func(b *testing.B) {
		for b.Loop() {
			if err := d.Read(b.Context(), func(v *db.View) error {
				all, err := incident.Of(b.Context(), v, incident.Reader{Case: id, Agency: police})
				if len(all) != 5000 {
					b.Fatal(len(all))
				}
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("List", func(b *testing.B) {
		for b.Loop() {
			w.listed(by, id, "", "")
		}
	})
	b.Run("One", func(b *testing.B) {
		for b.Loop() {
			w.page(by, id)
		}
	})
}

// large is a case of 5,000 reports among 20,000.
func large(b *testing.B) (cases *casefile.Store, by access.Actor, id string) {
	b.Helper()
	d := dbtest.SQLite(b)
	g := accesstest.Guard(b, d)
	s := pattern.NewStore(g, person.NewStore(g))
	var all []*report.Record
	for i := range 5000 {
		at := time.Date(2021, 1, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * 9 * time.Hour)
		all = append(all, &report.Record{Agency: "Northmoor Police", ID: fmt.Sprint("C/", i), Kind: report.Crime, Reported: at, Count: 1, Offence: "Harassment",
			Victim: report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}, Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-02", Phones: []string{"07700 900202"}},
			Narrative: "He rang her again and stood outside. She is afraid."})
	}
	if err := demo.Generate(demo.Options{Records: 15_000}, func(r report.Record, _ demo.Truth) error { all = append(all, &r); return nil }); err != nil {
		b.Fatal(err)
	}
	var first string
	if err := d.Write(b.Context(), func(tx *db.Tx) error {
		taken, err := pattern.TakeIn(b.Context(), tx, accesstest.Sight("bench"), "", all)
		first = taken[0].Key
		return err
	}); err != nil {
		b.Fatal(err)
	}
	if err := s.Settle(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	sealer, err := seal.Open(b.Context(), d, seal.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	cases, by = casefile.NewStore(g, sealer), access.Program(accesstest.Agency, "Bench")
	id, err = cases.Open(b.Context(), by, person.VictimOf(first), person.SuspectOf(first), "")
	if err != nil {
		b.Fatal(err)
	}
	return cases, by, id
}

func BenchmarkOne(b *testing.B) {
	cases, by, id := large(b)
	for b.Loop() {
		p, err := cases.One(b.Context(), by, id, 0, 50)
		if err != nil || p.Total < 5000 {
			b.Fatal(p.Total, err)
		}
	}
}

func BenchmarkTimeline(b *testing.B) {
	cases, by, id := large(b)
	for b.Loop() {
		l, err := cases.Timeline(b.Context(), by, id, casefile.Sieve{})
		if err != nil || l.Picture.Conduct < 5000 {
			b.Fatal(l.Picture.Conduct, err)
		}
	}
}

func BenchmarkLinks(b *testing.B) {
	cases, by, id := large(b)
	for b.Loop() {
		l, err := cases.Links(b.Context(), by, id, true)
		if err != nil || len(l.Values) == 0 {
			b.Fatal(len(l.Values), err)
		}
	}
}
