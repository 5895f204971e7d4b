package report

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"clew/internal/db"
	"clew/internal/when"
)

var reportColumns = []string{
	"id", "agency", "record", "reference", "kind", "reported", "happened", "happened_to", "offence_code", "offence", "classification",
	"occurrences", "relationship", "place", "latitude", "longitude", "narrative", "outcome", "victim", "suspect", "extra",
	"fingerprint", "same_record", "replaced_by", "import", "line", "taken_in_by", "taken_in",
}

const selectReports = `
	SELECT id, agency, record, kind, reported, happened, happened_to, offence_code, offence, occurrences, relationship, place,
	       latitude, longitude, narrative, outcome, victim, suspect, extra, replaced_by, import, line, taken_in_by, taken_in
	FROM reports `

func (r *Record) row(key, print string, same [16]byte, source, by string, now time.Time) []any {
	var lat, long any
	if r.Position != nil {
		lat, long = r.Position.Latitude, r.Position.Longitude
	}
	kind := r.Kind
	if kind == "" {
		kind = Crime
	}
	return []any{
		key, r.Agency, r.ID, Reference(r.ID), string(kind), r.Reported.UnixMicro(), r.From.String(), r.To.String(), r.OffenceCode, r.Offence,
		Classification(r.OffenceCode, r.Offence), max(r.Count, 1), r.Relationship, r.Place, lat, long, r.Narrative, r.Outcome,
		text(r.Victim), text(r.Suspect), text(r.Extra), print, hex.EncodeToString(same[:]), "", source, r.Line, by, now.UnixMicro(),
	}
}

// text is v as JSON. What a Record is made of always has one.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func scanHeld(row db.Row) (h Held, err error) {
	var reported, taken int64
	var happened, happenedTo, victim, suspect, extra string
	var lat, long sql.NullFloat64
	err = row.Scan(&h.Key, &h.Agency, &h.ID, &h.Kind, &reported, &happened, &happenedTo, &h.OffenceCode, &h.Offence, &h.Count, &h.Relationship,
		&h.Place, &lat, &long, &h.Narrative, &h.Outcome, &victim, &suspect, &extra, &h.ReplacedBy, &h.Import, &h.Line, &h.By, &taken)
	if err != nil {
		return h, err
	}
	h.Reported, h.TakenIn = time.UnixMicro(reported).UTC(), time.UnixMicro(taken).UTC()
	if lat.Valid && long.Valid {
		h.Position = &Position{lat.Float64, long.Float64}
	}
	for _, part := range []struct {
		from string
		to   any
	}{{victim, &h.Victim}, {suspect, &h.Suspect}, {extra, &h.Extra}} {
		if part.from == "null" || part.from == "{}" {
			continue
		}
		if err := json.Unmarshal([]byte(part.from), part.to); err != nil {
			return h, fmt.Errorf("report %s: %w", h.Key, err)
		}
	}
	if h.From, err = moment(happened); err == nil {
		h.To, err = moment(happenedTo)
	}
	return h, err
}

func moment(s string) (when.Moment, error) {
	if s == "" {
		return when.Moment{}, nil
	}
	return when.Parse(s)
}

// One is the report with a Key, or fault.NotFound.
func One(ctx context.Context, q db.Querier, key string) (Held, error) {
	return db.One(ctx, q, scanHeld, selectReports+`WHERE id = $1`, key)
}

// Each calls f with every report that no correction replaces, oldest first.
func Each(ctx context.Context, q db.Querier, f func(*Held) error) error {
	return db.Each(ctx, q, scanHeld, func(h Held) error { return f(&h) }, selectReports+`WHERE replaced_by = '' ORDER BY id`)
}

// Some are the reports with the given Keys, in order of Key.
func Some(ctx context.Context, q db.Querier, keys []string) ([]Held, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return db.All(ctx, q, scanHeld, selectReports+`WHERE id IN (`+db.List(1, len(keys))+`) ORDER BY id`, db.Args(keys)...)
}

type held struct {
	prints map[string]string   // fingerprint to Key
	latest map[[16]byte]string // same record to the Key of its newest report
}

// known finds which of the records, or earlier versions of them, are held.
func known(ctx context.Context, tx *db.Tx, records []*Record) (held, error) {
	k := held{map[string]string{}, map[[16]byte]string{}}
	type found struct{ key, value string }
	scan := func(r db.Row) (f found, err error) { return f, r.Scan(&f.key, &f.value) }
	const most = 500
	for start := 0; start < len(records); start += most {
		some := records[start:min(start+most, len(records))]
		prints, sames := make([]string, len(some)), make([]string, len(some))
		for i, r := range some {
			same := SameRecord(r)
			prints[i], sames[i] = fingerprint(r), hex.EncodeToString(same[:])
		}
		all, err := db.All(ctx, tx, scan, `SELECT id, fingerprint FROM reports WHERE fingerprint IN (`+db.List(1, len(some))+`)`, db.Args(prints)...)
		if err != nil {
			return k, err
		}
		for _, f := range all {
			k.prints[f.value] = f.key
		}
		all, err = db.All(ctx, tx, scan, `SELECT id, same_record FROM reports WHERE replaced_by = '' AND same_record IN (`+db.List(1, len(some))+`)`, db.Args(sames)...)
		if err != nil {
			return k, err
		}
		for _, f := range all {
			b, err := hex.DecodeString(f.value)
			if err != nil {
				return k, err
			}
			k.latest[[16]byte(b)] = f.key
		}
	}
	return k, nil
}

func replace(ctx context.Context, tx *db.Tx, old, by string) error {
	return tx.Exec(ctx, `UPDATE reports SET replaced_by = $2 WHERE id = $1`, old, by)
}

// Classify keeps a code and title, so that it is found again: what a record was
// recorded as, or what somebody considered.
func Classify(ctx context.Context, tx *db.Tx, code, title string) error {
	return tx.InsertNew(ctx, "classifications", classificationColumns, [][]any{classification(code, title)})
}

var classificationColumns = []string{"id", "code", "title", "words"}

func classification(code, title string) []any {
	return []any{Classification(code, title), code, title, strings.TrimSpace(fold(code) + " " + fold(title))}
}

// classify keeps each code and title that is new to us.
func classify(ctx context.Context, tx *db.Tx, records []*Record) error {
	seen := map[string]bool{}
	var rows [][]any
	for _, r := range records {
		id := Classification(r.OffenceCode, r.Offence)
		if seen[id] {
			continue
		}
		seen[id] = true
		rows = append(rows, classification(r.OffenceCode, r.Offence))
	}
	return tx.InsertNew(ctx, "classifications", classificationColumns, rows)
}
