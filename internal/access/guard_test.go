package access_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

// A partnership is a database with a clock that is moved by hand, and beside it what
// ought to be so: the simplest account of the same rules.
type partnership struct {
	d     *db.DB
	guard *access.Guard
	now   time.Time

	agencies []string
	accounts map[string]string                    // to agency
	roles    map[string]map[access.Role]time.Time // until
	teams    map[string]map[string]time.Time      // team, account, until
	pacts    map[string]pact                      // agreements
	locks    map[string]lock                      //
	people   map[string]string                    // mention (a person by itself) to holder
}

type pact struct {
	parties      []string
	since, until time.Time
	withdrawn    bool
}

type lock struct {
	mention         string
	accounts, teams []string
	since           time.Time
	asked           string
	lifted          bool
}

func found(t testing.TB, where string) *partnership {
	t.Helper()
	p := &partnership{
		now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), agencies: []string{"police:1", "police:2", "nhs:1", "haven"},
		accounts: map[string]string{}, roles: map[string]map[access.Role]time.Time{}, teams: map[string]map[string]time.Time{"north": {}, "south": {}},
		pacts: map[string]pact{}, locks: map[string]lock{}, people: map[string]string{},
	}
	d, err := db.Open(context.Background(), where, func() time.Time { return p.now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	p.d, p.guard = d, access.NewGuard(d)
	p.guard.Shut = func(_ context.Context, _ db.Querier, mentions []string) ([]string, error) { return mentions, nil }
	accesstest.Agencies(t, d, p.agencies...)
	p.write(t, func(ctx context.Context, tx *db.Tx) error {
		for i, a := range p.agencies {
			for j := range 2 {
				p.accounts[fmt.Sprintf("%s-%d", a, j)] = a
			}
			p.people[fmt.Sprint("r", i, "s")] = a
			if err := tx.Exec(ctx, `INSERT INTO reports (id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification, occurrences, relationship, place, narrative, outcome, victim, suspect, extra, fingerprint, same_record, replaced_by, import, line, taken_in_by, taken_in, holder)
				VALUES ($1, '', '', '', '', 0, '', '', '', '', '', 1, '', '', '', '', '{}', '{}', '{}', $1, '', '', '', 0, '', 0, $2)`, fmt.Sprint("r", i), a); err != nil {
				return err
			}
			if err := tx.Exec(ctx, `INSERT INTO mentions (id, report, person, probability, name, born, prepared, holder) VALUES ($1, $2, $1, 1, '', '', $3, $4)`, fmt.Sprint("r", i, "s"), fmt.Sprint("r", i), []byte{}, a); err != nil {
				return err
			}
		}
		for _, team := range []string{"north", "south"} {
			if err := tx.Exec(ctx, `INSERT INTO teams (id, agency, name, under) VALUES ($1, 'police:1', $1, '')`, team); err != nil {
				return err
			}
		}
		return nil
	})
	return p
}

func (p *partnership) write(t testing.TB, f func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := p.d.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// actor is somebody who has just proved who they are.
func (p *partnership) actor(account string) access.Actor {
	return access.Actor{Account: account, Agency: p.accounts[account], Name: account, Purpose: access.Protect, Proved: p.now}
}

func (p *partnership) has(account string, r access.Role) bool {
	return p.roles[account][r].After(p.now)
}

// pool is whose reports an agency reads, as it ought to be.
func (p *partnership) pool(agency string) []string {
	for _, x := range p.pacts {
		if !x.withdrawn && !p.now.Before(x.since) && p.now.Before(x.until) && slices.Contains(x.parties, agency) {
			return x.parties
		}
	}
	return []string{agency}
}

// shut reports whether a lock ought to hide somebody from an account.
func (p *partnership) shut(account, mention string) bool {
	for _, l := range p.locks {
		if l.lifted || l.mention != mention {
			continue
		}
		if slices.Contains(l.accounts, account) || slices.ContainsFunc(l.teams, func(team string) bool { return p.teams[team][account].After(l.since) }) {
			return true
		}
	}
	return false
}

// reads asks, the way a use-case does, to read a person, and says what came of it.
func (p *partnership) reads(ctx context.Context, account, mention string) error {
	return p.guard.Look(ctx, p.actor(account), access.ReadPerson, func(v *db.View, s *access.Sight) error {
		s.Saw("person", mention, mention)
		held, args := s.Pool.Held("m.holder", []any{mention})
		open, args := s.Open(args, "m.person")
		listed, err := db.All(ctx, v, db.Text, `SELECT m.id FROM mentions m WHERE m.id = $1`+held+open, args...)
		if err != nil {
			return err
		}
		err = s.Require(access.Object{Holder: p.people[mention], Shut: s.Hidden(mention)})
		if (err == nil) != (len(listed) == 1) {
			return fmt.Errorf("a list shows %v and the decision is %v", listed, err)
		}
		return err
	})
}

// want is what ought to come of it.
func (p *partnership) want(account, mention string) error {
	switch {
	case !p.has(account, access.Officer):
		return fault.Forbidden
	case p.shut(account, mention), !slices.Contains(p.pool(p.accounts[account]), p.people[mention]):
		return fault.NotFound
	}
	return nil
}

// TestAnyHistory lets people be given roles and lose them, join teams and leave,
// agencies agree, withdraw and let agreements run out, conflicts be flagged and
// lifted, and time pass. After each step the guard and the simple account must say
// the same of everybody and everyone, and each refusal and each look must be in the
// ledger.
func TestAnyHistory(t *testing.T) {
	steps := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := found(t, filepath.Join(dbtest.Quick(t), "clew.db"))
		ctx := context.Background()
		names := []string{}
		for a := range p.accounts {
			names = append(names, a)
		}
		slices.Sort(names)
		mentions := []string{"r0s", "r1s", "r2s", "r3s"}
		account := func(label string) string { return rapid.SampledFrom(names).Draw(rt, label) }
		days := func(label string, most int) time.Duration {
			return time.Duration(rapid.IntRange(1, most).Draw(rt, label)) * 24 * time.Hour
		}
		admin, flagger := "police:2-0", "police:2-1"
		for range 200 {
			steps++
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0, 1: // a role
				who, until := account("who"), p.now.Add(days("for", 60))
				p.write(t, func(ctx context.Context, tx *db.Tx) error {
					return tx.Exec(ctx, `INSERT INTO grants (id, account, role, since, until, given_by, ended_by) VALUES ($1, $2, 'officer', $3, $4, '', '')`, db.NewID(), who, p.now.UnixMicro(), until.UnixMicro())
				})
				if p.roles[who] == nil {
					p.roles[who] = map[access.Role]time.Time{}
				}
				if p.roles[who][access.Officer].Before(until) {
					p.roles[who][access.Officer] = until
				}
			case 2: // and its end
				who := account("who")
				p.write(t, func(ctx context.Context, tx *db.Tx) error {
					return tx.Exec(ctx, `UPDATE grants SET until = $2 WHERE account = $1 AND until > $2`, who, p.now.UnixMicro())
				})
				delete(p.roles, who)
			case 3: // a team
				who, team, until := account("who"), rapid.SampledFrom([]string{"north", "south"}).Draw(rt, "team"), p.now.Add(days("for", 60))
				p.write(t, func(ctx context.Context, tx *db.Tx) error {
					if err := tx.Exec(ctx, `DELETE FROM team_members WHERE team = $1 AND account = $2`, team, who); err != nil {
						return err
					}
					return tx.Exec(ctx, `INSERT INTO team_members (team, account, leads, since, until) VALUES ($1, $2, 0, $3, $4)`, team, who, p.now.UnixMicro(), until.UnixMicro())
				})
				p.teams[team][who] = until
			case 4: // an agreement
				some := rapid.SliceOfNDistinct(rapid.SampledFrom(p.agencies), 2, 3, rapid.ID).Draw(rt, "parties")
				slices.Sort(some)
				since := p.now.Add(days("from", 10) - 5*24*time.Hour)
				a := access.Agreement{Level: access.ReadTogether, Title: "Sharing", Basis: "Public task", Parties: some, Since: since, Review: since.Add(24 * time.Hour), Until: since.Add(days("long", 90) + 24*time.Hour)}
				id, err := p.guard.Agree(ctx, program(p, admin), a)
				clash := false
				for _, x := range p.pacts {
					if !x.withdrawn && x.since.Before(a.Until) && x.until.After(a.Since) && slices.ContainsFunc(some, func(s string) bool { return slices.Contains(x.parties, s) }) {
						clash = true
					}
				}
				if clash != (err != nil) {
					rt.Fatalf("agreement of %v, clash %v: %v", some, clash, err)
				}
				if err == nil {
					p.pacts[id] = pact{parties: some, since: a.Since, until: a.Until}
				}
			case 5: // that is withdrawn
				for id, x := range p.pacts {
					if x.withdrawn || !p.now.Before(x.until) {
						continue
					}
					if err := p.guard.Withdraw(ctx, program(p, admin), id, "Not needed"); err != nil {
						rt.Fatal(err)
					}
					x.withdrawn = true
					p.pacts[id] = x
					break
				}
			case 6: // a conflict
				m := rapid.SampledFrom(mentions).Draw(rt, "mention")
				l := lock{mention: m, accounts: []string{account("closed to")}, since: p.now}
				if rapid.Bool().Draw(rt, "team") {
					l.teams = []string{rapid.SampledFrom([]string{"north", "south"}).Draw(rt, "team")}
				}
				by := program(p, flagger)
				by.Agency = p.people[m]
				id, err := p.guard.Flag(ctx, by, m, l.accounts, l.teams, "He works here")
				switch {
				case p.shut(by.Account, m):
					if !errors.Is(err, fault.NotFound) && !by.Program {
						rt.Fatalf("flagged what is hidden: %v", err)
					}
					if err == nil {
						p.locks[id] = l
					}
				case err != nil:
					rt.Fatal(err)
				default:
					p.locks[id] = l
				}
			case 7: // lifted, by two
				for id, l := range p.locks {
					if l.lifted {
						continue
					}
					by := program(p, "nhs:1-0")
					if l.asked != "" {
						by = program(p, "haven-0")
					}
					lifted, err := p.guard.Lift(ctx, by, id)
					if err != nil || lifted != (l.asked != "") {
						if errors.Is(err, fault.NotFound) {
							break
						}
						rt.Fatalf("lift: %v, %v", lifted, err)
					}
					if l.asked == "" {
						l.asked = by.Account
					} else {
						l.lifted = true
					}
					p.locks[id] = l
					break
				}
			default:
				p.now = p.now.Add(days("pass", 20))
			}
			for range 2 {
				who, m := account("asks"), rapid.SampledFrom(mentions).Draw(rt, "asked")
				before := entries(t, p.d)
				got, want := p.reads(ctx, who, m), p.want(who, m)
				if !errors.Is(got, want) || (got == nil) != (want == nil) {
					rt.Fatalf("%s of %s reads %s: %v, want %v", who, p.accounts[who], m, got, want)
				}
				if after := entries(t, p.d); after != before+1 {
					rt.Fatalf("%d entries for one look", after-before)
				}
			}
		}
	})
	if steps < 20_000 && !testing.Short() {
		t.Errorf("%d steps", steps)
	}
}

