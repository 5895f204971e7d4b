package report

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/law"
	"clew/internal/warning"
	saying "clew/internal/words"
)

// A Change is one thing that a newer version of a record says otherwise and that a
// hold stops: recorded as something other than stalking, graded no higher, closed.
// What else that version says is taken in. The change waits beside the record, and
// what stood before it counts, until somebody senior decides or no hold stops it.
type Change struct {
	ID      string
	Report  string // the version that counted when it came
	Holder  string
	Import  string // empty when it was typed in
	Step    warning.Step
	Said    Said      // as it came
	Was     Said      // as it stood
	Since   time.Time // when a version first said so
	Came    time.Time // when this one did
	Ended   time.Time // zero while it waits
	How     How       // empty while it waits
	By      string    // who decided, or Clew
	Account string
	Reason  string

	same string
}

// Said is what a version says where holds guard: the code and title of an offence; a
// column and the grade in it; or nothing and an outcome.
type Said struct{ Code, Text string }

// Words is what was said, for a reader.
func (s Said) Words() string {
	switch {
	case s.Text != "" && s.Code != "":
		return s.Text + " (" + s.Code + ")"
	case s.Text+s.Code == "":
		return "nothing"
	}
	return s.Text + s.Code
}

// StepWords names what a hold guards, for a reader.
func StepWords(s warning.Step) string {
	return map[warning.Step]string{warning.Classify: "Recorded as", warning.Grade: "Grade of the risk", warning.Close: "Outcome"}[s]
}

// HeldUp says how many changes an import brought that holds stopped, and how many of
// them wait still.
func HeldUp(came, waits int) string {
	text := saying.Count(came, "change", "changes") + " to what a report is recorded as, to its grade or to its outcome came in this file while an early warning held it up. All else is in. "
	switch {
	case waits == 0:
		return text + "None waits any more."
	case waits == came && came == 1:
		return text + "It waits for somebody senior to decide."
	case waits == came:
		return text + "They wait for somebody senior to decide."
	}
	return text + saying.Thousands(waits) + " of them wait for somebody senior to decide."
}

// How a change ended.
type How string

// The ways there are.
const (
	Allowed  How = "allowed"  // by somebody senior: it counts
	Refused  How = "refused"  // by somebody senior: what stood before counts
	Cleared  How = "cleared"  // nothing stopped it any more: it counts
	Replaced How = "replaced" // a newer version came
	Erased   How = "erased"
)

// Words is the end as a page shows it.
func (h How) Words() string {
	switch h {
	case Allowed:
		return "Allowed"
	case Refused:
		return "Refused"
	case Cleared:
		return "Taken in: no hold stops it any more"
	case Replaced:
		return "Replaced by a newer version"
	case Erased:
		return "Erased"
	}
	return "Waits"
}

// A Supposed change is one that a version would make to a report that is held.
type Supposed struct {
	Key  string // of the version that counts
	Step warning.Step
	Said Said
}

// A Stopping says of each of some changes why a hold stops it; "" when none does.
type Stopping func(ctx context.Context, q db.Querier, sight *access.Sight, all []Supposed) ([]string, error)

// guarded is what a newer version of a record says otherwise, of what holds guard.
func guarded(was, now *Record) (all []warning.Step) {
	before, after := law.FamilyOf(was.OffenceCode, was.Offence) == law.Stalking, law.FamilyOf(now.OffenceCode, now.Offence) == law.Stalking
	said := now.OffenceCode+now.Offence != ""
	if before && !after || !after && said && (was.OffenceCode != now.OffenceCode || fold(was.Offence) != fold(now.Offence)) {
		all = append(all, warning.Classify)
	}
	if i := gradeOf(now); i >= 0 {
		old := ""
		if j := gradeOf(was); j >= 0 {
			old = was.Extra[j].Value
		}
		if fold(old) != fold(now.Extra[i].Value) && !higher(old, now.Extra[i].Value) {
			all = append(all, warning.Grade)
		}
	}
	if closes(now.Outcome) && !closes(was.Outcome) {
		all = append(all, warning.Close)
	}
	return all
}

// grades are the columns that hold the grade of a risk, letters alone, and the words
// they hold, the lowest first.
var (
	gradeColumns = []string{"grade", "risk", "riskgrade", "riskgrading", "risklevel", "riskrating", "dashgrade", "dashrisk", "dashrisklevel", "dararisk", "daragrade"}
	gradeWords   = [][]string{{"low", "standard"}, {"medium", "moderate"}, {"high"}, {"very high", "critical", "grave"}}
)

// gradeOf is the place of the column that holds the grade, or -1: a column that is
// not in the extract says nothing.
func gradeOf(r *Record) int {
	return slices.IndexFunc(r.Extra, func(e Extra) bool {
		name := strings.Map(func(c rune) rune {
			if c < 'a' || c > 'z' {
				return -1
			}
			return c
		}, strings.ToLower(e.Column))
		return slices.Contains(gradeColumns, name)
	})
}

