package retention_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/when"
)

// tokens are words that stand nowhere else, one for each field of a report.
type tokens struct {
	all []string
	n   int
}

func (k *tokens) word() string {
	k.n++
	w := fmt.Sprintf("Zyx%cq%cvk", 'a'+k.n%26, 'a'+k.n/26)
	k.all = append(k.all, w)
	return w
}

func (k *tokens) number() string {
	k.n++
	s := fmt.Sprintf("07700 9%05d", 73000+k.n)
	k.all = append(k.all, s, strings.ReplaceAll(s, " ", ""), "44"+strings.ReplaceAll(s, " ", "")[1:])
	return s
}

func (k *tokens) party() report.Party {
	return report.Party{
		Ref: k.word() + "7731", GivenName: k.word(), FamilyName: k.word(), Aliases: []string{k.word()}, Born: "07/03/1984", Sex: "F", Phones: []string{k.number()},
		Emails: []string{k.word() + "@example.org"}, Handles: []string{"@" + k.word()}, Addresses: []string{"7 " + k.word() + " Way"}, Vehicles: []string{k.word()},
	}
}

func (k *tokens) record(id string, victim, suspect report.Party) *report.Record {
	r := wrote(id, "2026-01-05", victim, suspect, "He followed her to "+k.word()+". "+strings.Repeat("Long. ", 2000)+k.word())
	r.Relationship, r.Place, r.Outcome = "ex of "+k.word(), k.word(), k.word()
	r.Position = &report.Position{Latitude: 51.5, Longitude: -0.1}
	r.Extra = []report.Extra{{Column: k.word(), Value: k.word()}}
	r.From = when.On(r.Reported)
	return r
}

