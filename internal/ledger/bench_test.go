package ledger_test

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
)

// BenchmarkEntry writes entries durably, one in each transaction: by one client and
// by sixteen, unsigned and signed. The difference is what the ledger costs.
func BenchmarkEntry(b *testing.B) {
	engines := map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, clients := range []int{1, 16} {
			for _, signed := range []string{"unsigned", "signed"} {
				b.Run(engine+"/"+map[int]string{1: "1client", 16: "16clients"}[clients]+"/"+signed, func(b *testing.B) {
					d := engines[engine](b)
					if signed == "signed" {
						if _, err := ledger.Open(context.Background(), d, filepath.Join(b.TempDir(), "ledger.key")); err != nil {
							b.Fatal(err)
						}
					}
					many(b, d, 200) // half a tile or more is written with each
					write(b, d, clients)
				})
			}
		}
	}
}

// BenchmarkNoEntry is a transaction that has no entry.
func BenchmarkNoEntry(b *testing.B) {
	for _, signed := range []string{"unsigned", "signed"} {
		b.Run(signed, func(b *testing.B) {
			d := dbtest.SQLite(b)
			if signed == "signed" {
				open(b, d)
			}
			many(b, d, 200)
			for b.Loop() {
				if err := d.Write(b.Context(), func(*db.Tx) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerify checks a whole ledger from its rows.
func BenchmarkVerify(b *testing.B) {
	d := dbtest.SQLite(b)
	l := open(b, d)
	const entries = 50_000
	many(b, d, entries)
	for b.Loop() {
		if r := verify(b, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) > 0 {
			b.Fatal(r.Wrong)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
}

// BenchmarkProof makes the path of an entry among fifty thousand.
func BenchmarkProof(b *testing.B) {
	d := dbtest.SQLite(b)
	l := open(b, d)
	many(b, d, 50_000)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		from := int64(i*7919) % 50_000
		if err := d.Read(b.Context(), func(v *db.View) error {
			_, err := ledger.Bundle(b.Context(), v, l.Key(), ledger.Wanted{From: from, To: from + 1}, io.Discard)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func write(b *testing.B, d *db.DB, clients int) {
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	next := make(chan int)
	for range clients {
		all.Go(func() {
			var own []time.Duration
			for i := range next {
				began := time.Now()
				if err := d.Write(context.Background(), func(tx *db.Tx) error { return ledger.Note(context.Background(), tx, look(i)) }); err != nil {
					b.Error(err)
				}
				own = append(own, time.Since(began))
			}
			mu.Lock()
			took = append(took, own...)
			mu.Unlock()
		})
	}
	b.ResetTimer()
	for i := range b.N {
		next <- i
	}
	close(next)
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
}