// higher reports whether a grade is surely higher than the one before, or high when
// there was none.
func higher(was, now string) bool {
	rank := func(s string) int {
		return slices.IndexFunc(gradeWords, func(words []string) bool { return slices.Contains(words, fold(s)) })
	}
	if was == "" {
		return rank(now) >= 2
	}
	return rank(was) >= 0 && rank(now) > rank(was)
}

// closing are words of outcomes that end an investigation.
var closing = []string{"no further action", "nfa", "closed", "filed", "undetected", "discontinued", "no crime", "cancelled", "withdrawn", "evidential", "not in the public interest", "no suspect", "does not support", "community resolution", "caution"}

// closes reports whether an outcome ends an investigation: every outcome of the Home
// Office's list but 1, charged or summonsed, or words that say so.
func closes(outcome string) bool {
	text := fold(outcome)
	number := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "outcome"), " type"), " "))
	end := strings.IndexFunc(number, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(number)
	}
	if n, err := strconv.Atoi(number[:end]); err == nil {
		return n >= 2 && n <= 22
	}
	in := strings.FieldsFunc(text, notOfWord)
	return slices.ContainsFunc(closing, func(w string) bool {
		return strings.Contains(w, " ") && strings.Contains(text, w) || slices.Contains(in, w)
	})
}

// says is what a record says where a hold guards a step.
func (r *Record) says(step warning.Step) Said {
	switch step {
	case warning.Classify:
		return Said{r.OffenceCode, r.Offence}
	case warning.Grade:
		if i := gradeOf(r); i >= 0 {
			return Said{r.Extra[i].Column, r.Extra[i].Value}
		}
		return Said{}
	}
	return Said{"", r.Outcome}
}

// Put makes a record say it.
func (r *Record) Put(step warning.Step, s Said) {
	switch step {
	case warning.Classify:
		r.OffenceCode, r.Offence = s.Code, s.Text
	case warning.Grade:
		r.Extra = slices.Clone(r.Extra)
		if i := gradeOf(r); i >= 0 {
			r.Extra[i].Value = s.Text
		} else if s.Code != "" {
			r.Extra = append(r.Extra, Extra{s.Code, s.Text})
		}
	case warning.Close:
		r.Outcome = s.Text
	}
}

// A weighing is what of a lot of records holds stop.
type weighing struct {
	base    map[[16]byte]string  // the key of the version held, by same record
	now     map[[16]byte]*Record // what counts by now: of it, what holds guard
	stopped map[Supposed]bool
	waiting map[[16]byte][]Change // that waited before
	pending []Change
	prints  []string // of pending
}

// weigh finds out which of the records change what a hold guards, all at once.
func weigh(ctx context.Context, tx *db.Tx, sight *access.Sight, before *held, records []*Record, versions []version, stops Stopping) (*weighing, error) {
	w := &weighing{map[[16]byte]string{}, map[[16]byte]*Record{}, map[Supposed]bool{}, map[[16]byte][]Change{}, nil, nil}
	if stops == nil {
		return w, nil
	}
	newer := map[[16]byte][]*Record{}
	var order [][16]byte
	if err := w.renamed(ctx, tx, sight, before, records, versions); err != nil {
		return nil, err
	}
	for i, r := range records {
		same := versions[i].same
		if versions[i].whole == "" || before.latest[same] == "" && w.base[same] == "" {
			continue
		}
		if newer[same] == nil {
			order = append(order, same)
		}
		newer[same] = append(newer[same], r)
	}
	for some := range slices.Chunk(order, mostKnown) {
		var keys, sames []string
		of := map[string][][16]byte{}
		for _, same := range some {
			key := cmp.Or(before.latest[same], w.base[same])
			keys, sames, of[key] = append(keys, key), append(sames, hex.EncodeToString(same[:])), append(of[key], same)
		}
		type row struct {
			key string
			Record
		}
		err := db.Each(ctx, tx, func(r db.Row) (x row, err error) {
			var extra string
			if err := r.Scan(&x.key, &x.OffenceCode, &x.Offence, &x.Outcome, &extra); err != nil || extra == "null" {
				return x, err
			}
			return x, json.Unmarshal([]byte(extra), &x.Extra)
		}, func(x row) error {
			for _, same := range of[x.key] {
				w.base[same], w.now[same] = x.key, &x.Record
			}
			return nil
		}, `SELECT id, offence_code, offence, outcome, extra FROM reports WHERE id IN (`+db.List(1, len(keys))+`)`, db.Args(keys)...)
		if err != nil {
			return nil, fmt.Errorf("versions that count: %w", err)
		}
		waiting, err := db.All(ctx, tx, scanChange, selectChanges+`WHERE w.ended IS NULL AND w.same_record IN (`+db.List(1, len(sames))+`) ORDER BY w.id`, db.Args(sames)...)
		if err != nil {
			return nil, fmt.Errorf("changes that wait: %w", err)
		}
		for _, c := range waiting {
			b, err := hex.DecodeString(c.same)
			if err != nil {
				return nil, err
			}
			w.waiting[[16]byte(b)] = append(w.waiting[[16]byte(b)], c)
		}
	}
	var all []Supposed
	for _, same := range order {
		last := w.now[same]
		for _, r := range newer[same] {
			for _, was := range []*Record{w.now[same], last} {
				for _, step := range guarded(was, r) {
					if s := (Supposed{w.base[same], step, r.says(step)}); !slices.Contains(all, s) {
						all = append(all, s)
					}
				}
			}
			last = r
		}
	}
	if len(all) == 0 {
		return w, nil
	}
	why, err := stops(ctx, tx, sight, all)
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	for i, s := range all {
		w.stopped[s] = why[i] != ""
	}
	return w, nil
}

