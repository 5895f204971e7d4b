package demo

import (
	"strings"
	"testing"

	"clew/internal/law"
	"clew/internal/report"
)

func TestShowcaseStories(t *testing.T) {
	if len(showcase) < 10 {
		t.Errorf("only %d stories", len(showcase))
	}
	phones := map[string]string{}
	for _, s := range showcase {
		if n := len(s.records); n < 6 || n > 14 {
			t.Errorf("%s: %d records", s.title, n)
		}
		held, others, last := map[int]bool{}, 0, 1000
		for _, r := range s.records {
			held[r.via.agency] = true
			if r.via.kind != report.Crime {
				others++
			}
			if r.days > last {
				t.Errorf("%s: %d days before the end comes after %d", s.title, r.days, last)
			}
			last = r.days
			if law.FamilyOf(r.code, r.offence) == law.Stalking {
				t.Errorf("%s: recorded as %s", s.title, r.offence)
			}
			if len(r.narrative) < 100 || r.victim < 0 && r.suspect < 0 {
				t.Errorf("%s, %d days before the end: about nobody, or %q", s.title, r.days, r.narrative)
			}
		}
		if plots[s.plot].stalking && (len(held) < 3 || others < 2) {
			t.Errorf("%s: %d agencies and %d records that are no crimes", s.title, len(held), others)
		}
		for _, p := range s.people {
			for _, phone := range p.person.known.phones {
				if other, twice := phones[phone]; twice || !strings.HasPrefix(phone, "07700 900") {
					t.Errorf("%s: %s has %s, and so has %q", s.title, p.key, phone, other)
				}
				phones[phone] = s.title + " " + p.key
			}
		}
	}
}

func TestShowcaseRefuses(t *testing.T) {
	head := "@ 10 09:00 | Northmoor Police | call | | | "
	for text, says := range map[string]string{
		"kind: feud": "no such kind",
		"kind: stranger\nv: given=A family=B hat=red":                    "has no \"hat\"",
		"kind: stranger\nv: given=A family=B born=1990":                  "parse",
		"kind: stranger\n@ 10 09:00 | Northmoor Police | call":           "six parts",
		"kind: stranger\n@ ten | Northmoor Police | call | | |":          "expected integer",
		"kind: stranger\n@ 10 09:00 | Nowhere Police | call | | |":       "no such agency",
		"kind: stranger\n@ 10 09:00 | Northmoor Police | rumour | | |":   "no such agency or kind",
		"kind: stranger\nv: given=A family=B\n" + head + "\nvictim: x":   "nobody is called",
		"kind: stranger\nv: given=A family=B\n" + head + "\nvictim: v x": "has no \"x\"",
		"kind: stranger\n" + head + "\n~ fawning":                        "names no behaviour",
	} {
		if _, err := readTale("x", strings.Split(text, "\n")); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}
