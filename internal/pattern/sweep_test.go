package pattern_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"clew/internal/demo"
	"clew/internal/pattern"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

// swept runs a sweep over records.
func swept(t testing.TB, records []*report.Record) *pattern.Worklist {
	t.Helper()
	s, i := pattern.NewSweep(), 0
	err := s.Read(t.Context(), func() (*report.Record, error) {
		if i == len(records) {
			return nil, io.EOF
		}
		i++
		return records[i-1], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Resolve(t.Context(), match.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func county(t testing.TB, n int) (all []*report.Record, truth []demo.Truth) {
	t.Helper()
	err := demo.Generate(demo.Options{Records: n}, func(r report.Record, tr demo.Truth) error {
		all, truth = append(all, &r), append(truth, tr)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, truth
}

func written(w *pattern.Worklist) []byte {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	for i := range w.Courses {
		out.Write(w.Courses[i].Cells())
	}
	for i := range w.Links {
		out.Write(w.Links[i].Cells())
	}
	out.Flush()
	return b.Bytes()
}

// TestSweepIsTheSameOnAnyCores compares every byte of what a sweep writes.
func TestSweepIsTheSameOnAnyCores(t *testing.T) {
	records, _ := county(t, 6000)
	before := runtime.GOMAXPROCS(1)
	one := written(swept(t, records))
	runtime.GOMAXPROCS(7)
	seven := written(swept(t, records))
	runtime.GOMAXPROCS(before)
	if !bytes.Equal(one, seven) {
		t.Error("one core and seven write different worklists")
	}
}

// TestSweepTwice: the same rows twice are one worklist, and every row is
// accounted for.
func TestSweepTwice(t *testing.T) {
	records, _ := county(t, 3000)
	once, twice := swept(t, records), swept(t, append(append([]*report.Record(nil), records...), records...))
	if twice.Twice < len(records) || twice.Records+twice.Twice != 2*len(records) {
		t.Errorf("%d rows twice: %d taken in and %d there already", len(records), twice.Records, twice.Twice)
	}
	if !bytes.Equal(written(once), written(twice)) {
		t.Error("the same rows twice changed the worklist")
	}
}

// TestSweepCorrection: one record with other content is a correction; the newer
// counts, and both are linked.
func TestSweepCorrection(t *testing.T) {
	a := wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home.")
	b := wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed her home.")
	c := wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed her home and shouted.")
	w := swept(t, []*report.Record{a, b, c})
	if w.Old != 1 || len(w.Courses) != 1 || len(w.Courses[0].Accounts) != 2 || len(w.Links) != 6 {
		t.Errorf("%d corrected, %d courses, %d links", w.Old, len(w.Courses), len(w.Links))
	}
}

func TestSweepOfNothing(t *testing.T) {
	if w := swept(t, nil); len(w.Courses) != 0 || w.Records != 0 {
		t.Errorf("a sweep of nothing found %+v", w.Courses)
	}
	alone := wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", report.Party{}, report.Party{}, "Found: a phone.")
	if w := swept(t, []*report.Record{alone}); len(w.Courses) != 0 || w.Records != 1 || len(w.Links) != 0 {
		t.Errorf("a sweep of one record about nobody: %+v", w)
	}
}

// TestSweepFindsCourses holds the sweep to the truth of an invented county: what
// it says is stalking, recorded or not, is; what is, it says.
func TestSweepFindsCourses(t *testing.T) {
	records, truth := county(t, 20_000)
	w := swept(t, records)
	story := map[string]demo.Truth{}
	for i, r := range records {
		story[r.Agency+"\x00"+r.ID] = truth[i]
	}
	said, right := map[string]bool{}, 0
	wrong := map[string]int{}
	stalked := map[string]int{} // true courses by pair, records
	for i := range truth {
		if truth[i].Stalking {
			stalked[truth[i].Pair]++
		}
	}
	total := 0
	for i := range w.Courses {
		c := &w.Courses[i]
		if c.Finding != pattern.NotRecorded && c.Finding != pattern.Recorded {
			continue
		}
		total++
		votes := map[string]int{}
		for _, a := range c.Accounts {
			if tr := story[a.Agency+"\x00"+a.ID]; tr.Stalking {
				votes[tr.Pair]++
			} else {
				votes["not: "+tr.Story]++
			}
		}
		best := ""
		for k, n := range votes {
			if n > votes[best] || n == votes[best] && k < best {
				best = k
			}
		}
		if kind, no := strings.CutPrefix(best, "not: "); no {
			wrong[kind]++
		} else {
			said[best], right = true, right+1
		}
	}
	missed, all := 0, 0
	for pair, n := range stalked {
		if n >= 3 {
			all++
			if !said[pair] {
				missed++
			}
		}
	}
	precision, recall := float64(right)/float64(total), 1-float64(missed)/float64(all)
	if precision < .78 || recall < .88 {
		t.Errorf("precision %.3f and recall %.3f, want 0.78 and 0.88", precision, recall)
	}
	t.Logf("%d patterns said to be stalking, %d of them right (%.3f); wrong: %v; of %d courses of 3 records or more %d missed (recall %.3f)",
		total, right, precision, fmt.Sprint(wrong), all, missed, recall)
}
