package pattern

import (
	"fmt"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/person"
	"clew/internal/report"
)

// TestReportedHundredsOfTimes has somebody report the same man 400 times, which is
// more than may share a number before it is held to tell little. It is one pattern, and
// the next report is told to be part of it.
func TestReportedHundredsOfTimes(t *testing.T) {
	const times = 400
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := accesstest.Guard(t, d)
		s := NewStore(g, person.NewStore(g))
		one := func(i int) *report.Record {
			at := time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * 40 * time.Hour)
			return &report.Record{Agency: "Northmoor Police", ID: fmt.Sprint("C/", i), Kind: report.Crime, Reported: at, Count: 1, Offence: "Harassment",
				Victim: report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}, Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-02", Phones: []string{"07700 900202"}},
				Narrative: "He rang her again and stood outside. She is afraid."}
		}
		var all []*report.Record
		if err := demo.Generate(demo.Options{Records: 1500}, func(r report.Record, _ demo.Truth) error { all = append(all, &r); return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range times {
			all = append(all, one(i))
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := TakeIn(t.Context(), tx, accesstest.Sight("often"), "", all)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		_, sc, err := s.Record(t.Context(), accesstest.As("Ann"), one(times))
		if err != nil {
			t.Fatal(err)
		}
		if sc.Whole == nil || len(sc.Whole.Accounts) != times+1 {
			t.Errorf("the next report is part of %+v, want a pattern of %d", sc.Whole, times+1)
		}
	})
}
