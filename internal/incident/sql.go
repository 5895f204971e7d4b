package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
	"clew/internal/warning"
	"clew/internal/when"
)

// A Reader is the agency that reads, and the case it may read.
type Reader struct {
	Case, Agency string
	Merged       bool // others were merged into it, and are read as it
}

// of is the condition that a column holds the case $1, or one that is read as it.
func (of Reader) of(column string) string {
	if of.Merged {
		return column + ` IN (SELECT k.id FROM cases k WHERE k.stays = $1)`
	}
	return column + ` = $1`
}

// visible is the condition that a version i is of the case $1 and may be read by the
// agency $2. Newer versions than one that may be read may be read as well: what was
// shared stays shared.
func (of Reader) visible() string {
	return of.of("i.case_id") + ` AND (i.basis <> '' OR i.agency = $2)`
}

// current is the condition that i is the newest version.
const current = ` AND NOT EXISTS (SELECT 1 FROM incidents newer WHERE newer.incident = i.incident AND newer.number > i.number)`

// Entered is when an incident i was there to read for the agency $2: its first version, or
// the first that was shared.
const Entered = `CASE WHEN i.number = 1 THEN i.at ELSE (SELECT MIN(f.at) FROM incidents f WHERE f.incident = i.incident AND (f.basis <> '' OR f.agency = $2)) END`

const columns = `i.id, i.incident, i.number, i.kind, i.suspect, i.happened, i.ranked, i.codes, i.features, i.agency, i.basis, i.name, i.at, i.case_id, ` + Entered

// latestFirst is by when it happened; those without a date come last. It is the order of
// an index.
const latestFirst = ` ORDER BY i.ranked DESC, i.id DESC`

// base is what an incident is ranked by, but for its turn: its first instant, of about a
// day that day; and before all of them when it is not known.
func (i *Incident) base() int64 {
	switch i.Happened.Precision {
	case when.Unknown:
		return -1 << 60
	case when.About:
		return i.Happened.From.Add(3 * 24 * time.Hour).UnixMicro()
	}
	return i.Happened.From.UnixMicro()
}

// scan reads rows of columns, into variables that are made once for all of them.
func scan() func(db.Row) (Incident, error) {
	var i Incident
	var happened, codes, features string
	var ranked, entered, at int64
	into := []any{&i.Version, &i.ID, &i.Number, &i.Kind, &i.Suspect, &happened, &ranked, &codes, &features, &i.Agency, &i.Basis, &i.Name, &at, &i.Case, &entered}
	return func(r db.Row) (Incident, error) {
		if err := r.Scan(into...); err != nil {
			return i, err
		}
		return i.fill(happened, ranked, codes, features, entered, at)
	}
}