// program acts as an account may, whatever its roles.
func program(p *partnership, account string) access.Actor {
	by := p.actor(account)
	by.Program = true
	return by
}

func entries(t testing.TB, d *db.DB) (n int64) {
	t.Helper()
	if err := d.Read(t.Context(), func(v *db.View) (err error) {
		n, err = db.One(t.Context(), v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNoEntryNoAnswer breaks the ledger: nothing is shown, and nothing is changed.
func TestNoEntryNoAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := accesstest.Guard(t, d)
		ann := accesstest.Somebody(t, d, accesstest.Agency, "ann", access.Officer, access.Administrator)
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), `ALTER TABLE ledger_entries RENAME TO elsewhere`) }); err != nil {
			t.Fatal(err)
		}
		if err := g.Look(t.Context(), ann, access.ReadPerson, func(*db.View, *access.Sight) error { return nil }); err == nil {
			t.Error("a look that is not in the ledger was answered")
		}
		if err := g.Act(t.Context(), ann, access.RecordReport, func(tx *db.Tx, _ *access.Sight) error {
			return tx.Exec(t.Context(), `INSERT INTO views (id, name, query, saved_by, saved, pool) VALUES ('a', '', '', '', 0, '')`)
		}); err == nil {
			t.Error("an act that is not in the ledger was done")
		}
		var n int64
		_ = d.Read(t.Context(), func(v *db.View) (err error) {
			n, err = db.One(t.Context(), v, db.Number, `SELECT count(*) FROM views`)
			return err
		})
		if n != 0 {
			t.Error("and something was kept of it")
		}
	})
}