// renamed finds the version that counts of records which a row corrects in the very name
// of a party: by the agency's reference, and by the other party. It is no version of
// the same record as these are kept, and what it changes is guarded all the same.
func (w *weighing) renamed(ctx context.Context, tx *db.Tx, sight *access.Sight, before *held, records []*Record, versions []version) error {
	type row struct {
		key, agency, record string
		victim, suspect     Party
	}
	fresh := map[[2]string][]int{} // places among the records
	var references []string
	for i, r := range records {
		if versions[i].whole != "" && before.latest[versions[i].same] == "" && r.ID != "" {
			of := [2]string{r.Agency, r.ID}
			fresh[of], references = append(fresh[of], i), append(references, Reference(r.ID))
		}
	}
	for some := range slices.Chunk(references, 2*mostKnown) {
		open, args := sight.OpenReport("reports.id", append(db.Args(some), sight.Agency))
		there := map[[2]string][]row{}
		err := db.Each(ctx, tx, func(r db.Row) (x row, err error) {
			var victim, suspect string
			if err := r.Scan(&x.key, &x.agency, &x.record, &victim, &suspect); err != nil {
				return x, err
			}
			return x, errors.Join(json.Unmarshal([]byte(victim), &x.victim), json.Unmarshal([]byte(suspect), &x.suspect))
		}, func(x row) error {
			of := [2]string{x.agency, x.record}
			there[of] = append(there[of], x)
			return nil
		}, `SELECT id, agency, record, victim, suspect FROM reports WHERE reference IN (`+db.List(1, len(some))+`) AND holder = `+db.List(len(some)+1, 1)+` AND replaced_by = '' AND erased IS NULL`+open, args...)
		if err != nil {
			return fmt.Errorf("records by reference: %w", err)
		}
		for of, held := range there {
			for _, i := range fresh[of] {
				var alike []row
				for _, x := range held {
					if r := records[i]; r.Victim.called(&x.victim) || r.Suspect.called(&x.suspect) {
						alike = append(alike, x)
					}
				}
				if len(alike) == 1 {
					w.base[versions[i].same] = alike[0].key
				}
			}
		}
	}
	return nil
}

// called reports whether two parties were written with one name or one reference.
func (p *Party) called(q *Party) bool {
	if p.Ref != "" && p.Ref == q.Ref {
		return true
	}
	return p.GivenName+p.FamilyName != "" && fold(p.GivenName) == fold(q.GivenName) && fold(p.FamilyName) == fold(q.FamilyName)
}

// hold leaves in a version what counts, where a hold stops what it says, and gives
// what it left out.
func (w *weighing) hold(same [16]byte, r *Record) (all []Change) {
	was := w.now[same]
	if was == nil {
		return nil
	}
	for _, step := range guarded(was, r) {
		c := Change{Step: step, Said: r.says(step), Was: was.says(step)}
		if w.stopped[Supposed{w.base[same], step, c.Said}] {
			all = append(all, c)
			r.Put(step, c.Was)
		}
	}
	w.now[same] = r
	return all
}

// wait keeps what a version says and a hold stops, beside the one that counts. What
// waited of the same record before waits no more.
func (w *weighing) wait(same [16]byte, key, print string, all []Change, by *access.Actor, source string, now time.Time) {
	text := hex.EncodeToString(same[:])
	for i := range w.pending {
		if c := &w.pending[i]; c.same == text && c.Ended.IsZero() {
			c.Ended, c.How, c.By = now, Replaced, by.Name
			w.waiting[same] = append(w.waiting[same], *c)
		}
	}
	for _, c := range all {
		c.ID, c.Report, c.Holder, c.Import, c.Since, c.Came, c.same = db.NewID(), key, by.Agency, source, now, now, text
		for _, old := range w.waiting[same] {
			if old.Step == c.Step && old.Said == c.Said && old.Since.Before(c.Since) {
				c.Since = old.Since
			}
		}
		w.pending, w.prints = append(w.pending, c), append(w.prints, print)
	}
}

