package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

// TestPlaceholdersBindByNumber pins what every query in the program relies on.
// Some SQLite drivers bind $2 to whichever argument comes first.
func TestPlaceholdersBindByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var got string
		err := d.Read(t.Context(), func(v *db.View) (err error) {
			got, err = db.One(t.Context(), v, db.Text, `SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)`, "one", "two")
			return err
		})
		if got != "twoonetwo" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		add := func(tx *db.Tx, id string) error {
			return tx.Insert(ctx, "views", []string{"id", "name", "query", "saved_by", "saved"}, [][]any{{id, "n", "q", "b", tx.Now.UnixMicro()}})
		}
		stop := errors.New("stop")
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(add(tx, "a"), stop) }); !errors.Is(err, stop) {
			t.Fatalf("the error of the work is lost: %v", err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return add(tx, "b") }); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return add(tx, "b") }); err == nil {
			t.Error("a second row of the same id was kept")
		}
		if got := ids(t, d); !slices.Equal(got, []string{"b"}) {
			t.Errorf("kept %v", got)
		}
	})
}

func TestInsertNewLeavesOldRowsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var rows [][]any
		for range 2500 { // several statements and a part of one
			rows = append(rows, []any{db.NewID(), "n", "q", "b", 1})
		}
		for range 2 {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.InsertNew(t.Context(), "views", []string{"id", "name", "query", "saved_by", "saved"}, rows)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := ids(t, d); len(got) != len(rows) {
			t.Errorf("%d rows, want %d", len(got), len(rows))
		}
	})
}

func TestOneIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(v *db.View) error {
			_, err := db.One(t.Context(), v, db.Text, `SELECT name FROM views WHERE id = $1`, "nobody")
			return err
		})
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// TestManyWriters has writers read a number and write the next one: whatever
// the engine, none may be lost.
func TestManyWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		next := func() error {
			return d.Write(ctx, func(tx *db.Tx) error {
				n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM views`)
				if err != nil {
					return err
				}
				return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, 'n', 'q', 'b', $2)`, db.NewID(), n)
			})
		}
		var all sync.WaitGroup
		done := make(chan int, 8)
		for range 8 {
			all.Go(func() {
				kept := 0
				for range 10 {
					if err := next(); err == nil {
						kept++
					} else {
						t.Errorf("a writer that only had to wait: %v", err)
					}
				}
				done <- kept
			})
		}
		all.Wait()
		close(done)
		want := 0
		for n := range done {
			want += n
		}
		var numbers []int64
		if err := d.Read(ctx, func(v *db.View) (err error) {
			numbers, err = db.All(ctx, v, db.Number, `SELECT saved FROM views ORDER BY saved`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for i, n := range numbers {
			if n != int64(i) {
				t.Fatalf("number %d is %d: two writers saw the same", i, n)
			}
		}
		if len(numbers) != want {
			t.Errorf("%d kept, %d said to be", len(numbers), want)
		}
	})
}