// fill is an incident with what is packed in its row.
func (i Incident) fill(happened string, ranked int64, codes, features string, entered, at int64) (_ Incident, err error) {
	i.Entered, i.At = time.UnixMicro(entered).UTC(), time.UnixMicro(at).UTC()
	times, codes, _ := strings.Cut(codes, ";")
	behaviours, codes, _ := strings.Cut(codes, ";")
	acts, codes, _ := strings.Cut(codes, ";")
	i.Channel, i.Place, _ = strings.Cut(codes, ";")
	i.Behaviours, i.Acts = list(behaviours), list(acts)
	times, i.Roughly = strings.CutPrefix(times, "~")
	if i.Times, err = strconv.Atoi(times); err != nil {
		return i, fmt.Errorf("incident %s: times: %w", i.Version, err)
	}
	i.Features = nil
	if features != "" {
		if err := json.Unmarshal([]byte(features), &i.Features); err != nil {
			return i, fmt.Errorf("incident %s: features: %w", i.Version, err)
		}
	}
	first, last, _ := strings.Cut(happened, "/")
	if i.Happened, err = read(first); err == nil {
		i.Until, err = read(last)
	}
	i.Turn = int(ranked - i.base())
	return i, err
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// read is a moment as it was written; "" is one that is not known.
func read(s string) (when.Moment, error) {
	if s == "" {
		return when.Moment{}, nil
	}
	return when.Parse(s)
}

// Add keeps new incidents, or with the id and number of one before, a correction of it.
// They get their ids. By says who writes: its agency, account and name are those of all.
func Add(ctx context.Context, tx *db.Tx, pen *seal.Opener, by *Incident, all []Incident) error {
	rows := make([][]any, len(all))
	for n := range all {
		i := &all[n]
		i.Version, i.Number, i.At = db.NewID(), i.Number+1, tx.Now.UTC()
		if i.ID == "" {
			i.ID = i.Version
		}
		i.Case, i.Agency, i.Account, i.Name = by.Case, by.Agency, by.Account, by.Name
		said, err := json.Marshal(i.Said)
		if err != nil {
			return err
		}
		sealed := []byte{}
		if i.Said != (Said{}) {
			if sealed, err = pen.Seal(place("incidents", i.Version), said); err != nil {
				return err
			}
		}
		features, err := json.Marshal(i.Features)
		if err != nil {
			return err
		}
		if len(i.Features) == 0 {
			features = nil
		}
		happened, times := i.Happened.String(), strconv.Itoa(max(i.Times, 1))
		if i.Until.Known() {
			happened += "/" + i.Until.String()
		}
		if i.Roughly {
			times = "~" + times
		}
		codes := strings.Join([]string{times, strings.Join(i.Behaviours, ","), strings.Join(i.Acts, ","), i.Channel, i.Place}, ";")
		rows[n] = []any{i.Version, i.ID, i.Number, i.Case, i.Kind, i.Suspect, happened, i.base() + int64(i.Turn), codes, string(features), sealed,
			i.Agency, i.Basis, i.Account, i.Name, i.At.UnixMicro(), i.paste}
	}
	err := tx.Insert(ctx, "incidents", []string{"id", "incident", "number", "case_id", "kind", "suspect", "happened", "ranked", "codes", "features", "said",
		"agency", "basis", "account", "name", "at", "paste"}, rows)
	if err != nil {
		return fmt.Errorf("insert incidents: %w", err)
	}
	return nil
}

func place(table, row string) seal.Place {
	return seal.Place{Table: table, Row: row, Column: "said"}
}

// Paste marks incidents as those of one paste of a diary.
func Paste(all []Incident, id string) {
	for n := range all {
		all[n].paste = id
	}
}

// Pasted reports whether a paste of a diary is kept already.
func Pasted(ctx context.Context, q db.Querier, of Reader, paste string) (bool, error) {
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM incidents i WHERE i.case_id = $1 AND i.agency = $2 AND i.paste = $3`, of.Case, of.Agency, paste)
	return n > 0, err
}

// Count is how many incidents of a case there are, whoever may read them.
func Count(ctx context.Context, q db.Querier, id string) (int, error) {
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM incidents WHERE case_id = $1 AND number = 1`, id)
	return int(n), err
}

// Of are all incidents of a case that an agency may read, as they stand now, the latest
// first, without what is sealed. It is one query.
func Of(ctx context.Context, q db.Querier, of Reader) ([]Incident, error) {
	all, err := db.All(ctx, q, scan(), `SELECT `+columns+` FROM incidents i WHERE `+of.visible()+latestFirst, of.Case, of.Agency)
	if err != nil {
		return nil, fmt.Errorf("incidents: %w", err)
	}
	newest := map[string]int{} // number, of those that were corrected
	for n := range all {
		if i := &all[n]; i.Number > 1 {
			newest[i.ID] = max(newest[i.ID], i.Number)
		}
	}
	if len(newest) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(i Incident) bool { return i.Number < newest[i.ID] }), nil
}

// Stamps tell, by id, one state of an incident from another: with the same stamp it and
// the facts of it are the same. They are of what Of gives.
func Stamps(ctx context.Context, q db.Querier, of Reader) (map[string]string, error) {
	all := map[string]string{}
	newest := map[string]int64{}
	type row struct {
		incident, stamp string
		number          int64
	}
	scan := func(r db.Row) (x row, err error) { return x, r.Scan(&x.incident, &x.stamp, &x.number) }
	if err := db.Each(ctx, q, scan, func(x row) error {
		if x.number > newest[x.incident] {
			newest[x.incident], all[x.incident] = x.number, x.stamp
		}
		return nil
	}, `SELECT i.incident, i.id || ' ' || i.suspect, i.number FROM incidents i WHERE `+of.visible(), of.Case, of.Agency); err != nil {
		return nil, fmt.Errorf("stamps of incidents: %w", err)
	}
	if err := db.Each(ctx, q, scan, func(x row) error {
		if stamp, ok := all[x.incident]; ok {
			all[x.incident] = stamp + " " + x.stamp
		}
		return nil
	}, `SELECT f.incident, f.id, 0 FROM incident_facts f WHERE `+of.visibleFact()+` ORDER BY f.at, f.id`, of.Case, of.Agency); err != nil {
		return nil, fmt.Errorf("stamps of facts: %w", err)
	}
	return all, nil
}

// A Filter says which incidents a list is of.
type Filter struct {
	Kind     string   // empty: any
	Unknown  bool     // not known who
	Suspects []string // mentions, any of which; empty: anybody
}

