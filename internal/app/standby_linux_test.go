package app

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// TestStandby kills PostgreSQL under load and has the one that follows it take its
// place. Whatever was said to be done is there, and work goes on without a restart.
func TestStandby(t *testing.T) {
	for range long(1, 10) {
		pair := dbtest.NewPair(t)
		c := Config{Data: t.TempDir(), Database: pair.URL}
		a, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var done []string
		var one sync.Mutex
		var people sync.WaitGroup
		enough := make(chan struct{})
		until := 50 + rand.IntN(200)
		for range 8 {
			people.Go(func() {
				for {
					id, err := act(t.Context(), a.db)
					if err != nil {
						return
					}
					one.Lock()
					if done = append(done, id); len(done) == until {
						close(enough)
					}
					one.Unlock()
				}
			})
		}
		<-enough
		pair.Kill()
		people.Wait()
		if _, err := act(t.Context(), a.db); err == nil {
			t.Error("without a database, something is said to be done")
		}
		if err := pair.Promote(); err != nil {
			t.Fatal(err)
		}
		// What was open to the first is found to be broken once it is used.
		tries := 0
		goesOn := func(f func() error) {
			t.Helper()
			for err := f(); err != nil; err = f() {
				if tries++; tries == 50 {
					t.Fatalf("work does not go on: %v", err)
				}
			}
		}
		goesOn(func() error {
			id, err := act(t.Context(), a.db)
			if err == nil {
				done = append(done, id)
			}
			return err
		})
		goesOn(func() error { return a.db.Read(t.Context(), func(*db.View) error { return nil }) })
		kept := column(t, a.db, `SELECT id FROM agencies ORDER BY id`)
		noted := column(t, a.db, `SELECT subject FROM ledger_entries WHERE what = 'agency' ORDER BY subject`)
		lost := 0
		for _, id := range done {
			if !slices.Contains(kept, id) {
				lost++
			}
		}
		slices.Sort(kept)
		slices.Sort(noted)
		if lost > 0 || !slices.Equal(kept, noted) {
			t.Errorf("of %d acts %d are lost; %d are kept, and %d are in the ledger", len(done), lost, len(kept), len(noted))
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		well(t, c)
		t.Logf("%d acts were said to be done, %d are kept, %d failed until work went on", len(done), len(kept), tries)
	}
}