// TestWriterWaits has one writer hold on while another comes and readers read:
// the other waits, sees all that the first kept, and readers see nothing of it.
func TestWriterWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		add := func(tx *db.Tx) error {
			n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM views`)
			if err != nil {
				return err
			}
			return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, 'n', 'q', 'b', $2)`, db.NewID(), n)
		}
		writes, goOn, others := make(chan bool), make(chan bool), sync.WaitGroup{}
		others.Go(func() {
			if err := d.Write(ctx, func(tx *db.Tx) error {
				err := add(tx)
				close(writes)
				<-goOn
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		<-writes
		for range 30 { // more than there are connections
			others.Go(func() {
				if err := d.Write(ctx, add); err != nil {
					t.Errorf("a writer that only had to wait: %v", err)
				}
			})
		}
		if got := ids(t, d); len(got) != 0 {
			t.Errorf("a reader sees %d rows that are not kept yet", len(got))
		}
		close(goOn)
		others.Wait()
		if got := ids(t, d); len(got) != 31 {
			t.Errorf("%d rows kept, want 31", len(got))
		}
	})
}

// TestAppendOnly tries every way to change or remove what was said.
func TestAppendOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		exec := func(statement string) error {
			return d.Write(ctx, func(tx *db.Tx) error { return tx.Exec(ctx, statement) })
		}
		report := map[string]string{"id": "'r1'", "fingerprint": "'f1'", "replaced_by": "''", "erased": "NULL"}
		numbers := []string{"reported", "occurrences", "latitude", "longitude", "line", "taken_in"}
		var names, values []string
		for _, c := range columns(t, d, "reports") {
			if report[c] == "" {
				if report[c] = "'x'"; slices.Contains(numbers, c) {
					report[c] = "1"
				}
			}
			names, values = append(names, c), append(values, report[c])
		}
		in := `INTO reports (` + strings.Join(names, ", ") + `) VALUES (` + strings.Join(values, ", ") + `)`
		for _, s := range []string{
			`INSERT ` + in,
			`INSERT INTO identity_decisions (id, a, b, same, reason, decided_by, decided) VALUES ('x', 'a', 'b', 1, 'r', 'b', 1)`,
			`INSERT INTO identity_undone (decision, reason, undone_by, undone) VALUES ('x', 'r', 'b', 1)`,
			`INSERT INTO recording_decisions (id, pattern, verdict, classification, reason, reports, decided_by, decided) VALUES ('x', 'p', 'v', '', 'r', 1, 'b', 1)`,
			`INSERT INTO recording_answers (id, decision, answer, reason, answered_by, answered) VALUES ('x', 'x', 'confirmed', 'r', 'b', 1)`,
			`INSERT INTO audit_samples (id, seed, size, filter, drawn_from, drawn_by, drawn) VALUES ('x', 's', 1, '{}', 1, 'b', 1)`,
			`INSERT INTO audit_sample_patterns (sample, place, pattern, area, month, recorded) VALUES ('x', 1, 'p', 'a', 'm', 0)`,
			`INSERT INTO agencies (id, name, kind, joined, version) VALUES ('x', 'x', 'police', 0, 1)`,
			`INSERT INTO retention_schedules (id, scope, kind, class, years, since, source, sure, set_by, noted) VALUES ('x', '', '', 'other', 6, 0, 's', 's', 'b', 1)`,
			`INSERT INTO disposals (id, agency, ground, reason, proposed_by, account, proposed) VALUES ('x', 'x', 'request', 'r', 'b', 'b', 1)`,
			`INSERT INTO disposal_reports (disposal, report, schedule) VALUES ('x', 'r1', '')`,
			`INSERT INTO disposal_answers (disposal, answer, reason, answered_by, account, answered) VALUES ('x', 'yes', 'r', 'c', 'c', 1)`,
			`INSERT INTO disposal_kept (disposal, report, why) VALUES ('x', 'r1', 'held')`,
			`INSERT INTO certificates (disposal, text, issued) VALUES ('x', '{}', 1)`,
			`INSERT INTO waiting_changes (id, report, same_record, holder, import, fingerprint, step, said_code, said, was_code, was, since, came, how, ended_by, account, reason) VALUES ('x', 'r1', 's', 'h', '', 'f', 'closure', '', 'said', '', 'was', 1, 1, '', '', '', '')`,
		} {
			if err := exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
		refused := func(s string) {
			t.Helper()
			if err := exec(s); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v, want it refused as append-only", s, err)
			}
		}
		for _, table := range []string{"reports", "identity_decisions", "identity_undone", "recording_decisions", "recording_answers", "audit_samples", "audit_sample_patterns",
			"retention_schedules", "disposals", "disposal_reports", "disposal_answers", "disposal_kept", "certificates", "waiting_changes"} {
			for _, c := range columns(t, d, table) {
				if table != "reports" || c != "replaced_by" {
					refused(`UPDATE ` + table + ` SET ` + c + ` = ` + c)
				}
			}
			refused(`DELETE FROM ` + table)
			if d.SQLite() {
				refused(`REPLACE INTO ` + table + ` SELECT * FROM ` + table)
			} else {
				refused(`TRUNCATE ` + table + ` CASCADE`)
			}
		}
		if err := exec(`UPDATE reports SET replaced_by = 'r2'`); err != nil {
			t.Errorf("a report that a correction replaces: %v", err)
		}
		refused(`UPDATE reports SET replaced_by = 'r3'`)
		refused(`UPDATE reports SET replaced_by = ''`)

		if err := exec(`UPDATE waiting_changes SET ended = 2, how = 'refused', ended_by = 'Sue', account = 'sue', reason = 'r'`); err != nil {
			t.Errorf("a change that ends: %v", err)
		}
		refused(`UPDATE waiting_changes SET how = 'allowed'`)
		refused(`UPDATE waiting_changes SET ended = NULL`)
		const emptied = `UPDATE waiting_changes SET said = '', said_code = '', was = '', was_code = '', reason = '', fingerprint = id, same_record = id`
		refused(emptied)

		// An erasure empties a whole report, once, and no other.
		const empty = `UPDATE reports SET record = '', reference = '', relationship = '', place = '', latitude = NULL, longitude = NULL, narrative = '', outcome = '', victim = '{}', suspect = '{}', extra = 'null', fingerprint = id, same_record = id, erased = 1`
		refused(empty)
		if err := exec(`INSERT INTO erasures (report, disposal, digest, erased) VALUES ('r1', 'x', 'd', 1)`); err != nil {
			t.Fatal(err)
		}
		refused(`UPDATE waiting_changes SET said = 'other'`)
		if err := exec(emptied); err != nil {
			t.Errorf("a change of a report that is erased: %v", err)
		}
		refused(`UPDATE reports SET narrative = ''`)
		refused(`UPDATE reports SET narrative = 'other'`)
		refused(empty + `, agency = ''`)
		if err := exec(empty); err != nil {
			t.Errorf("a report that is erased: %v", err)
		}
		refused(empty)
		refused(`UPDATE identity_decisions SET reason = ''`)
		if err := exec(`INSERT INTO erased_reasons (id, report) VALUES ('x', 'r1'), ('undone:x', 'r1')`); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"identity_decisions", "identity_undone", "recording_decisions", "recording_answers"} {
			refused(`UPDATE ` + table + ` SET reason = 'other'`)
			if err := exec(`UPDATE ` + table + ` SET reason = ''`); err != nil {
				t.Errorf("words of %s that went with a report: %v", table, err)
			}
		}
		refused(`UPDATE recording_decisions SET verdict = 'other', reason = ''`)
		refused(`UPDATE recording_decisions SET pattern = 'r2'`) // p is not erased
		refused(`DELETE FROM erasures`)
		refused(`DELETE FROM erased_reasons`)
	})
}