// List is a part of the incidents of a case that an agency may read, as they stand now,
// the latest first, without what is sealed; and how many there are.
func List(ctx context.Context, q db.Querier, of Reader, f Filter, skip, most int) (all []Incident, total int, err error) {
	where, args := of.visible()+current, []any{of.Case, of.Agency}
	if f.Kind != "" {
		args = append(args, f.Kind)
		where += ` AND i.kind = ` + db.List(len(args), 1)
	}
	switch {
	case f.Unknown:
		where += ` AND i.suspect = ''`
	case len(f.Suspects) > 0:
		where += ` AND i.suspect IN (` + db.List(len(args)+1, len(f.Suspects)) + `)`
		args = append(args, db.Args(f.Suspects)...)
	}
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM incidents i WHERE `+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("count incidents: %w", err)
	}
	args = append(args, most, skip)
	all, err = db.All(ctx, q, scan(), `SELECT `+columns+` FROM incidents i WHERE `+where+latestFirst+` LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("incidents: %w", err)
	}
	return all, int(n), nil
}

// Some are the incidents with some ids, as they stand now.
func Some(ctx context.Context, q db.Querier, of Reader, ids []string) ([]Incident, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := db.All(ctx, q, scan(), `SELECT `+columns+` FROM incidents i WHERE `+of.visible()+current+` AND i.incident IN (`+db.List(3, len(ids))+`)`, append([]any{of.Case, of.Agency}, db.Args(ids)...)...)
	if err != nil {
		return nil, fmt.Errorf("some incidents: %w", err)
	}
	return all, nil
}

// Versions are all versions of one incident that an agency may read, the newest first,
// or fault.NotFound.
func Versions(ctx context.Context, q db.Querier, of Reader, id string) ([]Incident, error) {
	all, err := db.All(ctx, q, scan(), `SELECT `+columns+` FROM incidents i WHERE `+of.visible()+` AND i.incident = $3 ORDER BY i.number DESC`, of.Case, of.Agency, id)
	if err != nil {
		return nil, fmt.Errorf("versions: %w", err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("incident: %w", fault.NotFound)
	}
	return all, nil
}

// Words opens what was written in some versions. keys is the opener of a case, or why
// nothing of it can be opened.
func Words(ctx context.Context, q db.Querier, keys func(id string) (*seal.Opener, error), all []Incident) error {
	at := map[string]*Incident{}
	for n := range all {
		at[all[n].Version] = &all[n]
		_, _ = keys(all[n].Case) // fetched before rows are read
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(at)), 1000) {
		err := db.Each(ctx, q, scanSaid, func(x said) error {
			i := at[x.id]
			o, trouble := keys(i.Case)
			plain, lost, err := unseal(o, trouble, "incidents", x)
			if i.Lost = lost; plain == nil || err != nil {
				return err
			}
			return json.Unmarshal(plain, &i.Said)
		}, `SELECT id, said FROM incidents WHERE id IN (`+db.List(1, len(ids))+`)`, db.Args(ids)...)
		if err != nil {
			return fmt.Errorf("words of incidents: %w", err)
		}
	}
	return nil
}

type said struct {
	id     string
	sealed []byte
}

func scanSaid(r db.Row) (x said, err error) { return x, r.Scan(&x.id, &x.sealed) }

// unseal opens what stands in a row; plain is nil when nothing was written, or it is lost.
func unseal(o *seal.Opener, trouble error, table string, x said) (plain []byte, lost bool, err error) {
	switch {
	case len(x.sealed) == 0:
		return nil, false, nil
	case trouble != nil:
		return nil, true, nil
	}
	plain, err = o.Open(place(table, x.id), x.sealed)
	if errors.Is(err, seal.ErrBroken) || errors.Is(err, fault.NotFound) {
		return nil, true, nil
	}
	return plain, false, err
}

// TellAll keeps one fact, of which nothing is sealed, for each of many incidents.
func TellAll(ctx context.Context, tx *db.Tx, by *Incident, f Fact, all []Incident) error {
	rows := make([][]any, len(all))
	for n := range all {
		f.ID, f.Incident, f.At, f.Agency, f.Account, f.Name = db.NewID(), all[n].ID, tx.Now.UTC(), by.Agency, by.Account, by.Name
		rows[n] = f.row(by.Case, []byte{})
	}
	if err := tx.Insert(ctx, "incident_facts", factColumns, rows); err != nil {
		return fmt.Errorf("insert facts: %w", err)
	}
	return nil
}

var factColumns = []string{"id", "incident", "case_id", "kind", "moment", "who", "fear", "impact", "said", "replaces", "agency", "account", "name", "at"}

func (f *Fact) row(id string, sealed []byte) []any {
	return []any{f.ID, f.Incident, id, f.Kind, f.When.String(), f.Who, int(f.Fear), strings.Join(f.Impact, ","), sealed, f.Replaces, f.Agency, f.Account, f.Name, f.At.UnixMicro()}
}

