package watch

import (
	"cmp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/warning"
)

// TestFirst: lists across cases are in the order of a case's own page.
func TestFirst(t *testing.T) {
	some := rapid.Custom(func(t *rapid.T) (w warning.Warning) {
		w.Severity = rapid.SampledFrom([]warning.Severity{warning.Hold, warning.Due, warning.Note}).Draw(t, "severity")
		w.Concern = warning.Concern(rapid.IntRange(int(warning.Safety), int(warning.Record)).Draw(t, "concern"))
		w.Level = rapid.IntRange(1, 5).Draw(t, "level")
		w.Raised = time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "raised"))
		if rapid.Bool().Draw(t, "due") {
			w.By = time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "by"))
		}
		return w
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		b.Raised = a.Raised // what tells them apart when all else is equal, and is no number of its own
		if got, want := cmp.Compare(first(&a), first(&b)), warning.Pressing(&a, &b); got != cmp.Compare(want, 0) {
			t.Fatalf("%d, on its own page %d", got, want)
		}
	})
}
