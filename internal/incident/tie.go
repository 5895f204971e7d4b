package incident

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"clew/internal/db"
	"clew/internal/pattern/match"
)

// Same is the one form of what an incident shows of a kind of Features, by which it is
// known however it is written; "" when it tells no series from others: no number, a
// phrase of one or two words.
func Same(kind, value string) string {
	switch kind {
	case "number":
		return match.Phone(value)
	case "handle":
		return match.Handle(value)
	case "vehicle":
		return match.Vehicle(value)
	case "device":
		return match.Serial(value)
	}
	words := strings.FieldsFunc(match.FoldName(value), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if same := strings.Join(words, " "); len(words) >= 3 && len(same) >= 12 {
		return same
	}
	return ""
}

// keyOf is the key by which people who are reported with the same are found, or 0.
func keyOf(kind, value string) int64 {
	var m match.Mention
	switch one := []string{value}; kind {
	case "number":
		m.Phones = one
	case "handle":
		m.Handles = one
	case "vehicle":
		m.Vehicles = one
	default:
		return 0
	}
	p := match.Prepare(m)
	keys := p.Keys()
	if len(keys) != 1 {
		return 0
	}
	return int64(keys[0])
}

// A Hash hides a value of a kind, and has equal ones equal.
type Hash func(kind, value string) ([]byte, error)

// Touched is by what incidents may be tied now that were not, or were and may be no more.
type Touched struct {
	Hashes [][]byte
	Keys   []int64 // of people who are reported with the same
}

func (t *Touched) add(hash []byte, key int64) {
	t.Hashes = append(t.Hashes, hash)
	if key != 0 {
		t.Keys = append(t.Keys, key)
	}
}

// Tie keeps by what the newest versions of some incidents may be tied to others, in
// place of what was kept of the ones before.
func Tie(ctx context.Context, tx *db.Tx, hash Hash, all []Incident) (touched Touched, err error) {
	var rows [][]any
	for n := range all {
		i := &all[n]
		since := map[string]int64{}
		if i.Number > 1 {
			type row struct {
				hash     []byte
				same, at int64
			}
			before, err := db.All(ctx, tx, func(r db.Row) (x row, err error) { return x, r.Scan(&x.hash, &x.same, &x.at) }, `SELECT hash, same, since FROM incident_ties WHERE incident = $1`, i.ID)
			if err != nil {
				return touched, fmt.Errorf("ties: %w", err)
			}
			for _, x := range before {
				since[string(x.hash)] = x.at
				touched.add(x.hash, x.same)
			}
			if err := tx.Exec(ctx, `DELETE FROM incident_ties WHERE incident = $1`, i.ID); err != nil {
				return touched, fmt.Errorf("ties: %w", err)
			}
		}
		for _, f := range Features {
			same := Same(f.Code, i.Features[f.Code])
			if same == "" {
				continue
			}
			h, err := hash("feature/"+f.Code, same)
			if err != nil {
				return touched, err
			}
			key := keyOf(f.Code, i.Features[f.Code])
			at, ok := since[string(h)]
			if !ok {
				at = i.At.UnixMicro()
				touched.add(h, key)
			}
			rows = append(rows, []any{i.ID, i.Version, i.Case, f.Code, h, key, at})
		}
	}
	if err := tx.Insert(ctx, "incident_ties", []string{"incident", "version", "case_id", "kind", "hash", "same", "since"}, rows); err != nil {
		return touched, fmt.Errorf("insert ties: %w", err)
	}
	return touched, nil
}

// Untied are incidents that show something and were kept before ties were, as they stand
// now.
func Untied(ctx context.Context, q db.Querier) ([]Incident, error) {
	all, err := db.All(ctx, q, scan(), `SELECT `+strings.ReplaceAll(columns, "$2", "''")+` FROM incidents i WHERE i.features <> ''`+current+` AND NOT EXISTS (SELECT 1 FROM incident_ties t WHERE t.incident = i.incident)`)
	if err != nil {
		return nil, fmt.Errorf("incidents without ties: %w", err)
	}
	return all, nil
}

// A Shown is that an incident shows something of a kind, as far as it may be read.
type Shown struct {
	Incident, Kind string
	Suspect        string // a mention, or empty
	Hash           []byte
	Same           int64     // the key by which people who are reported with it are found, or 0
	Since          time.Time // that it shows it to whoever reads
}

// ShownBy are what the incidents of a case show, as far as an agency may read them.
func ShownBy(ctx context.Context, q db.Querier, of Reader) ([]Shown, error) {
	all, err := db.All(ctx, q, func(r db.Row) (x Shown, err error) {
		var since, entered int64
		err = r.Scan(&x.Incident, &x.Kind, &x.Suspect, &x.Hash, &x.Same, &since, &entered)
		x.Since = time.UnixMicro(max(since, entered)).UTC()
		return x, err
	}, `SELECT t.incident, t.kind, i.suspect, t.hash, t.same, t.since, `+Entered+` FROM incident_ties t JOIN incidents i ON i.id = t.version WHERE `+of.of("t.case_id")+` AND (i.basis <> '' OR i.agency = $2) ORDER BY t.incident, t.kind`, of.Case, of.Agency)
	if err != nil {
		return nil, fmt.Errorf("what incidents show: %w", err)
	}
	return all, nil
}
