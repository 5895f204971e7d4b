package access_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

// walled are the tables with a wall, each with a query for whose its rows are: an
// agency, or of what is worked out for a pool, the pool. No query has a filter.
var walled = map[string]string{
	"reports": `SELECT holder FROM reports`, "mentions": `SELECT holder FROM mentions`, "imports": `SELECT holder FROM imports`,
	"contacts": `SELECT holder FROM contacts`, "waiting_changes": `SELECT holder FROM waiting_changes`, "case_tasks": `SELECT what FROM case_tasks`,
	"incidents": `SELECT agency FROM incidents`, "incident_facts": `SELECT who FROM incident_facts`, "incident_ties": `SELECT kind FROM incident_ties`, "case_warnings": `SELECT rule FROM case_warnings`,
	"rows_aside": `SELECT reason FROM rows_aside`, "case_steps": `SELECT agency || ' ' || shared FROM case_steps`,
	"documents": `SELECT agency || ' ' || size FROM documents`, "document_chunks": `SELECT document FROM document_chunks`,
	"people": `SELECT pool FROM people`, "patterns": `SELECT pool FROM patterns`, "views": `SELECT pool FROM views`, "audit_samples": `SELECT pool FROM audit_samples`,
}

// unwalled are the tables that name a holder or a pool and have no wall, with why.
var unwalled = map[string]string{
	"glass":          "both agencies see it: who broke it, and before whose summary",
	"cases":          "ids and codes; who leads it is asked before it is known whose it is, and of referrals and merges",
	"case_suspects":  "ids alone",
	"case_relations": "ids alone",
	"case_team":      "ids alone",
	"case_referrals": "the agency it is sent to sees it; what it says is sealed",
	"case_series":    "ids alone",
	"case_shadows":   "ids alone",
}

// filled is a partnership on PostgreSQL in which each agency has a row in each of the
// tables, a case of its own with a step that is shared and one that is not, and the two
// polices one each of what is worked out for the pool they may be.
func filled(t *testing.T, where string) *partnership {
	t.Helper()
	p := found(t, where)
	p.write(t, func(ctx context.Context, tx *db.Tx) error {
		var errs []error
		add := func(table string, row map[string]any) { errs = append(errs, insert(ctx, tx, table, row)) }
		for i, a := range p.agencies {
			n := fmt.Sprint(i)
			pool, err := access.Together(ctx, tx, tx.Now, a)
			errs = append(errs, err)
			add("waiting_changes", map[string]any{"id": "h" + n, "report": "r" + n, "holder": a})
			add("imports", map[string]any{"id": "i" + n, "holder": a})
			add("rows_aside", map[string]any{"import": "i" + n, "reason": a})
			add("contacts", map[string]any{"id": "c" + n, "person": "r" + n + "s", "holder": a, "shared": 1})
			add("cases", map[string]any{"id": "k" + n, "holder": a, "victim": "r" + n + "s", "stays": "k" + n})
			add("case_tasks", map[string]any{"id": "t" + n, "case_id": "k" + n, "what": a})
			add("incidents", map[string]any{"id": "n" + n, "incident": "n" + n, "case_id": "k" + n, "agency": a})
			add("incident_facts", map[string]any{"id": "f" + n, "incident": "n" + n, "case_id": "k" + n, "who": a})
			add("incident_ties", map[string]any{"incident": "n" + n, "version": "n" + n, "case_id": "k" + n, "kind": a})
			add("case_warnings", map[string]any{"id": "w" + n, "case_id": "k" + n, "rule": a})
			for shared := range 2 {
				one, basis := fmt.Sprint("d", i, shared), ""
				if shared == 1 {
					basis = "consent"
				}
				add("documents", map[string]any{"id": one, "case_id": "k" + n, "agency": a, "basis": basis, "size": shared})
				add("document_chunks", map[string]any{"document": one})
				add("case_steps", map[string]any{"id": fmt.Sprint("s", i, shared), "case_id": "k" + n, "agency": a, "shared": shared})
			}
			add("people", map[string]any{"id": "r" + n + "s", "pool": pool.ID})
			add("patterns", map[string]any{"id": "r" + n, "pool": pool.ID})
			add("views", map[string]any{"id": "v" + n, "pool": pool.ID})
			add("audit_samples", map[string]any{"id": "a" + n, "pool": pool.ID})
		}
		return errors.Join(errs...)
	})
	return p
}

