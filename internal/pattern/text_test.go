package pattern_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// TestAnyText types and imports reports with text that is hard to hold: nothing
// fails, and what can be held is found again.
func TestAnyText(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	long := func(n int) string { // that no engine can make shorter
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[rng.IntN(62)]
		}
		return string(b)
	}
	everywhere := func(id, x string) *report.Record {
		r := wrote("Northmoor "+x, id+x, "2026-01-05T21:00", mara, ed, "He followed her "+x+" home.")
		r.Place, r.Outcome, r.Offence, r.OffenceCode, r.Relationship = x, x, "Harassment "+x, "8"+x, x
		r.Victim.GivenName, r.Victim.Ref, r.Suspect.FamilyName = "Mara"+x, "N1"+x, "Farrowgate "+x
		r.Victim.Aliases, r.Victim.Emails, r.Victim.Handles, r.Victim.Addresses = []string{x, "Em " + x}, []string{x + "@example.org"}, []string{"@" + x}, []string{x}
		r.Suspect.Phones, r.Suspect.Vehicles, r.Suspect.Postcodes, r.Suspect.Born, r.Suspect.Sex = []string{x}, []string{x}, []string{x}, x, x
		r.Extra = []report.Extra{{Column: x, Value: x}}
		return r
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		for name, x := range map[string]string{
			"NUL": "a\x00b", "only NUL": "\x00", "not UTF-8": "caf\xe9", "a lone surrogate": "\xed\xa0\x80", "the end of Unicode": "\U0010ffff\ufffe", "a mark of the order of bytes": "\ufeff",
			"from right to left": "\u202eabc", "LIKE": `%_\`, "SQL": `'); DROP TABLE reports; --`, "$1 and ?": "$1 ? :a @b ?1", "much": long(5_000), "very much": long(100_000), "many words": strings.Repeat(long(8)+" ", 2_000),
		} {
			typed := everywhere("A", x)
			if len(x) > 100 {
				_, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), typed)
				if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of("agency") == "" || bad.Of("record_id") == "" {
					t.Errorf("typed, %s: %.300v; want agency and reference to be too long", name, err)
				}
				typed.Agency, typed.ID = "Northmoor Police", "A"+x[:100]
			}
			key, _, err := h.held.Record(t.Context(), accesstest.As("Ann "+x[:min(len(x), 100)]), typed)
			if err != nil {
				t.Errorf("typed, %s: %.300v", name, err)
				continue
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "import", []*report.Record{everywhere("B", x), everywhere("C", x)})
				return err
			}); err != nil {
				t.Errorf("imported, %s: %.300v", name, err)
			}
			if _, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), typed); err == nil {
				t.Errorf("%s: the same report is kept twice", name)
			}
			for what, f := range map[string]func() error{
				"read it": func() error {
					held, err := h.reports.One(t.Context(), accesstest.As("Ann Reader"), key)
					if all := fmt.Sprint(held.Record); err == nil && (strings.Contains(all, "\x00") || !utf8.ValidString(all)) {
						t.Errorf("%s: what no page can show is held", name)
					}
					return err
				},
				"screen": func() error {
					_, err := h.held.Screen(t.Context(), accesstest.As("Ann Reader"), everywhere("S", x))
					return err
				},
				"find people": func() error {
					_, err := h.people.Search(t.Context(), accesstest.As("Ann Reader"), "Mara"+x)
					return err
				},
				"find reports": func() error {
					all, _, err := h.reports.Search(t.Context(), accesstest.As("Ann Reader"), "A"+x, 0, 50)
					if len(all) == 0 && report.Reference("A"+x) != "A" && len(strings.Fields(x)) < 2 && err == nil {
						t.Errorf("%s: it is not found by its reference", name)
					}
					return err
				},
				"filter": func() error {
					_, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Name: x, Agency: x}, 0, 50)
					return err
				},
				"classifications": func() error {
					_, _, err := h.audit.Classifications(t.Context(), accesstest.As("Ann Reader"), x, 0, 50)
					return err
				},
				"decide": func() error {
					return h.held.Decide(t.Context(), accesstest.As("Ann "+x), person.VictimOf(key), person.SuspectOf(key), false, "Seen together "+x)
				},
				"save a view": func() error { return h.audit.SaveView(t.Context(), accesstest.As("Ann"), x[:min(len(x), 40)]+".", x) },
			} {
				if err := f(); err != nil {
					t.Errorf("%s, %s: %.300v", what, name, err)
				}
			}
		}
		nothing := wrote("\x00", " \x00", "2026-01-05T21:00", mara, ed, "He followed her home.")
		_, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), nothing)
		if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of("agency") == "" || bad.Of("record_id") == "" {
			t.Errorf("an agency and a reference of nothing but NUL: %v", err)
		}
		h.settle(t)
		if _, err := h.reports.One(t.Context(), accesstest.As("Ann Reader"), "no\x00such\xff"); err == nil {
			t.Error("found a report of an id that cannot be")
		}
	})
}
