package report

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"clew/internal/db"
)

// A Store holds the reports a partnership has taken in. A report is never
// changed and never removed: a correction is a newer report of the same record,
// and both are kept.
type Store struct{ db *db.DB }

// NewStore returns the store in d.
func NewStore(d *db.DB) *Store { return &Store{d} }

// A Held report is one that has been taken in.
type Held struct {
	Record
	Key        string // Clew's own id
	Import     string // empty when it was typed in
	TakenIn    time.Time
	By         string
	ReplacedBy string // the Key of a correction, or empty
}

// A Taking says what became of a record that was offered.
type Taking uint8

const (
	New       Taking = iota
	Corrected        // kept, and it replaces an older report of the same record
	Already          // held to the letter; nothing changed
)

// A Taken record has the Key it is held under.
type Taken struct {
	Key     string
	Taking  Taking
	Instead string // the Key of the report it corrects, or empty
}

// Take takes records in within tx, in order, and says what became of each. What
// of a record's text cannot be shown is left out of it.
func Take(ctx context.Context, tx *db.Tx, by, source string, records []*Record) ([]Taken, error) {
	all := make([]Taken, len(records))
	for _, r := range records {
		Clean(r)
	}
	before, err := known(ctx, tx, records)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for i, r := range records {
		f := fingerprint(r)
		if key, ok := before.prints[f]; ok {
			all[i] = Taken{Key: key, Taking: Already}
			continue
		}
		key, same := db.NewID(), SameRecord(r)
		all[i] = Taken{Key: key, Instead: before.latest[same]}
		if all[i].Instead != "" {
			all[i].Taking = Corrected
		}
		before.prints[f], before.latest[same] = key, key
		rows = append(rows, r.row(key, f, same, source, by, tx.Now))
	}
	if err := classify(ctx, tx, records); err != nil {
		return nil, err
	}
	if err := tx.Insert(ctx, "reports", reportColumns, rows); err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Taking == Corrected {
			if err := replace(ctx, tx, t.Instead, t.Key); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// One is the report with a Key, or fault.NotFound.
func (s *Store) One(ctx context.Context, key string) (h Held, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		h, err = One(ctx, v, key)
		return err
	})
	return h, err
}

// SameRecord is a digest that a correction shares with what it corrects: the
// agency, its reference and the names of the pair.
func SameRecord(r *Record) [16]byte {
	h := sha256.New()
	for _, part := range []string{r.Agency, r.ID, r.Victim.Ref, fold(r.Victim.GivenName), fold(r.Victim.FamilyName), r.Suspect.Ref, fold(r.Suspect.GivenName), fold(r.Suspect.FamilyName)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return [16]byte(h.Sum(nil)[:16])
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func fingerprint(r *Record) string { f := r.Fingerprint(); return hex.EncodeToString(f[:16]) }

// mostReference is how much of a reference is searched by: an index holds no page
// of text, and what is so long is a cell in the wrong column.
const mostReference = 100

// Reference is a reference as it is searched for: capitals, letters and digits
// only, so that "NM/2025-00123" is found by "nm2025 00123"; the first hundred.
func Reference(s string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n < mostReference && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			n++
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// Classification is the id under which a code and title are kept once.
func Classification(code, title string) string {
	sum := sha256.Sum256([]byte(fold(code) + "\x00" + fold(title)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}