// keep writes what waits, and ends what a newer version replaced.
func (w *weighing) keep(ctx context.Context, tx *db.Tx, came map[[16]byte]bool, by *access.Actor) error {
	for same := range came {
		for _, c := range w.waiting[same] {
			if !c.Ended.IsZero() {
				continue // it came and went in this very lot
			}
			if err := End(ctx, tx, c.ID, Replaced, by, ""); err != nil {
				return err
			}
		}
	}
	rows := make([][]any, len(w.pending))
	for i, c := range w.pending {
		var ended any
		if !c.Ended.IsZero() {
			ended = c.Ended.UnixMicro()
		}
		rows[i] = []any{c.ID, c.Report, c.same, c.Holder, c.Import, w.prints[i], string(c.Step), c.Said.Code, c.Said.Text, c.Was.Code, c.Was.Text, c.Since.UnixMicro(), c.Came.UnixMicro(), ended, string(c.How), c.By, "", ""}
	}
	return tx.Insert(ctx, "waiting_changes", []string{"id", "report", "same_record", "holder", "import", "fingerprint", "step", "said_code", "said", "was_code", "was", "since", "came", "ended", "how", "ended_by", "account", "reason"}, rows)
}

// End ends a change that waits.
func End(ctx context.Context, tx *db.Tx, id string, how How, by *access.Actor, reason string) error {
	if err := tx.Exec(ctx, `UPDATE waiting_changes SET ended = $2, how = $3, ended_by = $4, account = $5, reason = $6 WHERE id = $1 AND ended IS NULL`, id, tx.Now.UnixMicro(), string(how), by.Name, by.Account, reason); err != nil {
		return fmt.Errorf("end a change: %w", err)
	}
	return nil
}

// ChangeColumns are what ScanChange reads of waiting_changes w.
const ChangeColumns = `w.id, w.report, w.same_record, w.holder, w.import, w.step, w.said_code, w.said, w.was_code, w.was, w.since, w.came, w.ended, w.how, w.ended_by, w.account, w.reason`

const selectChanges = `SELECT ` + ChangeColumns + ` FROM waiting_changes w `

// ScanChange reads a change, and more columns after its own.
func ScanChange(r db.Row, more ...any) (c Change, err error) {
	var since, came int64
	var ended sql.NullInt64
	err = r.Scan(append([]any{&c.ID, &c.Report, &c.same, &c.Holder, &c.Import, &c.Step, &c.Said.Code, &c.Said.Text, &c.Was.Code, &c.Was.Text, &since, &came, &ended, &c.How, &c.By, &c.Account, &c.Reason}, more...)...)
	c.Since, c.Came = time.UnixMicro(since).UTC(), time.UnixMicro(came).UTC()
	if ended.Valid {
		c.Ended = time.UnixMicro(ended.Int64).UTC()
	}
	return c, err
}

func scanChange(r db.Row) (Change, error) { return ScanChange(r) }

// Newest is the version of the record that a change is about, as it counts now.
func (c *Change) Newest(ctx context.Context, q db.Querier) (Held, error) {
	return db.One(ctx, q, scanHeld, selectReports+`WHERE same_record = $1 AND holder = $2 AND replaced_by = '' AND erased IS NULL`, c.same, c.Holder)
}

// Changes are the changes of the record of a report that wait or waited, the newest
// first.
func (s *Store) Changes(ctx context.Context, by access.Actor, key string) (all []Change, err error) {
	err = s.guard.Look(ctx, by, access.ReadReport, func(v *db.View, sight *access.Sight) error {
		if _, err := Seen(ctx, v, sight, key); err != nil {
			return err
		}
		open, args := sight.OpenReport("w.report", []any{key})
		all, err = db.All(ctx, v, scanChange, selectChanges+`WHERE w.same_record = (SELECT r.same_record FROM reports r WHERE r.id = $1)`+open+` ORDER BY w.came DESC, w.id DESC`, args...)
		return err
	})
	return all, err
}

// WaitingOf are the changes that wait of reports of a victim about a suspect, the
// oldest first.
func WaitingOf(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) ([]Change, error) {
	held, args := sight.Pool.Held("w.holder", []any{victim, suspect})
	return db.All(ctx, q, scanChange, `SELECT `+ChangeColumns+` FROM accounts a JOIN reports r ON r.id = a.report JOIN waiting_changes w ON w.same_record = r.same_record
		WHERE a.victim = $1 AND a.suspect = $2 AND w.ended IS NULL`+held+` ORDER BY w.since, w.id`, args...)
}
