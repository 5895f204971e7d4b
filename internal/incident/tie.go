package incident

import (
	"bytes"
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

// A Hash hides a value of a kind, and has equal ones equal.
type Hash func(kind, value string) ([]byte, error)

// Tie keeps by what the newest versions of some incidents may be tied to others, in
// place of what was kept of the ones before. It gives the hashes of both.
func Tie(ctx context.Context, tx *db.Tx, hash Hash, all []Incident) (touched [][]byte, err error) {
	var rows [][]any
	for n := range all {
		i := &all[n]
		since := map[string]int64{}
		if i.Number > 1 {
			type row struct {
				hash []byte
				at   int64
			}
			before, err := db.All(ctx, tx, func(r db.Row) (x row, err error) { return x, r.Scan(&x.hash, &x.at) }, `SELECT hash, since FROM incident_ties WHERE incident = $1`, i.ID)
			if err != nil {
				return nil, fmt.Errorf("ties: %w", err)
			}
			for _, x := range before {
				since[string(x.hash)] = x.at
				touched = append(touched, x.hash)
			}
			if err := tx.Exec(ctx, `DELETE FROM incident_ties WHERE incident = $1`, i.ID); err != nil {
				return nil, fmt.Errorf("ties: %w", err)
			}
		}
		for _, f := range Features {
			same := Same(f.Code, i.Features[f.Code])
			if same == "" {
				continue
			}
			h, err := hash("feature/"+f.Code, same)
			if err != nil {
				return nil, err
			}
			at, ok := since[string(h)]
			if !ok {
				at = i.At.UnixMicro()
				touched = append(touched, h)
			}
			rows = append(rows, []any{i.ID, i.Version, i.Case, f.Code, h, at})
		}
	}
	if err := tx.Insert(ctx, "incident_ties", []string{"incident", "version", "case_id", "kind", "hash", "since"}, rows); err != nil {
		return nil, fmt.Errorf("insert ties: %w", err)
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
	Since          time.Time // that it shows it to whoever reads
}

// ShownBy are what the incidents of a case show, as far as an agency may read them.
func ShownBy(ctx context.Context, q db.Querier, of Reader) ([]Shown, error) {
	all, err := db.All(ctx, q, func(r db.Row) (x Shown, err error) {
		var since, entered int64
		err = r.Scan(&x.Incident, &x.Kind, &x.Suspect, &x.Hash, &since, &entered)
		x.Since = time.UnixMicro(max(since, entered)).UTC()
		return x, err
	}, `SELECT t.incident, t.kind, i.suspect, t.hash, t.since, `+Entered+` FROM incident_ties t JOIN incidents i ON i.id = t.version WHERE `+of.of("t.case_id")+` AND (i.basis <> '' OR i.agency = $2) ORDER BY t.incident, t.kind`, of.Case, of.Agency)
	if err != nil {
		return nil, fmt.Errorf("what incidents show: %w", err)
	}
	return all, nil
}

// Equal reports whether two show the same.
func (s *Shown) Equal(kind string, hash []byte) bool {
	return s.Kind == kind && bytes.Equal(s.Hash, hash)
}
