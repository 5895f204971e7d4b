package casefileweb_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/casefile/casefileweb"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// TestSignposts has a case say whom else to ask about its victim and its suspect, and
// where something is the same in the case of somebody else, as far as an agreement lets
// it; and never what is held.
func TestSignposts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		const police, health = "police:1", "nhs:9"
		accesstest.Agencies(t, d, police, health)
		g := access.NewGuard(d)
		held := pattern.NewStore(g, person.NewStore(g))
		sealer, err := seal.Open(t.Context(), d, seal.NewKey())
		must(err)
		cases := casefile.NewStore(g, sealer)
		ann, nora := accesstest.Somebody(t, d, police, "Ann", access.Officer), accesstest.Somebody(t, d, health, "Nora", access.Coordinator)
		record := func(agency, id string, victim, suspect report.Party, says string) string {
			key, _, err := held.Record(t.Context(), access.Program(agency, "Setter up"), &report.Record{Agency: agency, ID: id, Kind: report.Crime, Reported: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), Count: 1, Victim: victim, Suspect: suspect, Narrative: says})
			must(err)
			return key
		}
		first := record(police, "C/1", mara, ed, "He followed her.")
		record(health, "SECRET-REF", mara, report.Party{}, "SECRETNARRATIVE of hers")
		theirs := record(health, "SECRET-2", report.Party{GivenName: "SECRETJOAN", FamilyName: "Pettifer", Born: "1970-01-09"}, report.Party{}, "SECRETNARRATIVE")
		hers, err := cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		must(err)
		joans, err := cases.Open(t.Context(), nora, person.VictimOf(theirs), "", "SECRETWHY")
		must(err)
		for id, by := range map[string]access.Actor{hers: ann, joans: nora} {
			_, err := cases.RecordIncident(t.Context(), by, id, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "1/2/2026", Kind: "call", Suspect: casefile.Nobody, Features: map[string]string{"number": "07700 900999"}, Said: incident.Said{Words: map[string]string{health: "SECRETWORDS"}[by.Agency]}}})
			must(err)
		}

		m := web.NewMux(nil)
		casefileweb.Routes(m, cases, held, person.NewStore(g), func(*http.Request) (map[string]string, error) {
			return map[string]string{police: "Northmoor Police", health: "Hask Health"}, nil
		})
		s := webtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, err := g.Enter(r.Context(), ann)
			if err != nil {
				t.Error(err)
			}
			m.ServeHTTP(w, r.WithContext(ctx))
		}))
		const about, same = "<strong>Hask Health</strong> holds reports that are likely to be about <bdi>Mara Quill</bdi>", "<strong>Hask Health</strong> has a case of somebody else in which something is the same"
		page := func(what string, want ...string) {
			t.Helper()
			a := s.Get(t, "/cases/"+hers)
			for _, x := range []string{about, same} {
				is := slices.Contains(want, x)
				if strings.Contains(a.Body, x) != is {
					t.Errorf("%s the case says %q: %v", what, x, !is)
				}
			}
			for _, secret := range []string{"SECRET", "Pettifer", joans, theirs, "about <bdi>Edmund"} {
				if strings.Contains(a.Body, secret) {
					t.Errorf("%s the case says %q", what, secret)
				}
			}
			if len(want) == 0 && (strings.Contains(a.Body, "Hask") || strings.Contains(a.Body, "Ask them too")) {
				t.Errorf("%s the case says that there is somebody to ask", what)
			}
		}
		page("without an agreement")
		now := d.Now()
		agreement, err := g.Agree(t.Context(), access.Program(police, "Chief"), access.Agreement{Level: access.Signpost, Title: "Signposts", Basis: "Vital interests", Parties: []string{health, police}, Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
		must(err)
		page("with signposts", about, same)
		must(cases.KeepApart(t.Context(), nora, joans, true, "She asked"))
		page("of a case that is kept apart", about)
		must(cases.KeepApart(t.Context(), nora, joans, false, "She agrees"))
		accesstest.Lock(t, d, "somebody", person.VictimOf(theirs))
		page("of a case that is closed to somebody", about)
		must(g.Withdraw(t.Context(), access.Program(police, "Chief"), agreement, "It is over"))
		page("once the agreement is withdrawn")
	})
}
