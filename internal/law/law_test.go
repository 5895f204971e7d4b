package law_test

import (
	"testing"
	"time"

	"clew/internal/law"
)

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestFindTakesTheRowOfTheDay(t *testing.T) {
	for _, c := range []struct{ code, day, cjs string }{
		{"8/65", "2017-04-02", "PH97007"},
		{"8/65", "2017-04-03", "PH97010"},
		{"08/66", "2026-01-01", "PH97011"},
		{" 195 / 12", "2026-01-01", "PH97006"},
		{"8q", "2026-01-01", ""},
	} {
		o, ok := law.Find(c.code, on(c.day))
		if !ok || o.CJS != c.cjs {
			t.Errorf("Find(%q, %s) = %q, %v; want %q", c.code, c.day, o.CJS, ok, c.cjs)
		}
	}
	if o, ok := law.Find("999/999", on("2026-01-01")); ok {
		t.Errorf("Find(999/999) = %+v, want nothing", o)
	}
}

func TestFamilyOf(t *testing.T) {
	for _, c := range []struct {
		code, title string
		want        law.Family
	}{
		{"8/66", "anything", law.Stalking},
		{"8L", "", law.Harassment},
		{"8/74", "Breach of a stalking protection order", law.Breach},
		{"", "Breach of stalking protection order", law.Breach},
		{"", "Stalking without fear", law.Stalking},
		{"", "HARASSMENT without violence", law.Harassment},
		{"49/10", "Theft from a shop", law.Other},
		{"", "", law.NoCrime},
	} {
		if got := law.FamilyOf(c.code, c.title); got != c.want {
			t.Errorf("FamilyOf(%q, %q) = %s, want %s", c.code, c.title, got, c.want)
		}
	}
}

func TestFormerPartnerPolicyBeginsInApril2020(t *testing.T) {
	for day, want := range map[string]bool{"2020-03-31": false, "2020-04-01": true, "2026-11-24": true} {
		if _, ok := law.Held(law.FormerPartner, on(day)); ok != want {
			t.Errorf("held on %s = %v, want %v", day, ok, want)
		}
	}
}

// Every row must say where it comes from, or nobody can correct it.
func TestEveryRowNamesItsSource(t *testing.T) {
	for _, o := range law.Offences {
		if o.Source == "" || o.Sure == "" || o.From.IsZero() || o.Title == "" {
			t.Errorf("offence %s: incomplete row %+v", o.Code, o)
		}
	}
	for _, p := range law.Policies {
		if p.Source == "" || p.Sure == "" || p.From.IsZero() || p.What == "" {
			t.Errorf("policy %s: incomplete row %+v", p.Name, p)
		}
	}
}
