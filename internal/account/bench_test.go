package account_test

import (
	"slices"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/db/dbtest"
)

// BenchmarkExistence measures how well the time of an answer tells accounts that
// are there from those that are not: the area under the curve, where 0.5 is not at
// all and 1 is always. The goal is 0.45 to 0.55; it needs some hundreds of tries.
func BenchmarkExistence(b *testing.B) {
	d := dbtest.SQLite(b)
	h := &house{Store: account.NewStore(access.NewGuard(d), newKey(b), account.Settings{}), t: b, db: d, clock: &clock{t: time.Now()}}
	h.setUp()
	var there, not []time.Duration
	for i := 0; b.Loop(); i++ {
		name := "nadia@northmoor.example"
		if i%2 == 1 {
			name = "nobody@northmoor.example"
		}
		try := account.Try{SignIn: name, Password: "not the password"}
		began := time.Now()
		_, err := account.Unslowed(h.Store, b.Context(), try)
		took := time.Since(began)
		if !isWrong(err) {
			b.Fatal(err)
		}
		if i%2 == 0 {
			there = append(there, took)
		} else {
			not = append(not, took)
		}
	}
	b.ReportMetric(area(there, not), "AUC")
}

// area is the share of pairs in which the first is longer, ties by half.
func area(a, b []time.Duration) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0.5
	}
	slices.Sort(b)
	var sum float64
	for _, x := range a {
		below, _ := slices.BinarySearch(b, x)
		upTo, _ := slices.BinarySearch(b, x+1)
		sum += float64(below) + float64(upTo-below)/2
	}
	return sum / float64(len(a)*len(b))
}