// TestNothingIsLeft erases somebody of whom every field of several reports speaks,
// typed and imported, in two versions, among many others, with decisions, a lock and
// rows set aside: no word of theirs is in any file or table.
func TestNothingIsLeft(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "clew.db")
		d, err := db.Open(t.Context(), file, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		nothingIsLeft(t, d, func() []string {
			var all []string
			for _, name := range []string{file, file + "-wal", file + "-shm"} {
				b, err := os.ReadFile(name)
				if err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
				all = append(all, string(b))
			}
			return all
		})
	})
	t.Run("postgres", func(t *testing.T) {
		d := dbtest.Postgres(t)
		nothingIsLeft(t, d, func() (all []string) {
			if err := d.Read(t.Context(), func(v *db.View) error {
				tables, err := db.All(t.Context(), v, db.Text, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
				for _, name := range tables {
					rows, err := db.All(t.Context(), v, db.Text, `SELECT CAST(x AS TEXT) FROM `+name+` x`)
					if err != nil {
						return err
					}
					all = append(all, rows...)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return all
		})
	})
}

func nothingIsLeft(t *testing.T, d *db.DB, files func() []string) {
	h := built(t, d)
	var k tokens
	her, him := k.party(), k.party()
	filled := func(from, n int) {
		for i := from; i < from+n; i++ {
			p, q := mara, ed
			p.FamilyName, q.FamilyName = fmt.Sprintf("Quill%cson", 'a'+i%26), fmt.Sprintf("Farrow%cton", 'a'+i%26)
			p.Phones, q.Phones = []string{fmt.Sprintf("07700 900%03d", i)}, nil
			h.record(t, wrote(fmt.Sprint("NM/", i), "2026-01-05", p, q, strings.Repeat("He followed her. ", i%40)))
		}
	}
	filled(0, 40)
	first := h.record(t, k.record(k.word()+"/1", her, him))
	filled(40, 40)
	second := k.record(k.word()+"/2", her, him)
	old := h.record(t, second)
	mended := *second
	mended.Narrative, mended.Victim.GivenName = "Corrected: "+k.word(), k.word()
	h.record(t, &mended)
	i, err := h.reports.BeginImport(t.Context(), ann, "extract.csv", "print", nil)
	if err != nil {
		t.Fatal(err)
	}
	third := k.record(k.word()+"/3", her, ed)
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		taken, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), i.ID, []*report.Record{third})
		if err != nil {
			return err
		}
		return report.Count(t.Context(), tx, i.ID, taken, []report.Aside{{Line: 2, Reason: "No date", Cells: []string{"", third.ID, her.FamilyName}}, {Line: 3, Reason: "No date", Cells: []string{"", "NM/77", "Somebody else"}}})
	}); err != nil {
		t.Fatal(err)
	}
	// So many others that every table has pages enough to be split and joined.
	var others []*report.Record
	if err := demo.Generate(demo.Options{Records: 1500}, func(r report.Record, _ demo.Truth) error { others = append(others, &r); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "", others)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.held.Settle(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, filter := range map[string]string{"Mine": "finding=single", "Hers": "name=" + her.FamilyName} {
		if err := h.audit.SaveView(t.Context(), ann, name, filter); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.held.Decide(t.Context(), ann, person.VictimOf(first), person.VictimOf(old), true, "Same as "+k.word()); err != nil {
		t.Fatal(err)
	}
	all, _, err := h.audit.Worklist(t.Context(), ann, recording.Filter{Name: her.FamilyName}, 0, 50)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d patterns of hers, %v", len(all), err)
	}
	decision, err := h.audit.Decide(t.Context(), ann, all[0].ID, recording.Stalking, "", "She says "+k.word(), all[0].Reports)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.audit.Answer(t.Context(), bo, decision, recording.Disagree, "But "+k.word()); err != nil {
		t.Fatal(err)
	}
	write(t, d, `INSERT INTO locks (id, set_by, since, reason, asked_by, asked_for, lifted_by) VALUES ('lock', 'ann', 7, $1, '', '', '')`, "He is "+k.word())
	write(t, d, `INSERT INTO lock_mentions (lock, mention) VALUES ('lock', $1)`, person.SuspectOf(first))
	write(t, d, `INSERT INTO lock_accounts (lock, account) VALUES ('lock', 'officer')`)
	write(t, d, `INSERT INTO glass (id, account, agency, holder, mention, cause, reason, opened, shuts, verdict, review, reviewed_by, reviewed) VALUES ('glass', 'bo', 'police:1', 'haven', $1, 'danger', $2, 7, 8, 'justified', $3, 'ann', 9)`,
		person.VictimOf(first), "He waits for "+k.word(), "It was "+k.word())
	write(t, d, `INSERT INTO waiting_changes (id, report, same_record, holder, import, fingerprint, step, said_code, said, was_code, was, since, came, ended, how, ended_by, account, reason)
		SELECT 'change', id, same_record, holder, '', 'print', 'closure', '', $2, '', $3, 7, 7, 8, 'refused', 'Ann', 'ann', $4 FROM reports WHERE id = $1`, first, "Filed, says "+k.word(), "Open, says "+k.word(), "Not so: "+k.word())
	write(t, d, `INSERT INTO waiting_changes (id, report, same_record, holder, import, fingerprint, step, said_code, said, was_code, was, since, came, how, ended_by, account, reason)
		SELECT 'waits', id, same_record, holder, '', 'print', 'closure', '', $2, '', '', 9, 9, '', '', '', '' FROM reports WHERE id = $1`, first, "Filed, says "+k.word())
	before := files()
	hits := func(in []string) (found []string) {
		for _, token := range k.all {
			for _, part := range []string{token, strings.ToLower(token), strings.ToUpper(token)} {
				if slices.ContainsFunc(in, func(s string) bool { return strings.Contains(s, part) }) && !slices.Contains(found, token) {
					found = append(found, token)
				}
			}
		}
		return found
	}
	if got := hits(before); len(got) < len(k.all)*3/4 {
		t.Fatalf("only %d of %d words are found before: the search is of no use", len(got), len(k.all))
	}
	counted := h.number(t, `SELECT count(*) FROM reports WHERE classification = $1`, report.Classification("58D", "Other criminal damage"))
	ledger := h.number(t, `SELECT count(*) FROM ledger_entries`)

	id := h.erase(t, person.VictimOf(first))
	if got := hits(files()); len(got) > 0 {
		t.Errorf("%d of %d words are left: %q", len(got), len(k.all), got)
	}
	if now := h.number(t, `SELECT count(*) FROM reports WHERE classification = $1`, report.Classification("58D", "Other criminal damage")); now != counted {
		t.Errorf("%d reports are counted, want %d as before", now, counted)
	}
	if now := h.number(t, `SELECT count(*) FROM ledger_entries`); now <= ledger {
		t.Error("the ledger lost entries")
	}
	if n := h.number(t, `SELECT count(*) FROM ledger_entries WHERE verb = 'erasure' AND what = 'report'`); n != 3 {
		t.Errorf("%d erasures in the ledger, want one for each record: 3", n)
	}
	if _, err := h.reports.One(t.Context(), ann, first); err == nil {
		t.Error("an erased report is shown")
	}
	if n := h.number(t, `SELECT count(*) FROM rows_aside WHERE cells LIKE '%Somebody else%'`); n != 1 {
		t.Error("the row of somebody else went too")
	}
	if n := h.number(t, `SELECT count(*) FROM views`); n != 1 {
		t.Errorf("%d saved views are left, want the one that names nobody", n)
	}
	if n := h.number(t, `SELECT count(*) FROM locks WHERE id = 'lock' AND set_by = 'ann' AND since = 7 AND reason = '' AND lifted IS NULL`); n != 1 {
		t.Error("who set a lock, and when, is not kept")
	}
	if n := h.number(t, `SELECT count(*) FROM glass WHERE verdict = 'justified' AND account = 'bo' AND reviewed_by = 'ann' AND opened = 7 AND reason = '' AND review = ''`); n != 1 {
		t.Error("the verdict of a review is not kept")
	}
	c, err := h.keep.Certificate(t.Context(), ann, id)
	if err != nil || c.Erased != 4 || len(c.Digests) != 4 || c.Kinds["crime"] != 4 || c.CheckedBy != "Bo Second" || len(c.Kept) != 0 {
		t.Errorf("certificate: %+v, %v", c, err)
	}
}

func write(t *testing.T, d *db.DB, statement string, args ...any) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement, args...) }); err != nil {
		t.Fatal(err)
	}
}

