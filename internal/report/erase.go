package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"clew/internal/access"
	"clew/internal/db"
)

// WholeRecord are the keys of all that an agency holds of the record a report is
// of: each pair in it, and every version, also those corrected in the very names.
// A record is kept, or erased, as a whole, but for what is hidden from the actor: whoever
// types a report by the reference of a hidden one is not to find out, and has no say over
// it. A report that is erased already has none.
func WholeRecord(ctx context.Context, q db.Querier, sight *access.Sight, key string) ([]string, error) {
	open, args := sight.OpenReport("r.id", []any{key})
	return db.All(ctx, q, db.Text, `
		SELECT r.id FROM reports o CROSS JOIN reports r
		WHERE o.id = $1 AND o.erased IS NULL AND r.reference = o.reference AND r.agency = o.agency AND r.record = o.record AND r.holder = o.holder AND r.erased IS NULL`+open+`
		ORDER BY r.id`, args...)
}

// Erase makes empty what could tell whom a report was about. That a report of this
// kind and classification was taken in on that day stays, so that counts stay. The
// database allows it once, and only beside a row of erasures for that report.
func Erase(ctx context.Context, tx *db.Tx, key string) error {
	err := tx.Exec(ctx, `
		UPDATE reports SET record = '', reference = '', relationship = '', place = '', latitude = NULL, longitude = NULL, narrative = '', outcome = '',
			victim = '{}', suspect = '{}', extra = 'null', fingerprint = id, same_record = id, erased = $2
		WHERE id = $1`, key, tx.Now.UnixMicro())
	if err != nil {
		return fmt.Errorf("erase report: %w", err)
	}
	err = tx.Exec(ctx, `
		UPDATE waiting_changes SET said_code = '', said = '', was_code = '', was = '', reason = '', fingerprint = id, same_record = id,
			how = CASE WHEN ended IS NULL THEN 'erased' ELSE how END, ended = COALESCE(ended, $2)
		WHERE report = $1`, key, tx.Now.UnixMicro())
	if err != nil {
		return fmt.Errorf("erase changes: %w", err)
	}
	return nil
}

// FingerprintOf is the digest of everything a report said when it was taken in.
func FingerprintOf(ctx context.Context, q db.Querier, key string) (string, error) {
	return db.One(ctx, q, db.Text, `SELECT fingerprint FROM reports WHERE id = $1`, key)
}

// EraseAside makes empty the rows an import set aside that hold the reference of a
// report, or anything that was written to name or to find its parties.
func EraseAside(ctx context.Context, tx *db.Tx, h *Held) error {
	if h.Import == "" {
		return nil
	}
	telling := append(h.Victim.telling(), h.Suspect.telling()...)
	if h.ID != "" {
		telling = append(telling, fold(h.ID))
	}
	type row struct {
		line  int64
		cells string
	}
	scan := func(r db.Row) (a row, err error) { return a, r.Scan(&a.line, &a.cells) }
	rows, err := db.All(ctx, tx, scan, `SELECT line, cells FROM rows_aside WHERE import = $1 ORDER BY line`, h.Import)
	if err != nil {
		return err
	}
	for _, a := range rows {
		var cells []string
		if err := json.Unmarshal([]byte(a.cells), &cells); err != nil {
			return fmt.Errorf("row set aside: %w", err)
		}
		speaks := slices.ContainsFunc(cells, func(c string) bool {
			c = fold(c)
			return slices.ContainsFunc(telling, func(t string) bool { return strings.Contains(c, t) })
		})
		if !speaks {
			continue
		}
		if err := tx.Exec(ctx, `UPDATE rows_aside SET cells = '[]', reason = 'Erased with the report it was about' WHERE import = $1 AND line = $2`, h.Import, a.line); err != nil {
			return fmt.Errorf("erase row set aside: %w", err)
		}
	}
	return nil
}

// leastTelling is how long a text must be to tell one person from others wherever
// it stands: "Al" is in half of all cells.
const leastTelling = 4

// telling is what was written to name a party or to find it again, folded.
func (p *Party) telling() (all []string) {
	for _, some := range [][]string{{p.Ref, p.GivenName + " " + p.FamilyName, p.FamilyName}, p.Aliases, p.Phones, p.Emails, p.Handles, p.Addresses, p.Vehicles} {
		for _, s := range some {
			if s = fold(s); len(s) >= leastTelling {
				all = append(all, s)
			}
		}
	}
	return all
}

// Names reports whether a text names a party: so that what is kept when a report is
// gone does not say whose it was.
func (p *Party) Names(text string) bool {
	in := strings.FieldsFunc(strings.ToLower(text), notOfWord)
	for _, name := range append([]string{p.GivenName, p.FamilyName}, p.Aliases...) {
		for _, word := range strings.FieldsFunc(strings.ToLower(name), notOfWord) {
			if len(word) >= leastTelling && slices.Contains(in, word) {
				return true
			}
		}
	}
	text = fold(text)
	return slices.ContainsFunc(slices.Concat([]string{p.Ref}, p.Phones, p.Emails, p.Handles), func(s string) bool {
		return len(s) >= leastTelling && strings.Contains(text, fold(s))
	})
}

func notOfWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
