package person_test

import (
	"reflect"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// mentioned takes in a report of each party as the victim, and joins them all into
// one person by decisions from the first to the second, the second to the third.
func mentioned(t *testing.T, d *db.DB, parties ...report.Party) (people *person.Store, held *pattern.Store, mentions []string) {
	t.Helper()
	people = person.NewStore(accesstest.Guard(t, d))
	held = pattern.NewStore(accesstest.Guard(t, d), people)
	for i, p := range parties {
		key, _, err := held.Record(t.Context(), accesstest.As("Priya Raman"), &report.Record{Agency: "Northmoor Police", ID: string(rune('A' + i)), Reported: time.Date(2026, 3, 1+i, 9, 0, 0, 0, time.UTC), Victim: p})
		if err != nil {
			t.Fatal(err)
		}
		mentions = append(mentions, person.VictimOf(key))
		if i > 0 {
			if err := held.Decide(t.Context(), accesstest.As("Tom Hollin"), mentions[i-1], mentions[i], true, "for the test"); err != nil {
				t.Fatal(err)
			}
		}
	}
	return people, held, mentions
}

func TestKnownCountsEachThingOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people, _, mentions := mentioned(t, d,
			report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101", "07700900101"}, Emails: []string{"Mara@Example.org"}, Vehicles: []string{"nx51 abc"}, Ref: "P1", Addresses: []string{"1 Mill Lane"}},
			report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "1991-04-02", Sex: "Female", Phones: []string{"+44 7700 900101", "n/k"}, Emails: []string{"mara@example.org"}, Vehicles: []string{"NX51ABC"}, Postcodes: []string{"NX1 4AB"}, Ref: "p1"},
			report.Party{GivenName: "Marah", FamilyName: "Quill  feather", Aliases: []string{"Midge"}, Handles: []string{"@Mara_Q"}, Postcodes: []string{"nx14ab"}, Phones: []string{"07700 900101"}},
		)
		for _, m := range mentions { // any of them finds the person
			k, err := people.Known(t.Context(), accesstest.As("Ann Reader"), m)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				what      string
				got, want []person.Value
			}{
				{"names", k.Names, []person.Value{{"Mara Quillfeather", 2}, {"Marah Quill feather", 1}}},
				{"aliases", k.Aliases, []person.Value{{"Midge", 1}}},
				{"births", k.Born, []person.Value{{"02/04/1991", 2}}},
				{"sexes", k.Sexes, []person.Value{{"F", 2}}},
				{"phones", k.Phones, []person.Value{{"07700 900101", 3}, {"n/k", 1}}},
				{"e-mails", k.Emails, []person.Value{{"Mara@Example.org", 2}}},
				{"handles", k.Handles, []person.Value{{"@Mara_Q", 1}}},
				{"addresses", k.Addresses, []person.Value{{"1 Mill Lane", 1}}},
				{"postcodes", k.Postcodes, []person.Value{{"NX1 4AB", 2}}},
				{"vehicles", k.Vehicles, []person.Value{{"NX51ABC", 2}}},
				{"references", k.Refs, []person.Value{{"Northmoor Police: P1", 2}}},
			} {
				if !reflect.DeepEqual(c.got, c.want) {
					t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
				}
			}
			if k.Fullest == k.Another || k.Another == "" {
				t.Errorf("fullest %q, another %q", k.Fullest, k.Another)
			}
		}
	})
}

func TestInTheWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ann := report.Party{GivenName: "Ann", FamilyName: "Oakapple", Born: "1980-01-01"}
		ben := report.Party{GivenName: "Ben", FamilyName: "Harrowgate", Born: "1970-06-06"}
		cat := report.Party{GivenName: "Cat", FamilyName: "Pennistone", Born: "1999-09-09"}
		people, held, m := mentioned(t, d, ann, ben, cat)
		in, err := people.InTheWay(t.Context(), accesstest.As("Ann Reader"), m[0], m[2], false)
		if err != nil || in == nil || !in.Same {
			t.Fatalf("two people, when decisions lead from one to the other: %v, %v", in, err)
		}
		if err := held.Decide(t.Context(), accesstest.As("Tom Hollin"), m[0], m[2], false, "contrary"); err == nil {
			t.Fatal("the contrary was kept: nothing was in the way")
		}
		if in, err = people.InTheWay(t.Context(), accesstest.As("Ann Reader"), m[0], m[2], true); err != nil || in != nil {
			t.Errorf("one person, which they are: %v, %v", in, err)
		}
		if err := held.Undo(t.Context(), accesstest.As("Tom Hollin"), in1(t, people, m[0], m[1]).ID, "not so"); err != nil {
			t.Fatal(err)
		}
		if in, err = people.InTheWay(t.Context(), accesstest.As("Ann Reader"), m[0], m[2], false); err != nil || in != nil {
			t.Fatalf("two people, and nothing says otherwise any more: %v, %v", in, err)
		}
		if err := held.Decide(t.Context(), accesstest.As("Tom Hollin"), m[0], m[2], false, "two people"); err != nil {
			t.Fatal(err)
		}
		// m[1] and m[2] are one: what was decided of one counts for the other.
		if in, err = people.InTheWay(t.Context(), accesstest.As("Ann Reader"), m[1], m[0], true); err != nil || in == nil || in.Same {
			t.Errorf("one person, when somebody parted them: %v, %v", in, err)
		}
	})
}

func in1(t *testing.T, people *person.Store, a, b string) *person.Decided {
	t.Helper()
	d, err := people.InTheWay(t.Context(), accesstest.As("Ann Reader"), a, b, false)
	if err != nil || d == nil {
		t.Fatalf("no decision makes %s and %s one: %v", a, b, err)
	}
	return d
}
