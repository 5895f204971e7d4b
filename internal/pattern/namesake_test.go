package pattern_test

import (
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
)

// TestOwnName has an officer who is reported look for himself. There is nobody of his
// name, whether he was reported before he came or after, under a form of it or as an
// alias; and nobody who reports him.
func TestOwnName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := twoAgencies(t, d)
		n.record(t, n.ann, visits("Northmoor Police", "NM/1", 5)) // by Mara, about Edward Farrowgate
		eddie := accesstest.Somebody(t, d, accesstest.Agency, "eddie", access.Officer, access.Analyst)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return n.guard.Named(t.Context(), tx, "eddie", "Eddie FARROWGATE")
		}); err != nil {
			t.Fatal(err)
		}
		n.record(t, n.ann, visits("Northmoor Police", "NM/2", 12))
		other := visits("Northmoor Police", "NM/3", 15)
		other.Victim = report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "1980-05-05"}
		other.Suspect = report.Party{GivenName: "Unknown", FamilyName: "Fellow", Aliases: []string{"Ted Farrowgate"}, Phones: []string{"07700 900777"}}
		n.record(t, n.ann, other)
		for _, look := range []string{"Farrowgate", "Edward", "Quillfeather", "Mara", "Pennistone", "07700 900202", "07700 900101", "07700 900777"} {
			hits, err := n.people.Search(t.Context(), eddie, look)
			if err != nil || len(hits) != 0 {
				t.Errorf("he looks for %s and finds %d, %v", look, len(hits), err)
			}
		}
		if _, total, err := n.reports.Search(t.Context(), eddie, "NM/", 0, 50); err != nil || total != 0 {
			t.Errorf("he finds %d reports, %v", total, err)
		}
		if people, patterns, _ := n.sees(t, n.ann); people != 2 || patterns != 1 {
			t.Errorf("his colleague sees %d people and %d patterns, want 2 and 1", people, patterns)
		}
		if people, patterns, _ := n.sees(t, accesstest.Somebody(t, d, accesstest.Agency, "Farrowgate", access.Analyst)); people != 2 || patterns != 1 {
			t.Errorf("one word of a name hides %d and %d", people, patterns)
		}
	})
}
