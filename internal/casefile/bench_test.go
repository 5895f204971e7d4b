package casefile_test

import (
	"fmt"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
)

// BenchmarkOne opens a case of 5,000 reports among 20,000.
func BenchmarkOne(b *testing.B) {
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
	cases := casefile.NewStore(g, sealer)
	by := access.Program(accesstest.Agency, "Bench")
	id, err := cases.Open(b.Context(), by, person.VictimOf(first), person.SuspectOf(first), "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p, err := cases.One(b.Context(), by, id, 0, 50)
		if err != nil || p.Total < 5000 {
			b.Fatal(p.Total, err)
		}
	}
}
