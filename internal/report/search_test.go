package report_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
)

func keep(t testing.TB, d *db.DB, records ...*report.Record) (keys []string) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		taken, err := report.Take(t.Context(), tx, accesstest.Sight("Priya Raman"), "", records)
		for _, k := range taken {
			keys = append(keys, k.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func about(id, code, offence string, day int) *report.Record {
	return &report.Record{Agency: "Northmoor Police", ID: id, Reported: time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC), OffenceCode: code, Offence: offence}
}

func TestSearchReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all := []*report.Record{
			about("NM/2026/000117", "8/65", "Stalking involving fear of violence", 1), about("NM/2026/000118", "195/94", "Harassment", 2), about("NM/2026/0002", "", "Harassment of a resident", 3),
			about("NZ9", "", "", 4), about("NZA", "", "", 5), about("ZZ9Z", "", "", 6), about("ZZ9Z1", "", "", 7), about("ZZ9", "", "100% damage_done", 8), about("Ö17/99", "", "Rough music", 9), about("LEEDS", "", "", 10), about("LEE", "", "", 11),
		}
		keys := keep(t, d, all...)
		for _, c := range []struct {
			text string
			want []int // of all, in order
			by   string
		}{
			{"nm 2026 000117", []int{0}, "reference"}, {"NM/2026/0001", []int{0, 1}, "reference"}, {"NM/2026/000", []int{0, 1, 2}, "reference"},
			{"nz9", []int{3}, "reference"}, {"zz9", []int{7, 5, 6}, "reference"}, {"ZZ9Z", []int{5, 6}, "reference"}, {"ö17", []int{8}, "reference"},
			{"lee", []int{10}, "reference"}, // a name, perhaps: only the whole reference counts
			{"n", nil, ""}, {"NM", nil, ""},
			{"harassment", []int{2, 1}, "offence"}, {"HARASS res", []int{2}, "offence"}, {"fear stalking", []int{0}, "offence"}, {"arassment", nil, ""},
			{"8/65", []int{0}, "offence"}, {"100%", []int{7}, "offence"}, {"damage_", []int{7}, "offence"}, {"%", nil, ""}, {"_", nil, ""}, {`\`, nil, ""}, {"", nil, ""}, {" ", nil, ""},
		} {
			found, total, err := report.NewStore(accesstest.Guard(t, d)).Search(t.Context(), accesstest.As("Ann Reader"), c.text, 0, 50)
			if err != nil {
				t.Fatalf("search for %q: %v", c.text, err)
			}
			var got []int
			for _, f := range found {
				got = append(got, slices.Index(keys, f.Key))
				if f.By != c.by {
					t.Errorf("search for %q: found by %q, want %q", c.text, f.By, c.by)
				}
			}
			if !slices.Equal(got, c.want) || total != len(c.want) {
				t.Errorf("search for %q finds %v (%d in all), want %v", c.text, got, total, c.want)
			}
		}
		page, total, err := report.NewStore(accesstest.Guard(t, d)).Search(t.Context(), accesstest.As("Ann Reader"), "NM/2026/000", 1, 1)
		if err != nil || total != 3 || len(page) != 1 || page[0].Key != keys[1] {
			t.Errorf("the second of three: %v, %d in all, %v", page, total, err)
		}
		if page, _, err = report.NewStore(accesstest.Guard(t, d)).Search(t.Context(), accesstest.As("Ann Reader"), "NM/2026/000", 99, 50); err != nil || len(page) != 0 {
			t.Errorf("past the end: %v, %v", page, err)
		}
	})
}

// The start of any reference finds it, whatever letters and figures it is made of.
func TestSearchByAnyPrefix(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := report.NewStore(accesstest.Guard(t, d))
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			id := rapid.StringMatching(`[A-Z0-9]{1,3}[/ -]?[0-9][A-Z0-9]{1,4}`).Draw(rt, "id")
			n++
			key := keep(t, d, about(id, "", fmt.Sprint("x", n), 1))[0]
			ref := report.Reference(id)
			prefix := ref[:rapid.IntRange(3, len(ref)).Draw(rt, "length")]
			found, total, err := s.Search(t.Context(), accesstest.As("Ann Reader"), prefix, 0, report.MostFound)
			if err != nil {
				rt.Fatal(err)
			}
			if hasDigit(prefix) && total <= report.MostFound && !slices.ContainsFunc(found, func(f report.Found) bool { return f.Key == key }) {
				rt.Errorf("%q does not find %q", prefix, id)
			}
			for _, f := range found {
				if got := report.Reference(f.ID); f.By == "reference" && (len(got) < len(prefix) || got[:len(prefix)] != prefix) {
					rt.Errorf("%q finds %q", prefix, f.ID)
				}
			}
		})
	})
}

func hasDigit(s string) bool {
	return slices.ContainsFunc([]byte(s), func(c byte) bool { return c >= '0' && c <= '9' })
}

func TestVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b, c := about("NM/1", "58D", "Damage", 1), about("NM/1", "8Q", "Stalking", 1), about("NM/2", "", "", 1)
		first := keep(t, d, a, c)
		second := keep(t, d, b)
		for _, key := range []string{first[0], second[0]} {
			all, err := report.NewStore(accesstest.Guard(t, d)).Versions(t.Context(), accesstest.As("Ann Reader"), key)
			if err != nil || len(all) != 2 || all[0].Key != first[0] || all[1].Key != second[0] || all[0].ReplacedBy != second[0] {
				t.Errorf("versions of %s: %v, %v", key, all, err)
			}
		}
		if all, err := report.NewStore(accesstest.Guard(t, d)).Versions(t.Context(), accesstest.As("Ann Reader"), "none"); err == nil {
			t.Errorf("versions of nothing: %v", all)
		}
	})
}