// TestRefusalsAreKept writes down who tried what, and shows nobody more than that.
func TestRefusalsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := accesstest.Guard(t, d)
		handler := accesstest.Somebody(t, d, accesstest.Agency, "sam", access.CallHandler)
		ran := false
		err := g.Look(t.Context(), handler, access.FindPeople, func(*db.View, *access.Sight) error { ran = true; return nil })
		if !errors.Is(err, fault.Forbidden) || ran {
			t.Errorf("searched: %v", err)
		}
		if err := g.Look(t.Context(), access.Actor{}, access.ReadPerson, func(*db.View, *access.Sight) error { ran = true; return nil }); !errors.Is(err, fault.Forbidden) || ran {
			t.Errorf("nobody at all: %v", err)
		}
		admin := accesstest.Somebody(t, d, accesstest.Agency, "ada", access.Administrator)
		admin.Proved = time.Now().Add(-time.Hour)
		if _, err := g.Agreements(t.Context(), admin); !errors.Is(err, access.ErrNotFresh) {
			t.Errorf("an old proof: %v", err)
		}
		var outcomes []string
		if err := d.Read(t.Context(), func(v *db.View) (err error) {
			outcomes, err = db.All(t.Context(), v, db.Text, `SELECT account || ': ' || outcome FROM ledger_entries ORDER BY seq`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"sam: " + string(access.NoRole), "ada: " + string(access.NotFresh)}; !slices.Equal(outcomes, want) {
			t.Errorf("the ledger holds %q, want %q", outcomes, want)
		}
	})
}

