package report

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/when"
)

var reportColumns = []string{
	"id", "agency", "record", "reference", "kind", "reported", "happened", "happened_to", "offence_code", "offence", "classification",
	"occurrences", "relationship", "place", "latitude", "longitude", "narrative", "outcome", "victim", "suspect", "extra",
	"fingerprint", "same_record", "replaced_by", "import", "line", "taken_in_by", "taken_in", "holder",
}

const selectReports = `
	SELECT id, agency, record, kind, reported, happened, happened_to, offence_code, offence, occurrences, relationship, place,
	       latitude, longitude, narrative, outcome, victim, suspect, extra, replaced_by, import, line, taken_in_by, taken_in, holder
	FROM reports `

func (r *Record) row(key, print string, same [16]byte, source string, by *access.Actor, now time.Time) []any {
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
		text(r.Victim), text(r.Suspect), text(r.Extra), print, hex.EncodeToString(same[:]), "", source, r.Line, by.Name, now.UnixMicro(), by.Agency,
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
		&h.Place, &lat, &long, &h.Narrative, &h.Outcome, &victim, &suspect, &extra, &h.ReplacedBy, &h.Import, &h.Line, &h.By, &taken, &h.Holder)
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
	return db.Each(ctx, q, scanHeld, func(h Held) error { return f(&h) }, selectReports+`WHERE replaced_by = '' AND erased IS NULL ORDER BY id`)
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
	shut   map[string]bool     // fingerprints and same records, as kept, of what is hidden from the actor
}

// news reports whether a version is not held to the letter. One that is taken in anew
// is, though an older version said the same.
func (h *held) news(print string, same [16]byte, r *Record) bool {
	key, ok := h.prints[print]
	return !ok || r.Anew && key != h.latest[same]
}

// also finds more versions that are held to the letter.
func (h *held) also(ctx context.Context, q db.Querier, holder string, prints []string) error {
	for some := range slices.Chunk(prints, mostKnown) {
		err := db.Each(ctx, q, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) },
			func(x [2]string) error { h.prints[x[1]] = x[0]; return nil },
			`SELECT id, fingerprint FROM reports WHERE fingerprint IN (`+db.List(1, len(some))+`) AND holder = `+db.List(len(some)+1, 1), append(db.Args(some), holder)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// marks are the fingerprint and the digest of the same record that a record is kept
// by: the actor's own when what has the usual ones is hidden from them.
func (h *held) marks(by *access.Actor, r *Record) (print string, same [16]byte) {
	print, same = fingerprint(r), sameHeld(by.Agency, r)
	if h.shut[print] || h.shut[hex.EncodeToString(same[:])] {
		return apart(by, print), sameApart(by, same)
	}
	return print, same
}

func apart(by *access.Actor, print string) string {
	sum := sha256.Sum256([]byte(by.Account + "\x00" + print))
	return hex.EncodeToString(sum[:16])
}

func sameApart(by *access.Actor, same [16]byte) [16]byte {
	sum := sha256.Sum256([]byte(by.Account + "\x00" + string(same[:])))
	return [16]byte(sum[:16])
}

// known finds which of the records, or earlier versions of them, are held. What
// somebody took in themselves they know of, whoever is hidden from them.
func known(ctx context.Context, tx *db.Tx, sight *access.Sight, records []*Record) (held, error) {
	k := held{map[string]string{}, map[[16]byte]string{}, map[string]bool{}}
	type found struct {
		key, value string
		seen       int
	}
	scan := func(r db.Row) (f found, err error) { return f, r.Scan(&f.key, &f.value, &f.seen) }
	find := func(column, where string, values []string) ([]found, error) {
		n := len(values)
		open, args := sight.OpenReport("reports.id", append(db.Args(values), sight.Agency, sight.Name))
		seen := "1"
		if sight.Blind() {
			seen = `CASE WHEN taken_in_by = ` + db.List(n+2, 1) + ` OR 1 = 1` + open + ` THEN 1 ELSE 0 END`
		} else {
			args = args[:n+1]
		}
		return db.All(ctx, tx, scan, `SELECT id, `+column+`, `+seen+` FROM reports WHERE `+where+column+` IN (`+db.List(1, n)+`) AND holder = `+db.List(n+1, 1), args...)
	}
	for some := range slices.Chunk(records, mostKnown) {
		var prints, sames []string
		for _, r := range some {
			print, same := fingerprint(r), sameHeld(sight.Agency, r)
			prints, sames = append(prints, print), append(sames, hex.EncodeToString(same[:]))
			if sight.Blind() {
				same = sameApart(&sight.Actor, same)
				prints, sames = append(prints, apart(&sight.Actor, print)), append(sames, hex.EncodeToString(same[:]))
			}
		}
		all, err := find("fingerprint", "", prints)
		if err != nil {
			return k, err
		}
		for _, f := range all {
			if k.prints[f.value] = f.key; f.seen == 0 {
				k.shut[f.value] = true
			}
		}
		// What waits beside a version, or was refused, was held to the letter too.
		open, args := sight.OpenReport("w.report", append(db.Args(prints), sight.Agency))
		if all, err = db.All(ctx, tx, scan, `SELECT w.report, w.fingerprint, 1 FROM waiting_changes w WHERE w.fingerprint IN (`+db.List(1, len(prints))+`) AND w.holder = `+db.List(len(prints)+1, 1)+` AND w.how NOT IN ('allowed', 'cleared')`+open, args...); err != nil {
			return k, err
		}
		for _, f := range all {
			k.prints[f.value] = f.key
		}
		if all, err = find("same_record", "replaced_by = '' AND ", sames); err != nil {
			return k, err
		}
		for _, f := range all {
			b, err := hex.DecodeString(f.value)
			if err != nil {
				return k, err
			}
			if k.latest[[16]byte(b)] = f.key; f.seen == 0 {
				k.shut[f.value] = true
			}
		}
	}
	return k, nil
}

const mostKnown = 250 // records asked for at once, by two marks each for some

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