// columns are those of a table, from the database itself: a new one is tried too.
func columns(t *testing.T, d *db.DB, table string) (names []string) {
	t.Helper()
	query := `SELECT column_name FROM information_schema.columns WHERE table_name = $1`
	if d.SQLite() {
		query = `SELECT name FROM pragma_table_info($1)`
	}
	if err := d.Read(t.Context(), func(v *db.View) (err error) {
		names, err = db.All(t.Context(), v, db.Text, query, table)
		return err
	}); err != nil || len(names) == 0 {
		t.Fatalf("columns of %s: %v, %v", table, names, err)
	}
	return names
}

// TestTextThatCannotBeHeld gives text that one engine or the other cannot hold.
func TestTextThatCannotBeHeld(t *testing.T) {
	type word string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		given := []any{"a\x00b", "caf\xe9", word("\x00"), "lone \xed\xa0\x80", 7}
		for way, keep := range map[string]func(tx *db.Tx) error{
			"one by one": func(tx *db.Tx) error {
				return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, $2, $3, $4, $5)`, given...)
			},
			"many": func(tx *db.Tx) error {
				return tx.Insert(ctx, "views", []string{"id", "name", "query", "saved_by", "saved"}, [][]any{given})
			},
		} {
			var got [4]string
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := keep(tx); err != nil {
					return err
				}
				var err error
				got, err = db.One(ctx, tx, func(r db.Row) (s [4]string, err error) { return s, r.Scan(&s[0], &s[1], &s[2], &s[3]) },
					`SELECT id, name, query, saved_by FROM views WHERE id = $1`, "a\x00b")
				if err != nil {
					return err
				}
				return tx.Exec(ctx, `DELETE FROM views`)
			})
			if want := [4]string{"ab", "caf\uFFFD", "", "lone \uFFFD"}; err != nil || got != want {
				t.Errorf("%s: kept %q, %v; want %q", way, got, err, want)
			}
		}
		if given[0] != "a\x00b" {
			t.Error("the caller's own texts were changed")
		}
	})
}

func TestOpenTwice(t *testing.T) {
	where := filepath.Join(t.TempDir(), "a name with spaces?.db")
	for range 2 {
		d, err := db.Open(t.Context(), where, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Programs that start together on a new database all find it ready.
func TestOpenTogether(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		const programs = 6
		errs := make(chan error, programs)
		for range programs {
			go func() {
				d, err := db.Open(t.Context(), where, time.Now)
				if err == nil {
					err = d.Close()
				}
				errs <- err
			}()
		}
		for range programs {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOpenRefusesANewerDatabase(t *testing.T) {
	where := filepath.Join(t.TempDir(), "clew.db")
	d, err := db.Open(t.Context(), where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		return tx.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), where, time.Now); err == nil || !strings.Contains(err.Error(), "newer clew") {
		t.Errorf("got %v", err)
	}
}

// TestCloseUnderWriters closes a database while somebody writes and others wait.
func TestCloseUnderWriters(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		d, err := db.Open(t.Context(), where, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		add := func(id string) error {
			return d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.Insert(t.Context(), "views", []string{"id", "name", "query", "saved_by", "saved"}, [][]any{{id, "n", "q", "b", 1}})
			})
		}
		const others = 20
		var kept atomic.Int64
		var all sync.WaitGroup
		closed := make(chan error)
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			go func() { closed <- d.Close() }()
			for n := range others {
				all.Go(func() {
					if add(fmt.Sprintf("o%d", n)) == nil {
						kept.Add(1)
					}
				})
			}
			for range 10_000 { // a Close that does not wait has all the time it wants
				runtime.Gosched()
				select {
				case err := <-closed:
					return fmt.Errorf("closed under whoever writes: %v", err)
				default:
				}
			}
			return tx.Insert(t.Context(), "views", []string{"id", "name", "query", "saved_by", "saved"}, [][]any{{"first", "n", "q", "b", 1}})
		})
		if err != nil {
			t.Fatal(err)
		}
		kept.Add(1)
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		if err := add("late"); err == nil {
			t.Error("something was written after the database was closed")
		}
		all.Wait()
		again, err := db.Open(t.Context(), where, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, again); int64(len(got)) != kept.Load() {
			t.Errorf("%d were said to be kept, and these are: %v", kept.Load(), got)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNewID(t *testing.T) {
	last := ""
	for range 10_000 {
		id := db.NewID()
		if len(id) != 16 || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}

func ids(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	if err := d.Read(context.Background(), func(v *db.View) (err error) {
		all, err = db.All(context.Background(), v, db.Text, `SELECT id FROM views ORDER BY id`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestGroup has many writers at once, of which some fail, some panic and some are
// no longer waited for: what the others kept is kept, and nothing of those.
func TestGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		stop := errors.New("stop")
		gone, cancel := context.WithCancel(ctx)
		cancel()
		keep := func(ctx context.Context, id string, end func(tx *db.Tx) error) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				if err := tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, 'n', 'q', 'b', 0)`, id); err != nil {
					return err
				}
				return end(tx)
			})
		}
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				switch i % 5 {
				case 0:
					if err := keep(ctx, fmt.Sprintf("fails%d", i), func(*db.Tx) error { return stop }); !errors.Is(err, stop) {
						t.Errorf("work that fails: %v", err)
					}
				case 1:
					err := keep(ctx, fmt.Sprintf("breaks%d", i), func(tx *db.Tx) error { return tx.Exec(ctx, `INSERT INTO nowhere VALUES (1)`) })
					if err == nil {
						t.Error("a statement that fails is no error")
					}
				case 2:
					func() {
						defer func() {
							if recover() == nil {
								t.Error("a panic is swallowed")
							}
						}()
						_ = keep(ctx, fmt.Sprintf("panics%d", i), func(*db.Tx) error { panic("stop") })
					}()
				case 3:
					if err := keep(gone, fmt.Sprintf("gone%d", i), func(*db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
						t.Errorf("nobody waits for it any more: %v", err)
					}
				default:
					if err := keep(ctx, fmt.Sprintf("kept%d", i), func(*db.Tx) error { return nil }); err != nil {
						t.Errorf("work that should be kept: %v", err)
					}
				}
			})
		}
		all.Wait()
		got := ids(t, d)
		if len(got) != 12 || slices.ContainsFunc(got, func(id string) bool { return !strings.HasPrefix(id, "kept") }) {
			t.Errorf("kept %v, want the 12 that were said to be", got)
		}
	})
}