// TestALockStaysWithThePerson erases the report from which somebody was locked, while
// another speaks of him: he stays hidden, and what was written stays.
func TestALockStaysWithThePerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first := h.record(t, wrote("NM/1", "2015-01-05", mara, ed, "He said he would kill her."))
		h.record(t, wrote("NM/2", "2026-02-05", mara, ed, "He followed her home."))
		write(t, d, `INSERT INTO locks (id, set_by, since, reason, asked_by, asked_for, lifted_by) VALUES ('lock', 'ann', 7, 'A friend', '', '', '')`)
		write(t, d, `INSERT INTO lock_mentions (lock, mention) VALUES ('lock', $1)`, person.SuspectOf(first))
		write(t, d, `INSERT INTO glass (id, account, agency, holder, mention, cause, reason, opened, shuts, verdict, review, reviewed_by) VALUES ('glass', 'bo', 'police:1', 'haven', $1, 'danger', 'He waits', 7, 8, '', '', '')`, person.VictimOf(first))
		h.dispose(t, first)
		if n := h.number(t, `SELECT count(*) FROM lock_mentions x JOIN mentions m ON m.id = x.mention JOIN locks l ON l.id = x.lock WHERE l.reason = 'A friend'`); n != 1 {
			t.Errorf("he is hidden by %d locks, want 1", n)
		}
		if n := h.number(t, `SELECT count(*) FROM glass x JOIN mentions m ON m.id = x.mention WHERE x.reason = 'He waits'`); n != 1 {
			t.Error("the breaking of the glass is of nobody")
		}
	})
}

