package pattern_test

import (
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
)

// TestTypedByWhoeverItIsHiddenFrom has a friend of the suspect type a report about
// the pair that is hidden from him. He sees what he typed, and no more than if they
// had never been reported; a colleague sees both, that Clew keeps them apart, and
// joins them by undoing that.
func TestTypedByWhoeverItIsHiddenFrom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := twoAgencies(t, d)
		friend := accesstest.Somebody(t, d, accesstest.Agency, "friend", access.Analyst)
		first, _ := n.record(t, n.ann, visits("Northmoor Police", "C/1", 3))
		n.record(t, n.ann, visits("Northmoor Police", "C/2", 9))
		accesstest.Lock(t, d, "friend", person.SuspectOf(first))
		typed, sc := n.record(t, friend, visits("Northmoor Police", "C/3", 20))
		if typed == "" || sc.Nth != 1 || sc.Victim.Known() || sc.Suspect.Known() {
			t.Errorf("he is told %q, %+v", typed, sc)
		}
		check := func(when string, his, hers [3]int) {
			t.Helper()
			p, w, r := n.sees(t, friend)
			if got := [3]int{p, w, r}; got != his {
				t.Errorf("%s he sees %v, want %v", when, got, his)
			}
			p, w, r = n.sees(t, n.ann)
			if got := [3]int{p, w, r}; got != hers {
				t.Errorf("%s she sees %v, want %v", when, got, hers)
			}
		}
		check("at once", [3]int{1, 0, 0}, [3]int{2, 1, 2})
		if err := n.held.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		check("settled", [3]int{1, 0, 0}, [3]int{2, 1, 2})
		second, sc := n.record(t, friend, visits("Northmoor Police", "C/4", 21))
		if second == "" || sc.Nth != 2 {
			t.Errorf("his second is told as the %d.", sc.Nth)
		}
		check("after a second", [3]int{1, 1, 2}, [3]int{2, 2, 2})

		aside := func(by access.Actor, want ...string) {
			t.Helper()
			var got []pattern.Aside
			if err := n.guard.Look(t.Context(), by, access.ReadPerson, func(v *db.View, sight *access.Sight) (err error) {
				sight.Saw("person", first)
				got, err = pattern.AsideOf(t.Context(), v, sight, []string{person.VictimOf(first), person.SuspectOf(first)})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%+v are aside, want %v", got, want)
			}
			for i := range got {
				if got[i].ID != want[i] {
					t.Errorf("%s is aside, want %s", got[i].ID, want[i])
				}
			}
		}
		aside(n.ann, "C/3", "C/4")
		aside(n.nora)
		items, _, err := n.guard.Unusual(t.Context(), accesstest.Somebody(t, d, accesstest.Agency, "watcher", access.Auditor), 0, 10)
		if err != nil || len(items) != 2 || items[0].Kind != access.Wrote || items[0].Account != friend.Account {
			t.Errorf("to review: %+v, %v", items, err)
		}

		var undo []string
		if err := d.Read(t.Context(), func(v *db.View) (err error) {
			undo, err = db.All(t.Context(), v, db.Text, `SELECT id FROM identity_decisions ORDER BY id`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, id := range undo {
			if err := n.held.Undo(t.Context(), n.ann, id, "It is the same pair"); err != nil {
				t.Fatal(err)
			}
		}
		aside(n.ann)
		check("undone", [3]int{0, 0, 0}, [3]int{1, 1, 4})
	})
}
