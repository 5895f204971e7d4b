package reportweb

import (
	"testing"
	"time"

	"clew/internal/intake"
	"clew/internal/report"
	"clew/internal/web"
)

func TestProgressWords(t *testing.T) {
	reading := report.Import{State: report.Reading, Read: 1200}
	matching := report.Import{State: report.Matching, Read: 12480}
	for _, c := range []struct {
		name string
		i    report.Import
		p    intake.Progress
		runs bool
		want web.Progress
	}{
		{"done", report.Import{State: report.Done}, intake.Progress{}, false, web.Progress{Text: "Finished", Value: 100, Max: 100, Done: true}},
		{"stopped", report.Import{State: report.Stopped}, intake.Progress{}, false, web.Progress{Text: "Finished", Value: 100, Max: 100, Done: true}},
		{"elsewhere", reading, intake.Progress{}, false, web.Progress{Text: "1,200 rows read"}},
		{"next", reading, intake.Progress{Stage: intake.Waits}, true, web.Progress{Text: "About to start"}},
		{"one before", reading, intake.Progress{Stage: intake.Waits, Before: 1}, true, web.Progress{Text: "Waiting for 1 other import to finish"}},
		{"two before", reading, intake.Progress{Stage: intake.Waits, Before: 2}, true, web.Progress{Text: "Waiting for 2 other imports to finish"}},
		{"begins", reading, intake.Progress{Stage: intake.Reads}, true, web.Progress{Text: "0% done. 0 rows read.", Max: 100}},
		{"halfway", reading, intake.Progress{Stage: intake.Reads, Rows: 12480, Rate: 3200.7, Done: 50, Total: 100, Left: 130 * time.Second}, true, web.Progress{Text: "37% done. 12,480 rows read, 3,200 a second; reading ends in about 2 minutes.", Value: 37, Max: 100}},
		{"past the end", reading, intake.Progress{Stage: intake.Reads, Rows: 1, Rate: .5, Done: 300, Total: 100}, true, web.Progress{Text: "75% done. 1 row read.", Value: 75, Max: 100}},
		{"comparing", matching, intake.Progress{Stage: "comparing", Done: 1, Total: 2}, true, web.Progress{Text: "84% done. All 12,480 rows are in. Now comparing people.", Value: 84, Max: 100}},
		{"writing", matching, intake.Progress{Stage: "writing", Total: 2}, true, web.Progress{Text: "89% done. All 12,480 rows are in. Now writing down the patterns.", Value: 89, Max: 100}},
	} {
		if got := progressWords(&c.i, c.p, c.runs); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	total := 0
	for _, s := range shares {
		total += s.percent
	}
	if total != 100 {
		t.Errorf("the stages share %d percent", total)
	}
}

func TestLeftWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "", -time.Second: "", time.Second: "less than a minute", 49 * time.Second: "less than a minute", time.Minute: "about a minute", 100 * time.Second: "about 2 minutes",
		54 * time.Minute: "about 54 minutes", 70 * time.Minute: "about an hour", 100 * time.Minute: "about 2 hours",
	} {
		if got := leftWords(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// Every column of ours has words of its own, and a template holds it.
func TestColumnWords(t *testing.T) {
	seen := map[string]string{}
	for _, c := range report.Columns {
		w := columnWords(c.Name)
		if w == "" || seen[w] != "" {
			t.Errorf("%s is %q, as is %s", c.Name, w, seen[w])
		}
		seen[w] = c.Name
	}
	for name, want := range map[string]string{"victim_dob": "Victim: date of birth", "suspect_given_name": "Suspect: given name", "suspect_name": "Suspect: whole name", "victim_ref": "Victim: agency’s number", "offence": "Offence", "victim_email": "Victim: e-mail"} {
		if got := columnWords(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