// TestAPatternLosesAReport erases one record of a pattern: the rest is a pattern of
// its own that says nothing of it, and what was decided stands.
func TestAPatternLosesAReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first := h.record(t, wrote("NM/1", "2015-01-05", mara, ed, "He said he would kill her."))
		second := h.record(t, wrote("NM/2", "2026-02-05", mara, ed, "He followed her home."))
		h.record(t, wrote("NM/3", "2026-03-05", mara, ed, "He followed her home."))
		sample := must[string](t)(h.audit.Draw(t.Context(), ann, "seed", 5, recording.Filter{}))
		decision := must[string](t)(h.audit.Decide(t.Context(), ann, first, recording.Stalking, "", "He threatened her in January", 3))
		if _, err := h.audit.Answer(t.Context(), bo, decision, recording.Confirm, "I agree"); err != nil {
			t.Fatal(err)
		}
		figures := must[recording.Results](t)(h.audit.Results(t.Context(), ann, sample))
		// One record alone: nothing proposes that but this test.
		h.dispose(t, first)
		all, _, err := h.audit.Worklist(t.Context(), ann, recording.Filter{}, 0, 50)
		if err != nil || len(all) != 1 || all[0].ID != second || all[0].Reports != 2 || all[0].Grave {
			t.Fatalf("the pattern: %+v, %v", all, err)
		}
		if all[0].State != recording.Confirmed {
			t.Errorf("its audit is %q, want confirmed", all[0].State)
		}
		about := must[[]recording.Decision](t)(h.audit.About(t.Context(), ann, second))
		if len(about) != 1 || about[0].Reason != "" || about[0].Verdict != recording.Stalking || about[0].Answers[0].Reason != "" {
			t.Errorf("decisions: %+v", about)
		}
		if now := must[recording.Results](t)(h.audit.Results(t.Context(), ann, sample)); fmt.Sprint(now) != fmt.Sprint(figures) {
			t.Errorf("the sample says %+v, and said %+v", now, figures)
		}
		h.erase(t, person.VictimOf(second))
		if now := must[recording.Results](t)(h.audit.Results(t.Context(), ann, sample)); fmt.Sprint(now) != fmt.Sprint(figures) {
			t.Errorf("all erased, the sample says %+v, and said %+v", now, figures)
		}
		for _, table := range []string{"people", "patterns", "accounts", "mentions", "mention_keys", "search_terms"} {
			if n := h.number(t, `SELECT count(*) FROM `+table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
	})
}

// dispose has one record proposed and carried out, whatever schedules say.
func (h house) dispose(t *testing.T, key string) string {
	t.Helper()
	id := db.NewID()
	if err := h.db.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Insert(t.Context(), "disposals", []string{"id", "agency", "ground", "reason", "proposed_by", "account", "proposed"}, [][]any{{id, accesstest.Agency, "request", "Test", ann.Name, ann.Account, 1}}); err != nil {
			return err
		}
		return tx.Insert(t.Context(), "disposal_reports", []string{"disposal", "report", "schedule"}, [][]any{{id, key, ""}})
	}); err != nil {
		t.Fatal(err)
	}
	h.agree(t, id)
	return id
}

// TestStoppedHalfway stops a disposal after its first record; it goes on from there.
func TestStoppedHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first := h.record(t, wrote("NM/1", "2026-01-05", mara, ed, "He followed her home."))
		other := h.record(t, wrote("NM/2", "2026-02-05", mara, ed, "He followed her home."))
		id := must[string](t)(h.keep.ProposePerson(t.Context(), ann, person.VictimOf(first), "Asked in writing"))
		if err := h.keep.Check(t.Context(), bo, id, true, "Nothing needs it"); err != nil {
			t.Fatal(err)
		}
		var destroyed, moved []string
		h.keep.Destroy = func(_ context.Context, _ *db.Tx, mention string) error {
			if destroyed = append(destroyed, mention); len(destroyed) == 3 {
				return fault.Conflict // the first of the second record
			}
			return nil
		}
		h.keep.Move = func(_ context.Context, _ *db.Tx, mention, to string) error {
			moved = append(moved, mention+" "+to)
			return nil
		}
		if err := h.keep.Work(t.Context()); err == nil {
			t.Fatal("carried out though keys could not be destroyed")
		}
		if n := h.number(t, `SELECT count(*) FROM erasures`); n != 1 {
			t.Errorf("%d records were erased before it stopped, want 1", n)
		}
		if _, err := h.keep.Certificate(t.Context(), ann, id); err == nil {
			t.Error("certified before it was done")
		}
		if err := h.keep.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c, err := h.keep.Certificate(t.Context(), ann, id); err != nil || c.Erased != 2 {
			t.Errorf("certificate: %+v, %v", c, err)
		}
		if len(destroyed) != 5 || destroyed[2] != destroyed[3] {
			t.Errorf("keys destroyed of %v: want each mention, and once more where it failed", destroyed)
		}
		if len(moved) != 2 || moved[0][:16] != first || moved[0][18:34] != other || moved[0][16] != moved[0][34] {
			t.Errorf("moved: %v, want what is kept with %s to %s, each side", moved, first, other)
		}
	})
}
