package access_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/ledger"
)

const (
	north = "police:1"
	south = "police:2"
)

// An office is two agencies with a report each, r1 of police:1 and r2 of police:2;
// each names a victim and a suspect.
type office struct {
	d                                             *db.DB
	g                                             *access.Guard
	ann, bob, sup, auditor, custodian, admin, far access.Actor
}

func open(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{d: d, g: accesstest.Guard(t, d)}
	o.g.Shut = func(_ context.Context, _ db.Querier, mentions []string) ([]string, error) { return mentions, nil }
	o.g.Who = func(_ context.Context, _ db.Querier, accounts []string) (map[string]access.Colleague, error) {
		all := map[string]access.Colleague{}
		for _, a := range accounts {
			c := access.Colleague{Name: strings.ToUpper(a[:1]) + a[1:] + " Marchbanks", Agency: north}
			if a == "far" {
				c.Agency = south
			}
			all[a] = c
		}
		return all, nil
	}
	o.ann = accesstest.Somebody(t, d, north, "ann", access.Officer)
	o.bob = accesstest.Somebody(t, d, north, "bob", access.Officer)
	o.sup = accesstest.Somebody(t, d, north, "sup", access.Supervisor)
	o.auditor = accesstest.Somebody(t, d, north, "aud", access.Auditor)
	o.custodian = accesstest.Somebody(t, d, north, "cus", access.Custodian)
	o.admin = accesstest.Somebody(t, d, north, "adm", access.Administrator)
	o.far = accesstest.Somebody(t, d, south, "far", access.Officer, access.Auditor)
	for i, agency := range []string{north, south} {
		o.write(t, func(ctx context.Context, tx *db.Tx) error {
			r := fmt.Sprint("r", i+1)
			if err := tx.Exec(ctx, `INSERT INTO reports (id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification, occurrences, relationship, place, narrative, outcome, victim, suspect, extra, fingerprint, same_record, replaced_by, import, line, taken_in_by, taken_in, holder)
				VALUES ($1, '', '', '', '', 0, '', '', '', '', '', 1, '', '', '', '', '{}', '{}', '{}', $1, '', '', '', 0, '', 0, $2)`, r, agency); err != nil {
				return err
			}
			if err := tx.Exec(ctx, `INSERT INTO accounts (report, victim, suspect, says) VALUES ($1, $2, $3, '')`, r, r+"v", r+"s"); err != nil {
				return err
			}
			for _, m := range []string{r + "v", r + "s"} {
				if err := tx.Exec(ctx, `INSERT INTO mentions (id, report, person, probability, name, born, prepared, holder) VALUES ($1, $2, $1, 1, '', '', $3, $4)`, m, r, []byte{}, agency); err != nil {
					return err
				}
				if err := tx.Exec(ctx, `INSERT INTO people (id, name, born, as_victim, as_suspect, pool) VALUES ($1, $2, '', 0, 0, $3)`, m, "Mara "+m, agency); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return o
}

func (o *office) write(t testing.TB, f func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := o.d.Write(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func (o *office) look(t testing.TB, by access.Actor, what, id string, about ...string) {
	t.Helper()
	if err := o.g.Look(t.Context(), by, access.ReadReport, func(_ *db.View, s *access.Sight) error { s.Saw(what, id, about...); return nil }); err != nil {
		t.Fatal(err)
	}
}

// flag closes a person to an account.
func (o *office) flag(t testing.TB, by access.Actor, mention, account string) string {
	t.Helper()
	id, err := o.g.Flag(t.Context(), by, mention, []string{account}, nil, "They are friends")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func told(all []access.Entry) string {
	var lines []string
	for _, e := range all {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Account, e.What, e.On, strings.Join(e.About, "+"))))
	}
	return strings.Join(lines, "; ")
}

func TestEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.look(t, o.ann, "report", "r1")
		o.look(t, o.bob, "person", "r1v", "r1v", "r1s")
		o.look(t, o.far, "report", "r2")
		if err := o.g.Look(t.Context(), o.ann, access.ReadLedger, nil); !errors.Is(err, fault.Forbidden) {
			t.Errorf("an officer reads the ledger: %v", err)
		}
		now := time.Now()
		for name, c := range map[string]struct {
			f    access.Search
			want string
		}{
			"all":           {access.Search{}, "ann; bob person r1v r1s+r1v; ann report r1"},
			"one account":   {access.Search{Account: "bob"}, "bob person r1v r1s+r1v"},
			"another's":     {access.Search{Account: "far"}, ""},
			"a thing":       {access.Search{What: "report", On: "r1"}, "ann report r1"},
			"another thing": {access.Search{What: "report", On: "r2"}, ""},
			"a person":      {access.Search{Person: "r1v"}, "bob person r1v r1s+r1v; ann report r1"},
			"and account":   {access.Search{Person: "r1s", Account: "ann"}, "ann report r1"},
			"refused":       {access.Search{Outcome: access.Refused}, "ann"},
			"an outcome":    {access.Search{Outcome: string(access.NoRole)}, "ann"},
			"an action":     {access.Search{Action: access.ReadReport}, "bob person r1v r1s+r1v; ann report r1"},
			"since":         {access.Search{Since: now.Add(time.Hour)}, ""},
			"until":         {access.Search{Until: now.Add(-time.Hour)}, ""},
			"within":        {access.Search{Since: now.Add(-time.Hour), Until: now.Add(time.Hour), Account: "bob"}, "bob person r1v r1s+r1v"},
		} {
			all, total, err := o.g.Entries(t.Context(), o.auditor, c.f, 0, 50)
			if err != nil {
				t.Fatal(name, err)
			}
			var theirs []access.Entry
			for _, e := range all {
				if e.Account != "aud" {
					theirs = append(theirs, e)
				}
			}
			if got := told(theirs); got != c.want || total != len(all) {
				t.Errorf("%s: %q of %d, want %q", name, got, total, c.want)
			}
		}
		if _, err := o.g.Agreements(t.Context(), o.admin); err != nil {
			t.Fatal(err)
		}
		looked, _, err := o.g.Entries(t.Context(), o.auditor, access.Search{Account: "adm"}, 0, 1)
		if err != nil || len(looked) != 1 || looked[0].Verb != "consultation" {
			t.Errorf("to look at agreements is %+v, %v", looked, err)
		}
		all, total, err := o.g.Entries(t.Context(), o.auditor, access.Search{Action: access.ReadReport}, 1, 1)
		if err != nil || total != 2 || told(all) != "ann report r1" {
			t.Errorf("second page of one: %q of %d, %v", told(all), total, err)
		}
	})
}

// TestEntriesOfTheHidden keeps from an auditor what a lock closes to them: the looks
// at the person, at what the person is in, and the lock itself.
func TestEntriesOfTheHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.look(t, o.ann, "report", "r1")
		o.look(t, o.ann, "person", "r1v", "r1v")
		o.look(t, o.ann, "person", "x", "r1s")
		o.flag(t, o.ann, "r1s", "aud")
		for _, f := range []access.Search{{}, {Account: "ann"}, {Person: "r1s"}} {
			all, _, err := o.g.Entries(t.Context(), o.auditor, f, 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range all {
				if e.Account == "ann" && e.On != "r1v" {
					t.Errorf("%+v: %s", f, told(all))
				}
			}
		}
		var b bytes.Buffer
		if err := o.g.Export(t.Context(), o.auditor, access.Search{}, "The Commissioner", &b); err != nil || strings.Contains(b.String(), "r1s") {
			t.Errorf("%v\n%s", err, b.String())
		}
	})
}

func TestLookedAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.look(t, o.ann, "report", "r1")
		o.look(t, o.ann, "person", "x", "r1v")
		o.look(t, o.far, "person", "r1v", "r1v")
		o.look(t, o.bob, "report", "r2")
		if _, err := o.g.LookedAt(t.Context(), o.ann, "r1v", 0, 50); !errors.Is(err, fault.Forbidden) {
			t.Errorf("an officer: %v", err)
		}
		l, err := o.g.LookedAt(t.Context(), o.sup, "r1v", 0, 50)
		if err != nil || told(l.Own) != "ann person x r1v; ann report r1" && told(l.Own) != "ann person x; ann report r1" || l.Total != 2 {
			t.Errorf("%q, %+v, %v", told(l.Own), l, err)
		}
		if len(l.Others) != 1 || l.Others[0] != (access.Other{Agency: south, Purpose: access.Protect}) {
			t.Errorf("others: %+v", l.Others)
		}
		if l, err = o.g.LookedAt(t.Context(), o.sup, "r1v", 2, 1); err != nil || told(l.Own) != "ann report r1" || l.Total != 3 {
			t.Errorf("page of one: %+v, %v", l, err)
		}
		if _, err := o.g.LookedAt(t.Context(), o.sup, "r2v", 0, 50); !errors.Is(err, fault.NotFound) {
			t.Errorf("held by another agency: %v", err)
		}
		o.flag(t, o.ann, "r1v", "sup")
		if _, err := o.g.LookedAt(t.Context(), o.sup, "r1v", 0, 50); !errors.Is(err, fault.NotFound) {
			t.Errorf("hidden by a lock: %v", err)
		}
		// What joins two people joins who has looked at them.
		o.write(t, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE mentions SET person = 'r1s' WHERE id = 'r1v'`)
		})
		o.sup = accesstest.Somebody(t, d, north, "sue", access.Champion)
		if l, err = o.g.LookedAt(t.Context(), o.sup, "r1s", 0, 50); err != nil || !strings.Contains(told(l.Own), "ann person x") {
			t.Errorf("under an earlier id: %q, %v", told(l.Own), err)
		}
	})
}

func TestExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		evil := accesstest.Somebody(t, d, north, "=cmd()", access.Officer)
		o.look(t, evil, "report", "r1", "r1v", "r1s")
		o.look(t, o.far, "report", "r2")
		var b bytes.Buffer
		if err := o.g.Export(t.Context(), o.auditor, access.Search{}, " ", &b); b.Len() > 0 || err == nil {
			t.Errorf("to nobody: %v, %q", err, b.String())
		}
		if err := o.g.Export(t.Context(), o.ann, access.Search{}, "Me", &b); b.Len() > 0 || !errors.Is(err, fault.Forbidden) {
			t.Errorf("by an officer: %v, %q", err, b.String())
		}
		if err := o.g.Export(t.Context(), o.auditor, access.Search{Account: "=cmd()"}, "Information Commissioner", &b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][2] != "'=cmd()" || rows[1][11] != "r1s r1v" || rows[1][14] != "done" {
			t.Errorf("%q, %v", rows, err)
		}
		all, _, err := o.g.Entries(t.Context(), o.auditor, access.Search{Account: "aud"}, 0, 1)
		if err != nil || len(all) != 1 || all[0].Verb != "disclosure" || all[0].Recipient != "Information Commissioner" {
			t.Errorf("the ledger holds %+v, %v", all, err)
		}
	})
}

// TestExportIsLong reads in parts: what is written must be what is there.
func TestExportIsLong(t *testing.T) {
	d := dbtest.SQLite(t)
	o := open(t, d)
	o.write(t, func(ctx context.Context, tx *db.Tx) error {
		for range 4001 {
			if err := ledger.Note(ctx, tx, ledger.Entry{Account: "ann", Agency: north, Verb: ledger.Consultation, Action: "read", Outcome: ledger.Done}); err != nil {
				return err
			}
		}
		return nil
	})
	var b bytes.Buffer
	if err := o.g.Export(t.Context(), o.auditor, access.Search{}, "The Commissioner", &b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 4002 || rows[1][0] != "4000" || rows[4001][0] != "0" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestExplain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		ask := func(by access.Actor, account string, a access.Action, what, id string) (access.Answer, error) {
			return o.g.Explain(t.Context(), by, account, a, access.Thing{What: what, ID: id})
		}
		if _, err := ask(o.sup, "ann", "", "", ""); !errors.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor asks: %v", err)
		}
		if _, err := ask(o.admin, "far", "", "", ""); !errors.Is(err, fault.NotFound) {
			t.Errorf("about another agency's: %v", err)
		}
		a, err := ask(o.admin, "ann", "", "", "")
		if err != nil || a.Name != "Ann Marchbanks" || len(a.Rights) != len(access.Actions()) {
			t.Fatalf("%+v, %v", a, err)
		}
		for _, r := range a.Rights {
			switch r.Action {
			case access.ReadReport:
				if !r.Allowed || r.Reason != access.ByRole || fmt.Sprint(r.By) != "[officer]" {
					t.Errorf("%+v", r)
				}
			case access.ManageLocks:
				if r.Allowed || r.Reason != access.NoRole || fmt.Sprint(r.By) != "[custodian]" || !r.Fresh {
					t.Errorf("%+v", r)
				}
			}
		}
		if a, err := ask(o.admin, "ann", access.ReadPerson, "", ""); err != nil || len(a.Rights) != 1 {
			t.Errorf("one action: %+v, %v", a, err)
		}
		sees := func(account, what, id string, want access.Seeing) {
			t.Helper()
			if a, err := ask(o.admin, account, "", what, id); err != nil || a.Sees != want {
				t.Errorf("%s sees %s %s: %q, %v, want %q", account, what, id, a.Sees, err, want)
			}
		}
		for what, id := range map[string]string{"report": "r1", "person": "r1v", "pattern": "r1"} {
			sees("ann", what, id, access.Seen)
			sees("aud", what, id, access.NoRoles)
			sees("ann", what, "nothing", access.NotSeen)
		}
		sees("ann", "report", "r2", access.NotSeen)
		sees("ann", "person", "r2v", access.NotSeen)
		o.flag(t, o.bob, "r1v", "ann")
		for what, id := range map[string]string{"report": "r1", "person": "r1v", "pattern": "r1"} {
			sees("ann", what, id, access.NotSeen)
			sees("bob", what, id, access.Seen)
		}
		o.flag(t, o.bob, "r1s", "adm")
		sees("bob", "report", "r1", access.NotSeen) // of what is hidden from whoever asks
		sees("bob", "person", "r1s", access.NotSeen)
	})
}

// TestPlansOfTheAudit goes by an index, whatever is asked.
func TestPlansOfTheAudit(t *testing.T) {
	d := dbtest.SQLite(t)
	o := open(t, d)
	o.look(t, o.ann, "report", "r1")
	now := time.Now()
	plans, _ := dbtest.Plans(t, d, func() {
		for _, f := range []access.Search{{}, {Since: now.Add(-time.Hour), Until: now.Add(time.Hour)}, {Outcome: access.Refused}, {Account: "ann"}, {What: "report", On: "r1"}, {Person: "r1v"}, {Person: "r1v", Account: "ann"}} {
			if _, _, err := o.g.Entries(t.Context(), o.auditor, f, 0, 50); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.g.LookedAt(t.Context(), o.sup, "r1v", 0, 50); err != nil {
			t.Fatal(err)
		}
		if _, err := o.g.FindUnusual(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	refused := 0
	for _, p := range plans {
		if strings.Contains(strings.Join(p.Steps, " "), "ledger_entries_refused") {
			refused++
		}
		if !strings.Contains(p.Query, "ledger_entries") {
			continue
		}
		for _, of := range p.Scans() {
			if strings.HasPrefix(of, "e") || strings.HasPrefix(of, "x") || strings.HasPrefix(of, "a ") || strings.HasPrefix(of, "ledger") {
				t.Errorf("%s\nreads the whole of %s: %q", p.Query, of, p.Steps)
			}
		}
		if strings.Contains(p.Query, "LIMIT $") {
			for _, s := range p.Steps {
				if strings.Contains(s, "TEMP B-TREE FOR ORDER BY") && !strings.Contains(p.Query, "mentions") {
					t.Errorf("%s\nsorts all to show some: %q", p.Query, p.Steps)
				}
			}
		}
	}
	if refused != 2 { // the count and the list
		t.Errorf("%d queries go by the index of what was refused, want 2", refused)
	}
}

// TestUnusual finds the flood, the drip and the family name, shows them to nobody
// they are about, and keeps what a reviewer found out.
func TestUnusual(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		d, err := db.Open(t.Context(), where, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		o := open(t, d)
		o.write(t, func(ctx context.Context, tx *db.Tx) error {
			for i := range 80 {
				if err := tx.Exec(ctx, `INSERT INTO people (id, name, born, as_victim, as_suspect, pool) VALUES ($1, $2, '', 0, 0, $3)`, fmt.Sprint("m", i), fmt.Sprint("Person Number", i), north); err != nil {
					return err
				}
			}
			return tx.Exec(ctx, `UPDATE people SET name = 'Old Marchbanks' WHERE id = 'm3'`)
		})
		start := now
		for day := range 25 {
			now = start.AddDate(0, 0, day)
			o.look(t, o.bob, "person", "", fmt.Sprint("m", 4+day%6))
			if day%4 == 0 { // seven days of six weeks: nobody else does
				o.look(t, o.ann, "person", "", "r1v")
			}
			if day%4 == 2 { // and somebody who does something about the person
				o.look(t, o.ann, "person", "", "r1s")
				if err := o.g.Act(t.Context(), o.ann, access.RecordReport, func(_ *db.Tx, s *access.Sight) error { s.Saw("report", "", "r1s"); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			if day == 10 || day == 12 {
				o.look(t, o.bob, "person", "", "m3")
			}
		}
		for i := range 60 {
			o.look(t, o.sup, "person", "", fmt.Sprint("m", 20+i))
		}
		if _, _, err := o.g.Unusual(t.Context(), o.sup, 0, 50); !errors.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor: %v", err)
		}
		kinds := func(by access.Actor) map[access.Kind]access.Item {
			t.Helper()
			all, total, err := o.g.Unusual(t.Context(), by, 0, 50)
			if err != nil || total != len(all) {
				t.Fatal(total, err)
			}
			m := map[access.Kind]access.Item{}
			for _, i := range all {
				m[i.Kind] = i
			}
			return m
		}
		if n, err := o.g.FindUnusual(t.Context()); err != nil || n != 3 {
			t.Errorf("%d found, %v", n, err)
		}
		got := kinds(o.auditor)
		if i := got[access.Drip]; i.Account != "ann" || i.Person != "r1v" || i.Seen != 7 || i.First.Format(time.DateOnly) != "2026-03-02" || i.Last.Format(time.DateOnly) != "2026-03-26" {
			t.Errorf("drip: %+v", i)
		}
		if i := got[access.Flood]; i.Account != "sup" || i.Seen != 60 || i.Usual != 1 {
			t.Errorf("flood: %+v", i)
		}
		if i := got[access.Kin]; i.Account != "bob" || i.Person != "m3" || i.Seen != 2 {
			t.Errorf("kin: %+v", i)
		}
		if n, err := o.g.FindUnusual(t.Context()); err != nil || n != 0 {
			t.Errorf("found again: %d, %v", n, err)
		}
		// Who looked at whom is hidden from whom it is closed to, and from whoever looked.
		annAudits := accesstest.Somebody(t, d, north, "ann", access.Auditor)
		annAudits.Proved = now
		if _, ok := kinds(annAudits)[access.Drip]; ok {
			t.Error("an auditor reads of their own looking")
		}
		drip := got[access.Drip].ID
		if err := o.g.CloseUnusual(t.Context(), annAudits, drip, "It was work"); !errors.Is(err, fault.NotFound) {
			t.Errorf("closed by whoever looked: %v", err)
		}
		if err := o.g.CloseUnusual(t.Context(), o.far, drip, "It was work"); !errors.Is(err, fault.NotFound) {
			t.Errorf("closed by another agency: %v", err)
		}
		if n := len(kinds(o.far)); n != 0 {
			t.Errorf("another agency reads %d items", n)
		}
		lock := o.flag(t, o.bob, "r1v", "cus")
		if _, ok := kinds(o.custodian)[access.Drip]; ok || lock == "" {
			t.Error("an item about somebody who is hidden")
		}
		if err := o.g.CloseUnusual(t.Context(), o.auditor, drip, " "); err == nil {
			t.Error("closed without a reason")
		}
		if err := o.g.CloseUnusual(t.Context(), o.auditor, drip, "Her sergeant asked her to"); err != nil {
			t.Fatal(err)
		}
		if err := o.g.CloseUnusual(t.Context(), o.auditor, drip, "Again"); !errors.Is(err, fault.Conflict) {
			t.Errorf("closed twice: %v", err)
		}
		if i, err := o.g.UnusualItem(t.Context(), o.auditor, drip); err != nil || i.Why != "Her sergeant asked her to" || i.ClosedBy != "aud" || !i.Closed.Equal(now) {
			t.Errorf("%+v, %v", i, err)
		}
		if n, err := o.g.FindUnusual(t.Context()); err != nil || n != 0 {
			t.Errorf("found again at once: %d, %v", n, err)
		}
		for _, statement := range []string{`UPDATE unusual_closed SET why = ''`, `DELETE FROM unusual_looking`} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement) }); err == nil {
				t.Errorf("%s was done", statement)
			}
		}
	})
}
