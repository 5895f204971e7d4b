package agency_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/agency"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

// TestTeams makes teams, puts people in and out, and finds the line of one of them. A
// lock that closes to a team stays closed to whoever leaves it.
func TestTeams(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		g := access.NewGuard(d)
		g.Who = func(_ context.Context, _ db.Querier, accounts []string) (map[string]access.Colleague, error) {
			all := map[string]access.Colleague{}
			for _, a := range accounts {
				if a != "out" {
					all[a] = access.Colleague{Name: "Name of " + a, Agency: "police:1"}
				}
			}
			return all, nil
		}
		s := agency.NewStore(g)
		accesstest.Agencies(t, d, "police:1", "nhs:1")
		admin, other := accesstest.Somebody(t, d, "police:1", "admin", access.Administrator), accesstest.Somebody(t, d, "nhs:1", "other", access.Administrator)
		officer := accesstest.Somebody(t, d, "police:1", "officer", access.Officer)
		admin.Proved, other.Proved = d.Now(), d.Now()
		set := func(name, under string) string {
			t.Helper()
			id, err := s.SetTeam(ctx, admin, agency.Team{Name: name, Under: under})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		station := set("Northmoor station", "")
		shift := set("B shift", station)
		if _, err := s.SetTeam(ctx, admin, agency.Team{Name: " "}); !isInvalid(err) {
			t.Errorf("a team without a name: %v", err)
		}
		if _, err := s.SetTeam(ctx, admin, agency.Team{ID: station, Name: "Northmoor", Under: shift}); !isInvalid(err) {
			t.Errorf("a team that is part of itself: %v", err)
		}
		if _, err := s.SetTeam(ctx, officer, agency.Team{Name: "Mine"}); !errors.Is(err, fault.Forbidden) {
			t.Errorf("a team by an officer: %v", err)
		}
		if _, _, err := s.Team(ctx, other, shift); !errors.Is(err, fault.NotFound) {
			t.Errorf("a team of another agency: %v", err)
		}
		must(s.PutIn(ctx, admin, shift, "ed", false, time.Time{}, time.Time{}))
		must(s.PutIn(ctx, admin, shift, "sue", true, time.Time{}, time.Time{}))
		must(s.PutIn(ctx, admin, station, "bob", true, time.Time{}, d.Now().AddDate(0, 1, 0)))
		if err := s.PutIn(ctx, admin, shift, "ed", true, time.Time{}, time.Time{}); !isInvalid(err) {
			t.Errorf("put in twice: %v", err)
		}
		if err := s.PutIn(ctx, admin, shift, "out", false, time.Time{}, time.Time{}); !errors.Is(err, fault.NotFound) {
			t.Errorf("somebody of no agency: %v", err)
		}
		if err := s.PutIn(ctx, admin, shift, "kim", false, d.Now(), d.Now().Add(-time.Hour)); !isInvalid(err) {
			t.Errorf("it ends before it begins: %v", err)
		}
		teams, managers, err := s.Around(ctx, officer, []string{"ed"})
		if err != nil || len(teams) != 2 || teams[0].ID != shift || teams[0].Members != 2 || teams[1].ID != station || len(managers) != 2 || managers[0].Account != "bob" || managers[1].Name != "Name of sue" {
			t.Errorf("around him: %+v, %+v, %v", teams, managers, err)
		}
		must(d.Write(ctx, func(tx *db.Tx) error {
			if err := tx.Insert(ctx, "locks", []string{"id", "set_by", "since", "reason", "asked_by", "asked_for", "lifted_by"}, [][]any{{"l", "ann", tx.Now.UnixMicro(), "x", "", "", ""}}); err != nil {
				return err
			}
			if err := tx.Insert(ctx, "lock_mentions", []string{"lock", "mention"}, [][]any{{"l", "m"}}); err != nil {
				return err
			}
			return tx.Insert(ctx, "lock_teams", []string{"lock", "team"}, [][]any{{"l", shift}})
		}))
		g.Shut = func(_ context.Context, _ db.Querier, mentions []string) ([]string, error) { return mentions, nil }
		hidden := func(account string) (is bool) {
			t.Helper()
			by := accesstest.Somebody(t, d, "police:1", account, access.Officer)
			must(g.Look(ctx, by, access.FindPeople, func(_ *db.View, sight *access.Sight) error { is = sight.Hidden("m"); return nil }))
			return is
		}
		if !hidden("ed") || hidden("bob") {
			t.Error("a lock on a team does not close to who is in it, or closes to others")
		}
		must(s.TakeOut(ctx, admin, shift, "ed"))
		must(s.EndTeam(ctx, admin, shift))
		if !hidden("ed") || !hidden("sue") {
			t.Error("to leave a team, or to end it, opens what a lock closed")
		}
		if err := s.PutIn(ctx, admin, shift, "kim", false, time.Time{}, time.Time{}); !errors.Is(err, fault.Conflict) {
			t.Errorf("put in a team that has ended: %v", err)
		}
		all, err := s.Teams(ctx, admin)
		if err != nil || len(all) != 2 || all[1].ID != shift || all[1].Members != 0 || all[1].Ended.IsZero() {
			t.Errorf("%+v, %v", all, err)
		}
		_, members, err := s.Team(ctx, admin, shift)
		if err != nil || len(members) != 2 || members[0].Now || members[0].Until.IsZero() {
			t.Errorf("%+v, %v", members, err)
		}
	})
}
