package casefile_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
)

// TestAskedAgain does this and that in a case with many incidents. Each time, what early
// warnings say is what a store says that was never asked before: to the police, and to
// others who read less.
func TestAskedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		readers := []access.Actor{ann, ceri}
		id := w.begin(ann)
		other, err := w.cases.Open(t.Context(), ann, w.other, w.third, "Somebody else")
		w.must(err)
		him := w.page(ann, id).Suspects[0].ID
		var diary strings.Builder
		for i := range 250 {
			fmt.Fprintf(&diary, "%s he called and said nothing\n", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*31*time.Hour).Format("2/1/2006 15:04"))
		}
		if n, _, err := w.cases.KeepDiary(t.Context(), ann, id, casefile.Diary{Text: diary.String(), Suspect: him, Reads: sharing}); err != nil || n != 250 {
			t.Fatal(n, err)
		}
		var ids, deeds []string
		for _, x := range casefile.Deeds {
			deeds = append(deeds, x.Code)
		}
		dice := rand.New(rand.NewPCG(7, 7))
		some := func(all []string) string { return all[dice.IntN(len(all))] }
		day := func() string { return fmt.Sprintf("%d/%d/2025", 1+dice.IntN(28), 1+dice.IntN(12)) }
		telling := func() casefile.Telling {
			x := silent(day(), some([]string{him, casefile.Nobody}))
			if dice.IntN(3) == 0 {
				x.Reads = casefile.Alone
			}
			return x
		}
		joined := ""
		steps := []func() (string, error){
			func() (string, error) {
				one, err := w.cases.RecordIncident(t.Context(), readers[dice.IntN(2)], id, telling())
				ids = append(ids, one)
				return "an incident", err
			},
			func() (string, error) {
				if len(ids) == 0 {
					return "", nil
				}
				one := some(ids)
				p, err := w.cases.Incident(t.Context(), ann, id, one)
				if err != nil {
					return "not hers to correct", nil
				}
				x := telling()
				x.Said.Why, x.Reads = "It was otherwise", sharing
				return "a correction", w.cases.CorrectIncident(t.Context(), ann, id, one, p.Versions[0].Number, x)
			},
			func() (string, error) {
				l := w.listed(ann, id, "", "")
				return "what it did to her", w.cases.FeltOf(t.Context(), ann, id, l.All[dice.IntN(len(l.All))].ID, dice.IntN(4)+1, nil, "", day(), "")
			},
			func() (string, error) {
				l := w.listed(ann, id, "", "")
				return "who knew", w.cases.TellOf(t.Context(), ann, id, l.All[dice.IntN(len(l.All))].ID, haven, "1/1/2026", "")
			},
			func() (string, error) {
				return "a deed", w.cases.Do(t.Context(), ann, id, some(deeds), day(), "Because")
			},
			func() (string, error) {
				w.record(report.Record{Agency: "Northmoor Police", ID: fmt.Sprint("N/", dice.IntN(4)), Offence: some([]string{"Harassment", "Stalking"}), Relationship: some([]string{"", "Ex-partner"}),
					Reported: time.Date(2026, 1, 1+dice.IntN(28), 9, 0, 0, 0, time.UTC), Victim: mara, Suspect: edmund, Narrative: some([]string{"He rang.", "He followed her home and she is afraid he will hurt her.", "He smashed the window."})})
				return "a report, or a correction", nil
			},
			func() (string, error) {
				return "another report is hers or not", w.held().Decide(t.Context(), ann, w.victim, w.other, dice.IntN(2) == 0, "Read it")
			},
			func() (string, error) {
				return "another suspect", w.cases.Name(t.Context(), ann, id, w.third)
			},
			func() (string, error) {
				if joined != "" {
					was := joined
					joined = ""
					return "unmerged", w.cases.Unmerge(t.Context(), ann, id, was, "Not one after all", w.page(ann, id).Version)
				}
				if err := w.merge(ann, id, other); err != nil {
					return "cannot be merged now", nil
				}
				joined = w.page(ann, id).Parts[0].Join
				return "merged", nil
			},
		}
		done := map[string]int{}
		for n := range 80 {
			what, err := steps[dice.IntN(len(steps))]()
			if err != nil {
				t.Logf("step %d, %s: %v", n, what, err)
				what = "refused"
			}
			done[what]++
			cold := casefile.NewStore(w.guard, w.sealer)
			for _, by := range readers {
				again, err := w.cases.One(t.Context(), by, id, 0, 1)
				w.must(err)
				anew, err := cold.One(t.Context(), by, id, 0, 1)
				w.must(err)
				if len(anew.Warnings) == 0 || !reflect.DeepEqual(again.Warnings, anew.Warnings) {
					t.Fatalf("after step %d, %s, %s is told\n%+v\nnot\n%+v", n, what, by.Name, again.Warnings, anew.Warnings)
				}
			}
		}
		t.Log(done)
	})
}