// insert puts a row in of which only some columns matter: the rest are empty.
func insert(ctx context.Context, tx *db.Tx, table string, row map[string]any) error {
	type column struct{ name, kind string }
	must, err := db.All(ctx, tx, func(r db.Row) (c column, err error) { return c, r.Scan(&c.name, &c.kind) },
		`SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL`, table)
	if err != nil {
		return err
	}
	for _, c := range must {
		if row[c.name] == nil {
			row[c.name] = map[string]any{"text": "", "bigint": 0, "double precision": 0.0, "bytea": []byte{}}[c.kind]
		}
	}
	var columns []string
	var values []any
	for name, value := range row {
		columns, values = append(columns, name), append(values, value)
	}
	return tx.Insert(ctx, table, columns, [][]any{values})
}

// TestWall asks, in a use-case, for all rows of each table without a filter, as if one
// had been forgotten. What is not in the actor's sight is not there, and cannot be
// written.
func TestWall(t *testing.T) {
	p := filled(t, dbtest.URL(t))
	sees := func(q db.Querier, table string) []string {
		t.Helper()
		all, err := db.All(t.Context(), q, db.Text, walled[table])
		if err != nil {
			t.Errorf("%s: %v", table, err)
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	check := func(q db.Querier, s *access.Sight) {
		t.Helper()
		for table := range walled {
			want := s.Pool.Agencies
			switch table {
			case "people", "patterns", "views", "audit_samples":
				if want = nil; len(s.Pool.Agencies) == 1 { // a new pool has not been worked out
					want = []string{s.Pool.ID}
				}
			case "case_steps", "documents", "document_chunks":
				want = nil
				for _, a := range s.Pool.Agencies {
					for shared := range 2 {
						if shared == 0 && a != s.Agency {
							continue
						}
						if table == "document_chunks" {
							want = append(want, fmt.Sprint("d", slices.Index(p.agencies, a), shared))
						} else {
							want = append(want, fmt.Sprint(a, " ", shared))
						}
					}
				}
				slices.Sort(want)
			}
			if got := sees(q, table); !slices.Equal(got, want) {
				t.Errorf("%s of %s sees %s of %v, want %v", s.Account, s.Agency, table, got, want)
			}
		}
	}
	everybody := func() {
		t.Helper()
		for account := range p.accounts {
			if err := p.guard.Look(t.Context(), program(p, account), access.ReadReport, func(v *db.View, s *access.Sight) error { check(v, s); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		// Those who write at once share a transaction, and see each their own.
		var all sync.WaitGroup
		for account := range p.accounts {
			all.Go(func() {
				for range 3 {
					if err := p.guard.Act(context.Background(), program(p, account), access.RecordReport, func(tx *db.Tx, s *access.Sight) error {
						check(tx, s)
						if account > "nhs" {
							return fault.Conflict // and is undone
						}
						return nil
					}); err != nil && !errors.Is(err, fault.Conflict) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
	everybody()
	if _, err := p.guard.Agree(t.Context(), program(p, "police:2-0"), access.Agreement{Level: access.ReadTogether, Title: "Sharing", Basis: "Public task", Parties: []string{"nhs:1", "police:2"}, Since: p.now, Review: p.now.AddDate(0, 1, 0), Until: p.now.AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	everybody()

	// What others hold cannot be changed, removed or added to.
	for _, statement := range []string{
		`UPDATE mentions SET person = 'x' WHERE id = 'r0s'`, `DELETE FROM mentions WHERE id = 'r0s'`, `UPDATE contacts SET shared = 1 WHERE id = 'c0'`,
		`DELETE FROM contacts`, `DELETE FROM patterns WHERE id = 'r0'`, `DELETE FROM case_tasks WHERE id = 't0'`,
	} {
		if err := p.guard.Act(t.Context(), program(p, "haven-0"), access.RecordReport, func(tx *db.Tx, _ *access.Sight) error { return tx.Exec(t.Context(), statement) }); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if err := p.guard.Act(t.Context(), program(p, "haven-0"), access.RecordReport, func(tx *db.Tx, _ *access.Sight) error {
		return tx.Exec(t.Context(), `INSERT INTO views (id, name, query, saved_by, saved, pool) VALUES ('x', '', '', '', 0, 'nhs:1')`)
	}); err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a view is saved for others: %v", err)
	}

	// The program's own work sees all of it, unchanged but for what haven may remove.
	if err := p.d.Read(t.Context(), func(v *db.View) error {
		for table := range walled {
			want := len(p.agencies)
			switch table {
			case "contacts":
				want--
			case "case_steps", "documents", "document_chunks":
				want *= 2
			}
			if got := sees(v, table); len(got) != want {
				t.Errorf("a job sees %s of %v", table, got)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestWallBefore connects as the program does and says nothing of what it is to see:
// it is refused.
func TestWallBefore(t *testing.T) {
	where := dbtest.URL(t)
	p := filled(t, where)
	if stands, err := p.d.Walled(t.Context()); err != nil || !stands {
		t.Errorf("an ordinary role: %v, %v", stands, err)
	}
	other, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for table := range walled {
		var n int
		if err := other.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err == nil || !strings.Contains(err.Error(), "clew.holders") {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
}

// TestWidely sees what others hold while it is asked by rights, and not after.
func TestWidely(t *testing.T) {
	p := filled(t, dbtest.URL(t))
	if err := p.guard.Look(t.Context(), program(p, "haven-0"), access.ReadReport, func(v *db.View, _ *access.Sight) error {
		count := func() (n int64) {
			n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM reports`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, fails := range []error{nil, fault.NotFound} {
			if err := v.Widely(t.Context(), func() error {
				if n := count(); n != int64(len(p.agencies)) {
					t.Errorf("widely, %d reports", n)
				}
				return fails
			}); !errors.Is(err, fails) {
				t.Errorf("got %v, want %v", err, fails)
			}
			if n := count(); n != 1 {
				t.Errorf("afterwards, %d reports", n)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestBlindSeeMentions: whom a lock hides is found by mentions, so that somebody from
// whom it hides anybody sees all of those, and of the rest their own.
func TestBlindSeeMentions(t *testing.T) {
	p := filled(t, dbtest.URL(t))
	if _, err := p.guard.Flag(t.Context(), program(p, "police:1-1"), "r0s", []string{"haven-0"}, nil, "They are family"); err != nil {
		t.Fatal(err)
	}
	if err := p.guard.Look(t.Context(), program(p, "haven-0"), access.ReadReport, func(v *db.View, s *access.Sight) error {
		for table, want := range map[string]int64{"mentions": int64(len(p.agencies)), "reports": 1, "people": 1, "contacts": 1} {
			if n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM `+table); err != nil || n != want {
				t.Errorf("%s: %d rows, want %d, %v", table, n, want, err)
			}
		}
		if !s.Hidden("r0s") {
			t.Error("the lock hides nobody")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestEveryHeldTableIsWalled: a table that says who holds its rows, for which pool they
// are or of which case, has a wall, or a reason.
func TestEveryHeldTableIsWalled(t *testing.T) {
	d := dbtest.Postgres(t)
	if err := d.Read(t.Context(), func(v *db.View) error {
		held, err := db.All(t.Context(), v, db.Text, `SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('holder', 'pool', 'case_id')`)
		if err != nil {
			return err
		}
		forced, err := db.All(t.Context(), v, db.Text, `SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polcmd = '*' AND p.polname = 'wall'`)
		if err != nil {
			return err
		}
		for _, table := range held {
			if (walled[table] == "") == (unwalled[table] == "") {
				t.Errorf("%s says whose its rows are: wall it (migrations/postgres/0030_wall.sql shows how) and name it here, or say why not", table)
			}
		}
		for table := range walled {
			if !slices.Contains(forced, table) {
				t.Errorf("%s has no wall", table)
			}
		}
		if len(forced) != len(walled) {
			t.Errorf("walled are %v", forced)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
