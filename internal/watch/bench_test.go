package watch_test

import (
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/demo"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// BenchmarkNight asks about 10,000 open cases among 20,000 reports, as every night.
func BenchmarkNight(b *testing.B) {
	w := open(b, b.TempDir()+"/clew.db")
	var all []*report.Record
	w.must(demo.Generate(demo.Options{Records: 20_000}, func(r report.Record, _ demo.Truth) error { all = append(all, &r); return nil }))
	var keys []string
	sight := accesstest.Sight("bench")
	w.must(w.d.Write(b.Context(), func(tx *db.Tx) error {
		taken, err := pattern.TakeIn(b.Context(), tx, sight, "", all)
		for i, k := range taken {
			if !all[i].Victim.Empty() && !all[i].Suspect.Empty() {
				keys = append(keys, k.Key)
			}
		}
		return err
	}))
	w.must(w.held.Settle(b.Context(), nil))
	accesstest.Agencies(b, w.d, accesstest.Agency)
	by := access.Program(accesstest.Agency, "Bench")
	open := map[string]bool{}
	for _, k := range keys {
		if id, err := w.cases.Open(b.Context(), by, person.VictimOf(k), person.SuspectOf(k), ""); err == nil {
			open[id] = true
		}
		if len(open) == 10_000 {
			break
		}
	}
	w.now = w.now.Add(time.Minute)
	w.pass()
	for b.Loop() {
		w.now = w.now.Add(25 * time.Hour)
		n, err := w.watch.Pass(b.Context())
		if err != nil || n < len(open) {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(len(open)), "cases")
}

// BenchmarkOneMore keeps one incident more in a case of 5,000, and asks what its warnings
// are then.
func BenchmarkOneMore(b *testing.B) {
	w := open(b, b.TempDir()+"/clew.db")
	by := access.Program(police, "Bench")
	id, err := w.cases.Open(b.Context(), by, person.VictimOf(w.record("C/1", "Mara", "Edmund", "")), person.SuspectOf(w.record("C/2", "Mara", "Edmund", "")), "")
	w.must(err)
	c, err := w.cases.One(b.Context(), by, id, 0, 1)
	w.must(err)
	him := c.Suspects[0].ID
	var diary strings.Builder
	for i := range 5000 {
		diary.WriteString(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*9*time.Hour).Format("2/1/2006 15:04") + " called, said nothing\n")
	}
	_, _, err = w.cases.KeepDiary(b.Context(), by, id, casefile.Diary{Text: diary.String(), Suspect: him, Reads: "safeguarding"})
	w.must(err)
	w.now = w.now.Add(time.Minute)
	w.pass()
	for b.Loop() {
		w.now = w.now.Add(time.Second)
		_, err := w.cases.RecordIncident(b.Context(), by, id, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "1/2/2026", Kind: "call", Suspect: him, Said: incident.Said{Words: "Hung up"}}})
		w.must(err)
		w.pass()
	}
}
