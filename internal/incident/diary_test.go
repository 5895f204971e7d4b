package incident_test

import (
	"strings"
	"testing"
	"time"

	"clew/internal/incident"
)

var today = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestDiaryLines(t *testing.T) {
	for line, want := range map[string]string{
		"12/3/2026 22:10 called four times, said nothing":         "2026-03-12T22:10|call|4|called four times, said nothing",
		"12/3/2026 22.10: silent call":                            "2026-03-12T22:10|call|1|silent call",
		"- Thu 12 March 2026 at 10.10 pm – flowers on the step":   "2026-03-12T22:10|gift|1|flowers on the step",
		"Thursday, 12th of March 2026, 10pm, drove past twice":    "2026-03-12T22:00|car|2|drove past twice",
		"• 12 Mar 2026: followed me to the shop":                  "2026-03-12|following|1|followed me to the shop",
		"2026-03-12T22:10 slashed my tyres":                       "2026-03-12T22:10|damage|1|slashed my tyres",
		"2026-03-12 slashed my tyres":                             "2026-03-12|damage|1|slashed my tyres",
		"~12/3/2026 stood outside my work":                        "~2026-03-12|waiting|1|stood outside my work",
		"about 12/3/2026 10pm stood outside my work":              "~2026-03-12|waiting|1|10pm stood outside my work",
		"March 2026 he threatened to kill me":                     "2026-03|threat|1|he threatened to kill me",
		"3/2026 texted me 20 times":                               "2026-03|message|20|texted me 20 times",
		"2026 a letter":                                           "2026|other|1|a letter",
		"unknown: knocked on the door":                            "|visit|1|knocked on the door",
		"not known knocked on the door":                           "|visit|1|knocked on the door",
		"12/3/2026 25:10 knocked on the door":                     "2026-03-12|visit|1|25:10 knocked on the door",
		"12/3/2026 4 calls from a withheld number":                "2026-03-12|call|4|4 calls from a withheld number",
		"29/3/2026 1:30am the clocks went on and he sent flowers": "2026-03-29T02:30|gift|1|the clocks went on and he sent flowers",
		"12/3/2026 ‮قال":                                          "2026-03-12|other|1|‮قال",
	} {
		all, err := incident.Diary(line, today, false)
		if err != nil || len(all) != 1 || all[0].Wrong != "" {
			t.Errorf("%q: %+v, %v", line, all, err)
			continue
		}
		i := all[0].Incident
		times := strings.TrimSpace(strings.Join([]string{i.Happened.String(), i.Kind, itoa(i.Times), i.Said.Words}, "|"))
		if times != want || all[0].Text != line {
			t.Errorf("%q is read as %q, want %q", line, times, want)
		}
	}
	for line, why := range map[string]string{
		"called again":               "begin with a date",
		"12/3 called":                "the year is missing",
		"12 March called":            "the year is missing",
		"12/3/26 called":             "two digits",
		"31/2/2026 called":           "no day 31",
		"12/13/2026 called":          "no month 13",
		"1/1/2027 called":            "in the future",
		"12/3/1026 called":           "long past",
		"12/3/2026":                  "nothing is said",
		"12/3/2026 22:10 -":          "nothing is said",
		"Mon called":                 "begin with a date",
		strings.Repeat("x", 20_001):  "20,000 characters",
		"12/3/2026T99:99 he called":  "no time",
		"may be he called":           "the year is missing",
		"1/2/3/2026 what is this":    "begin with a date",
		"07700 900123 called me":     "begin with a date",
		"12/3/99999999999999 called": "begin with a date",
	} {
		all, err := incident.Diary("\n"+line+"\n", today, false)
		if err != nil || len(all) != 1 || !strings.Contains(all[0].Wrong, why) || all[0].Number != 2 {
			t.Errorf("%.40q: %+v, %v, want %q", line, all, err, why)
		}
	}
}

func itoa(n int) string {
	return strings.TrimLeft(string([]byte{byte('0' + n/10), byte('0' + n%10)}), "0")
}

// FuzzDiary reads any text: no line is lost, each is read or says why not, and what is
// read says no more than the line did.
func FuzzDiary(f *testing.F) {
	for _, s := range []string{"12/3/2026 22:10 called four times", "Mon 12 March 2026 at 10pm: called\n\nx", "~12/3/2026 x\r\n2026-02-29 y", "unknown z\n\t- 1.1.2026 1.1", "the 1st of may 2026 10 pm a", "\x00\xff 2026"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, undated bool) {
		all, err := incident.Diary(text, today, undated)
		if err != nil {
			return
		}
		n := 0
		for line := range strings.Lines(text) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
		if n != len(all) {
			t.Fatalf("of %d lines there are %d", n, len(all))
		}
		for _, l := range all {
			i := l.Incident
			switch {
			case l.Wrong != "":
				if i.Kind != "" {
					t.Errorf("%q is wrong (%s) and is read: %+v", l.Text, l.Wrong, i)
				}
			case i.Said.Words == "" || !strings.HasSuffix(l.Text, i.Said.Words):
				t.Errorf("%q says %q", l.Text, i.Said.Words)
			case incident.KindOf(i.Kind).Code == "" || i.Times < 1 || i.Happened.Known() && i.Happened.From.After(today):
				t.Errorf("%q is read as %+v", l.Text, i)
			case undated && !i.Happened.Known() && i.Turn != l.Number:
				t.Errorf("%q has no place in the order: %+v", l.Text, i)
			}
		}
	})
}