// TestOneLookOfOnePage is one entry, whatever the page asks for.
func TestOneLookOfOnePage(t *testing.T) {
	d := dbtest.SQLite(t)
	g := accesstest.Guard(t, d)
	ctx := access.With(t.Context(), accesstest.Somebody(t, d, accesstest.Agency, "ann", access.Officer))
	look := func(ctx context.Context, id string) {
		t.Helper()
		if err := g.Look(ctx, access.From(ctx), access.ReadPerson, func(_ *db.View, s *access.Sight) error { s.Saw("person", id); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		look(ctx, "a")
	}
	look(ctx, "b")
	if n := entries(t, d); n != 2 {
		t.Errorf("%d entries for two people on one page", n)
	}
	look(access.With(t.Context(), access.From(ctx)), "a") // the next page
	if n := entries(t, d); n != 3 {
		t.Errorf("%d entries after the next page", n)
	}
}

// TestLockWithTheClockMovedBack has somebody join a team, a lock close to it, and the
// clock be moved back to before they joined: the lock closes to them still.
func TestLockWithTheClockMovedBack(t *testing.T) {
	p := found(t, filepath.Join(dbtest.Quick(t), "clew.db"))
	who := "police:1-0"
	p.write(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `INSERT INTO team_members (team, account, leads, since, until) VALUES ('north', $1, 0, $2, $3)`, who, p.now.UnixMicro(), p.now.AddDate(1, 0, 0).UnixMicro())
	})
	if _, err := p.guard.Flag(t.Context(), program(p, "police:1-1"), "r0s", nil, []string{"north"}, "They are family"); err != nil {
		t.Fatal(err)
	}
	for _, back := range []time.Duration{0, 24 * time.Hour} {
		p.now = p.now.Add(-back)
		if err := p.guard.Look(t.Context(), program(p, who), access.ReadPerson, func(_ *db.View, s *access.Sight) error {
			if !s.Hidden("r0s") {
				t.Errorf("moved back %s, it is open to them", back)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}
