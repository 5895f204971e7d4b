package warning_test

import (
	"fmt"
	"testing"
	"time"

	"clew/internal/warning"
)

// long is a case with n incidents of one pair over years, and the rest of a case.
func long(tb testing.TB, n int) (*warning.Engine, int) {
	e := engine(warning.Pair{ID: "p", Victim: "v", Suspect: "s", Relationship: "former-partner"})
	for i := range n {
		d := warning.Detail{Behaviours: []string{"contacting"}, Channel: "message", Fear: warning.Distress}
		if i%40 == 0 {
			d = watching
		}
		add(tb, e, fact(fmt.Sprint("e", i), warning.OfIncident, 5*i, d))
		if i%100 == 50 {
			add(tb, e, fact(fmt.Sprint("r", i), warning.OfReport, 5*i+1, warning.Detail{Ref: fmt.Sprint("C/", i), RecordedAs: "195/94"}))
		}
		if i%500 == 250 {
			add(tb, e, fact(fmt.Sprint("x", i), warning.OfWarning, 5*i+1, warning.Detail{Form: "words-of-advice"}),
				fact(fmt.Sprint("a", i), warning.OfAssessment, 5*i+2, warning.Detail{Concern: "high"}))
		}
	}
	return e, 5 * n
}

// One more incident arrives in a case that has 5,000: what stands now?
func BenchmarkAddTo5000(b *testing.B) {
	e, hours := long(b, 5000)
	e.Advance(after(hours))
	i := 0
	for b.Loop() {
		i++
		add(b, e, fact(fmt.Sprint("more", i), warning.OfIncident, hours+i, watching))
		e.Advance(after(hours + i))
		if i%200 == 0 { // it stays a case of about 5,000
			b.StopTimer()
			for j := i - 199; j <= i; j++ {
				if err := e.Remove(fmt.Sprint("more", j)); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
		}
	}
}

// The nightly pass: 10,000 cases of 20 incidents, each asked at each of many nights.
// The whole pass is one operation.
func BenchmarkNight10000(b *testing.B) {
	engines := make([]*warning.Engine, 10_000)
	for i := range engines {
		engines[i], _ = long(b, 20)
		engines[i].At(after(101))
	}
	night := after(110)
	for b.Loop() {
		night = night.Add(24 * time.Hour)
		for _, e := range engines {
			e.At(night)
		}
	}
}

// The first pass after a start, when nothing is kept.
func BenchmarkFirstPass10000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		engines := make([]*warning.Engine, 10_000)
		for i := range engines {
			engines[i], _ = long(b, 20)
		}
		b.StartTimer()
		for _, e := range engines {
			e.At(after(101))
		}
	}
}
