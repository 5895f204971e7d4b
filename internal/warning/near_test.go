package warning

import (
	"testing"
	"time"

	"clew/internal/when"
)

// TestNear has a find near a place raise a warning when the place was routine that day, and
// from when both were known; and of a place that is secret nothing is said.
func TestNear(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	here, near, far := &Position{54.7733, -1.5762}, &Position{54.7733, -1.5900}, &Position{54.7733, -1.6000} // 0.9 and 1.5 km
	for name, x := range map[string]struct {
		place  Place
		find   *Position
		raised int // the day; 0: not
		says   string
	}{
		"near":                      {Place{Kind: "stable", At: here}, near, 10, "Something found 890 metres from a stable place of the person at risk."},
		"far":                       {Place{At: here}, far, 0, ""},
		"secret":                    {Place{Kind: "stable", At: here, Secret: true}, near, 10, "Something found near a routine place of the person at risk."},
		"no longer routine":         {Place{At: here, Until: when.On(day(9))}, near, 0, ""},
		"routine that day":          {Place{Kind: "home", At: here, From: when.On(day(10)), Until: when.On(day(10)), Secret: true}, near, 10, "Something found near a routine place of the person at risk."},
		"perhaps no longer routine": {Place{At: here, Secret: true, Until: when.Moment{From: day(1), To: day(31), Precision: when.Month}}, near, 10, "Something found near a routine place of the person at risk."},
		"not yet routine":           {Place{At: here, From: when.On(day(11))}, near, 0, ""},
		"known later":               {Place{At: here, Secret: true, Known: day(12)}, near, 12, "Something found near a routine place of the person at risk."},
		"somebody else's":           {Place{Of: "s", At: here}, near, 0, ""},
	} {
		if x.place.Of == "" {
			x.place.Of = "v"
		}
		e := New(Case{People: map[string]Person{"v": {}}, Pairs: []Pair{{ID: "p", Victim: "v"}}, Places: map[string]Place{"k": x.place}}, Options{})
		if err := e.Add(Fact{ID: "f", Kind: OfFind, Happened: when.On(day(10)), Known: []Knowing{{At: day(10)}}, Detail: Detail{Position: x.find}}); err != nil {
			t.Fatal(err)
		}
		if x.raised > 10 {
			if s := e.At(day(x.raised - 1)); s.Has(findNearRoutinePlace.id) || !s.Next.Equal(day(x.raised)) {
				t.Errorf("%s: raised before both are known, or not looked at again then: %v", name, s.Next)
			}
		}
		s := e.At(day(20))
		if len(s.Standing) != min(x.raised, 1) {
			t.Errorf("%s: %+v", name, s.Standing)
			continue
		}
		if x.raised > 0 {
			if w := s.Standing[0]; w.Says != x.says || !w.Raised.Equal(day(x.raised)) || !w.By.Equal(day(x.raised).Add(4*time.Hour)) {
				t.Errorf("%s: %q, raised %v, due %v", name, w.Says, w.Raised, w.By)
			}
		}
	}
}