// TestBeforeKept runs what must come with every change: when it fails, nothing is kept.
func TestBeforeKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var refuse error
		d.BeforeKept(func(ctx context.Context, tx *db.Tx) error {
			if refuse != nil {
				return refuse
			}
			return tx.Exec(ctx, `INSERT INTO classifications (id, code, title, words) VALUES ($1, '', '', '')`, db.NewID())
		})
		add := func(tx *db.Tx) error {
			return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, 'n', 'q', 'b', 0)`, db.NewID())
		}
		for _, write := range []func(context.Context, func(*db.Tx) error) error{d.Write, d.WriteAlone} {
			refuse = nil
			if err := write(ctx, add); err != nil {
				t.Fatal(err)
			}
			if refuse = errors.New("no"); !errors.Is(write(ctx, add), refuse) {
				t.Error("what comes with a change failed, and the change did not")
			}
		}
		var n int64
		if err := d.Read(ctx, func(v *db.View) (err error) {
			n, err = db.One(ctx, v, db.Number, `SELECT (SELECT count(*) FROM views) * 100 + (SELECT count(*) FROM classifications)`)
			return err
		}); err != nil || n != 202 {
			t.Errorf("%d changes and what comes with them, want 202 (%v)", n, err)
		}
	})
}

// TestNarrowInAGroup has writers who see less than all share transactions with others
// who see all: each sees what is theirs, and leaves the next what is the next one's.
func TestNarrowInAGroup(t *testing.T) {
	d := dbtest.Postgres(t)
	ctx := t.Context()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		for i, pool := range []string{"a", "b", "b"} {
			if err := tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved, pool) VALUES ($1, 'n', 'q', 'b', 0, $2)`, fmt.Sprint(i), pool); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	var all sync.WaitGroup
	for i := range 120 {
		all.Go(func() {
			want := int64(i % 4)
			if err := d.Write(ctx, func(tx *db.Tx) error {
				switch want {
				case 0:
					if err := tx.Narrow(ctx, db.Within{Pool: "c"}); err != nil {
						return err
					}
				case 1, 2:
					if err := tx.Narrow(ctx, db.Within{Pool: string(rune('a' + want - 1))}); err != nil {
						return err
					}
				}
				n, err := db.One(ctx, tx, db.Number, `SELECT COUNT(*) FROM views`)
				if err == nil && n != want {
					t.Errorf("one who is to see %d sees %d", want, n)
				}
				if i%8 < 4 {
					return errors.Join(err, stop)
				}
				return err
			}); err != nil && !errors.Is(err, stop) {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestPrivate has the files of a database made in an open folder, and one that was
// open: nobody but their owner reads them.
func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	file := filepath.Join(t.TempDir(), "clew.db")
	for range 2 {
		d, err := db.Open(t.Context(), file, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Exec(t.Context(), `UPDATE ledger_head SET id = id`)
		}); err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{"", "-wal", "-shm"} {
			if i, err := os.Stat(file + end); err != nil || i.Mode().Perm() != 0o600 {
				t.Errorf("clew.db%s: %v, %v", end, i.Mode(), err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
