package casefile_test

import (
	"slices"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// TestLinks has what a suspect is reported with to two victims stand out, and nothing
// that is a victim's alone, another pool's, or hidden.
func TestLinks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, nurse := w.somebody(police, "ann", access.Supervisor), w.somebody(beyond, "nurse", access.Coordinator)
		friend := w.somebody(police, "friend", access.Supervisor)
		him := report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07", Phones: []string{"07700 900202"}, Vehicles: []string{"NX07 ABC"}, Addresses: []string{"Flat 2, 9 Canal Street"}}
		other, again := him, him
		other.Phones, other.Vehicles, other.Addresses = []string{"+44 7700 900202"}, nil, []string{"Flat 2, 9 Canal Street, Hask"}
		again.Handles = []string{"@nightowl"}
		joan := report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "1979-12-19", Phones: []string{"07700 900303"}}
		mara := report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}, Addresses: []string{"4 Mill Lane, Hask"}}
		w.write(police, report.Record{ID: "C/4", Reported: on(21), Victim: mara, Suspect: him, Place: "4 Mill Lane", Narrative: "He stood outside."})
		w.write(haven, report.Record{ID: "C/5", Reported: on(22), Victim: mara, Suspect: again, Place: "Hask bus station", Narrative: "He followed her."})
		hers := w.write(police, report.Record{ID: "J/1", Reported: on(23), Victim: joan, Suspect: other, Narrative: "He rang her 20 times."})
		w.write(beyond, report.Record{ID: "N/1", Reported: on(24), Victim: report.Party{GivenName: "Nell", FamilyName: "Ashby", Born: "1990-01-01"}, Suspect: again, Narrative: "He followed her."})
		id := w.begin(ann)

		look := func(by access.Actor, others bool) casefile.Links {
			t.Helper()
			l, err := w.cases.Links(t.Context(), by, id, others)
			w.must(err)
			return l
		}
		names := func(l casefile.Links) (all []string) {
			for _, p := range l.People {
				all = append(all, p.Name)
			}
			return all
		}
		values := func(l casefile.Links) (all []string) {
			for _, v := range l.Values {
				all = append(all, v.Text)
			}
			slices.Sort(all)
			return all
		}
		want := func(what string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}

		l := look(ann, true)
		want("people", names(l), "Edmund Farrow", "Mara Quill", "Joan Pennistone")
		want("values", values(l), "07700 900202", "@nightowl", "Flat 2, 9 Canal Street", "Hask bus station", "NX07 ABC")
		if l.AtHome != 1 || l.MoreValues != 0 || l.MorePeople != 0 {
			t.Errorf("left out: %+v", l)
		}
		for i, v := range l.Values {
			shared := len(v.Shared) > 0
			if (v.Text == "07700 900202" || strings.HasPrefix(v.Text, "Flat 2")) != shared {
				t.Errorf("%s stands out: %v", v.Text, v.Shared)
			}
			tied, reports := 0, 0
			for _, x := range l.Ties {
				if x.Value == i {
					tied++
					if !l.People[x.Person].Suspect {
						reports += x.Reports
					}
				}
			}
			if reports != v.Reports || tied < 2 {
				t.Errorf("%s is in %d reports, %d ties hold %d", v.Text, v.Reports, tied, reports)
			}
		}
		if len(l.Net.Ties) != len(l.Ties) || len(l.Net.Right) != 2 {
			t.Errorf("%d curves for %d ties, %d people on the right", len(l.Net.Ties), len(l.Ties), len(l.Net.Right))
		}

		alone := look(ann, false)
		want("people without other victims", names(alone), "Edmund Farrow", "Mara Quill")
		if slices.ContainsFunc(alone.Values, func(v casefile.Value) bool { return len(v.Shared) > 0 }) {
			t.Errorf("stands out without other victims: %+v", alone.Values)
		}
		_, err := w.guard.Flag(t.Context(), access.Program(police, "Setter up"), person.VictimOf(hers), []string{"friend"}, nil, "Her brother")
		w.must(err)
		blind := look(friend, true)
		want("people as somebody from whom one is hidden", names(blind), "Edmund Farrow", "Mara Quill")
		if slices.ContainsFunc(blind.Values, func(v casefile.Value) bool { return len(v.Shared) > 0 || v.Reports > 2 }) || blind.People[0].Reports != alone.People[0].Reports {
			t.Errorf("what she reported counts for somebody from whom she is hidden: %+v", blind.Values)
		}
		_, err = w.cases.Links(t.Context(), nurse, id, true)
		w.is(err, fault.NotFound)
	})
}

// TestLinksIncidents has the number that an incident kept by hand shows beside that of
// reports, whoever rang.
func TestLinksIncidents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		w.write(police, report.Record{ID: "C/4", Reported: on(21), Narrative: "He rang her.", Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07", Phones: []string{"07700 900202"}}})
		told := func(number, handle string, reads casefile.Basis) {
			x := silent("4/1/2026", casefile.Nobody)
			x.Reads, x.Features = reads, map[string]string{"number": number, "handle": handle}
			w.keep(ceri, id, x)
		}
		told("+44 7700 900202", "", sharing)
		told("", "@nightowl", sharing)
		told("01632 960123", "", casefile.Alone)
		look := func(by access.Actor) map[string]int {
			l, err := w.cases.Links(t.Context(), by, id, true)
			w.must(err)
			all := map[string]int{}
			for i, v := range l.Values {
				all[v.Text] = v.Reports
				for _, x := range l.Ties {
					if x.Value == i && l.People[x.Person].Suspect {
						all[v.Text] += 100 * x.Reports
					}
				}
			}
			return all
		}
		if got := look(ann); len(got) != 2 || got["07700 900202"] != 102 || got["@nightowl"] != 1 {
			t.Errorf("the police see %v", got)
		}
		if got := look(ceri); len(got) != 3 || got["01632 960123"] != 1 {
			t.Errorf("the advocates, who kept one to themselves, see %v", got)
		}
	})
}

// TestLinksShared has a value of two suspects, and one that is the victim's own too,
// stand out; and says how much is left out.
func TestLinksShared(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	ann := w.somebody(police, "ann", access.Supervisor)
	id := w.begin(ann)
	w.must(w.cases.Name(t.Context(), ann, id, w.third))
	phones := []string{"07700 900202", "07700 900101"} // the second is hers
	for i := range 40 {
		phones = append(phones, "01632 96"+string(rune('0'+i/10))+string(rune('0'+i%10))+"11")
	}
	w.write(police, report.Record{ID: "C/7", Reported: on(26), Victim: report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}},
		Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07", Phones: phones}, Narrative: "He rang her."})
	w.write(police, report.Record{ID: "C/8", Reported: on(27), Suspect: report.Party{GivenName: "Sylvester", FamilyName: "Farrow", Born: "1985-03-02", Phones: phones[:1]}, Narrative: "He rang her."})
	l, err := w.cases.Links(t.Context(), ann, id, true)
	w.must(err)
	if len(l.Suspects) != 2 || len(l.Values) != 24 || l.MoreValues != 18 {
		t.Fatalf("%d suspects, %d values and %d more", len(l.Suspects), len(l.Values), l.MoreValues)
	}
	for i, text := range []string{"07700 900202", "07700 900101"} {
		if !slices.ContainsFunc(l.Values[:2], func(v casefile.Value) bool { return v.Text == text && len(v.Shared) == 1 }) {
			t.Errorf("%d: %s does not stand out first: %+v", i, text, l.Values[:2])
		}
	}
}