// AddFact keeps a fact of an incident of a case.
func AddFact(ctx context.Context, tx *db.Tx, pen *seal.Opener, by *Incident, f *Fact) error {
	f.ID, f.At, f.Agency, f.Account, f.Name = db.NewID(), tx.Now.UTC(), by.Agency, by.Account, by.Name
	sealed := []byte{}
	if f.Said != "" {
		var err error
		if sealed, err = pen.Seal(place("incident_facts", f.ID), []byte(f.Said)); err != nil {
			return err
		}
	}
	err := tx.Insert(ctx, "incident_facts", factColumns, [][]any{f.row(by.Case, sealed)})
	if err != nil {
		return fmt.Errorf("insert fact: %w", err)
	}
	return nil
}

// visibleFact is the condition that a fact f is of the case $1 and may be read by the
// agency $2: its own, and those written when the incident was shared.
func (of Reader) visibleFact() string {
	return of.of("f.case_id") + ` AND (f.agency = $2 OR EXISTS (SELECT 1 FROM incidents i WHERE i.incident = f.incident AND i.basis <> '' AND i.at <= f.at))`
}

// Facts are the facts of a case's incidents, or of some, that an agency may read, in the
// order they were written, without what is sealed.
func Facts(ctx context.Context, q db.Querier, of Reader, incidents ...string) ([]Fact, error) {
	where, args := "", []any{of.Case, of.Agency}
	if len(incidents) > 0 {
		where, args = ` AND f.incident IN (`+db.List(3, len(incidents))+`)`, append(args, db.Args(incidents)...)
	}
	all, err := db.All(ctx, q, scanFact, `SELECT f.id, f.incident, f.kind, f.moment, f.who, f.fear, f.impact, f.replaces, f.agency, f.account, f.name, f.at FROM incident_facts f
		WHERE `+of.visibleFact()+where+` ORDER BY f.at, f.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("facts of incidents: %w", err)
	}
	gone := map[string]bool{}
	for _, f := range all {
		gone[f.Replaces] = true
	}
	for n := range all {
		all[n].Gone = gone[all[n].ID]
	}
	return all, nil
}

func scanFact(r db.Row) (f Fact, err error) {
	var moment, impact string
	var fear, at int64
	if err = r.Scan(&f.ID, &f.Incident, &f.Kind, &moment, &f.Who, &fear, &impact, &f.Replaces, &f.Agency, &f.Account, &f.Name, &at); err != nil {
		return f, err
	}
	f.Fear, f.Impact, f.At = warning.Fear(fear), list(impact), time.UnixMicro(at).UTC()
	f.When, err = read(moment)
	return f, err
}

// FactWords opens what was written in the facts of an incident.
func FactWords(ctx context.Context, q db.Querier, o *seal.Opener, trouble error, incident string, all []Fact) error {
	at := map[string]*Fact{}
	for n := range all {
		at[all[n].ID] = &all[n]
	}
	return db.Each(ctx, q, scanSaid, func(x said) error {
		f := at[x.id]
		if f == nil {
			return nil
		}
		plain, lost, err := unseal(o, trouble, "incident_facts", x)
		f.Said, f.Lost = string(plain), lost
		return err
	}, `SELECT id, said FROM incident_facts WHERE incident = $1`, incident)
}

// Move has incidents about one mention be about another of the same person.
func Move(ctx context.Context, tx *db.Tx, mention, to string) error {
	if err := tx.Exec(ctx, `UPDATE incidents SET suspect = $2 WHERE suspect = $1`, mention, to); err != nil {
		return fmt.Errorf("move incidents: %w", err)
	}
	return nil
}

// ForgetSuspect empties what could tell who a suspect was.
func ForgetSuspect(ctx context.Context, tx *db.Tx, mention string) error {
	if err := tx.Exec(ctx, `DELETE FROM incident_ties WHERE version IN (SELECT id FROM incidents WHERE suspect = $1)`, mention); err != nil {
		return fmt.Errorf("forget ties: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE incidents SET suspect = $2, features = '' WHERE suspect = $1`, mention, Erased); err != nil {
		return fmt.Errorf("forget a suspect: %w", err)
	}
	return nil
}

// Forget empties what could tell whom the incidents of a case are about, but for what is
// sealed, which goes with its key.
func Forget(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Exec(ctx, `DELETE FROM incident_ties WHERE case_id = $1`, id); err != nil {
		return fmt.Errorf("forget ties: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE incidents SET features = '' WHERE case_id = $1`, id); err != nil {
		return fmt.Errorf("forget incidents: %w", err)
	}
	return nil
}
