package demo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"clew/internal/demo"
	"clew/internal/report"
)

// digest is everything about the first n records of a demo in one number.
func digest(t *testing.T, o demo.Options) string {
	t.Helper()
	h := sha256.New()
	err := demo.Generate(o, func(r report.Record, truth demo.Truth) error {
		return json.NewEncoder(h).Encode([]any{r, truth})
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func TestGenerateTwice(t *testing.T) {
	o := demo.Options{Records: 3000, Seed: 7}
	if a, b := digest(t, o), digest(t, o); a != b {
		t.Errorf("the same options gave %s, then %s", a, b)
	}
	if a, b := digest(t, o), digest(t, demo.Options{Records: 3000, Seed: 8}); a == b {
		t.Error("another seed gave the same demo")
	}
}

func TestEveryRecord(t *testing.T) {
	until := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	seen, last, n := map[string]bool{}, time.Time{}, 0
	kinds := map[report.Kind]bool{}
	for _, k := range report.Kinds {
		kinds[k] = true
	}
	err := demo.Generate(demo.Options{Records: 20_000}, func(r report.Record, truth demo.Truth) error {
		n++
		if key := r.Agency + "\x00" + r.ID; r.ID == "" || r.Agency == "" || seen[key] {
			t.Errorf("record %d: id %q of %q is empty or given twice", n, r.ID, r.Agency)
		} else {
			seen[key] = true
		}
		if r.Reported.Before(last) || !r.Reported.Before(until) || r.Reported.Before(until.AddDate(-2, 0, 0)) {
			t.Errorf("%s: reported %v after one at %v", r.ID, r.Reported, last)
		}
		last = r.Reported
		if !kinds[r.Kind] || r.Count < 1 || r.Narrative == "" {
			t.Errorf("%s: kind %q, count %d, narrative %q", r.ID, r.Kind, r.Count, r.Narrative)
		}
		if r.From.Known() && r.From.From.After(r.Reported) {
			t.Errorf("%s: happened from %s, reported %v", r.ID, r.From, r.Reported)
		}
		return nil
	})
	if err != nil || n != 20_000 {
		t.Errorf("%d records, %v", n, err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if err := demo.Generate(demo.Options{Records: 20_000}, func(report.Record, demo.Truth) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(20_000*b.N)/b.Elapsed().Seconds(), "records/s")
}

func TestWriteFiles(t *testing.T) {
	if err := demo.WriteFiles(t.TempDir(), demo.Options{Records: 100}); err != nil {
		t.Error(err)
	}
}
