package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
)

// A Reader is the agency that reads, and the case it may read, with what was merged
// into it.
type Reader struct{ Case, Agency string }

// visible is the condition that a document d is of the case $1, or of one that was merged
// into it, and may be read by the agency $2.
const visible = `d.case_id IN (SELECT k.id FROM cases k WHERE k.stays = $1) AND (d.basis <> '' OR d.agency = $2)`

// columns are read by scan. An incident that the agency $2 may not read is not said.
const columns = `d.id, d.case_id, CASE WHEN EXISTS (SELECT 1 FROM incidents i WHERE i.incident = d.incident AND (i.basis <> '' OR i.agency = $2)) THEN d.incident ELSE '' END,
	d.agency, d.basis, d.size, d.type, d.said, d.account, d.name, d.at, COALESCE(d.gone, 0), d.gone_name, d.why`

func scan(r db.Row) (d Document, err error) {
	var at, gone int64
	err = r.Scan(&d.ID, &d.Case, &d.Incident, &d.Agency, &d.Basis, &d.Size, &d.Type, &d.said, &d.Account, &d.By, &at, &gone, &d.GoneBy, &d.why)
	d.At = time.UnixMicro(at).UTC()
	if gone > 0 {
		d.Gone = time.UnixMicro(gone).UTC()
	}
	return d, err
}

// List is a part of the documents of a case that an agency may read, or of those that
// belong to one incident that it may read; the newest first, those that were taken back or
// erased among them. total is how many there are, and there how many of them were not.
func List(ctx context.Context, q db.Querier, of Reader, incident string, skip, most int) (all []Document, total, there int, err error) {
	where, args := visible, []any{of.Case, of.Agency}
	if incident != "" {
		args = append(args, incident)
		where += ` AND d.incident = $3 AND EXISTS (SELECT 1 FROM incidents i WHERE i.incident = $3 AND (i.basis <> '' OR i.agency = $2))`
	}
	count, err := db.One(ctx, q, func(r db.Row) (n [2]int, err error) { return n, r.Scan(&n[0], &n[1]) }, `SELECT count(*), COALESCE(SUM(CASE WHEN length(d.said) > 0 THEN 1 ELSE 0 END), 0) FROM documents d WHERE `+where, args...)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("count documents: %w", err)
	}
	args = append(args, most, skip)
	all, err = db.All(ctx, q, scan, `SELECT `+columns+` FROM documents d WHERE `+where+` ORDER BY d.at DESC, d.id DESC LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("documents: %w", err)
	}
	return all, count[0], count[1], nil
}

// Some are the documents with some ids that an agency may read.
func Some(ctx context.Context, q db.Querier, of Reader, ids []string) ([]Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := db.All(ctx, q, scan, `SELECT `+columns+` FROM documents d WHERE `+visible+` AND d.id IN (`+db.List(3, len(ids))+`)`, append([]any{of.Case, of.Agency}, db.Args(ids)...)...)
	if err != nil {
		return nil, fmt.Errorf("some documents: %w", err)
	}
	return all, nil
}

// One is a document that an agency may read, or fault.NotFound.
func One(ctx context.Context, q db.Querier, of Reader, id string) (Document, error) {
	all, err := Some(ctx, q, of, []string{id})
	if err != nil {
		return Document{}, err
	}
	if len(all) == 0 {
		return Document{}, fmt.Errorf("document: %w", fault.NotFound)
	}
	return all[0], nil
}

// Each calls f with every document whose content is there, of all cases.
func Each(ctx context.Context, q db.Querier, f func(Document) error) error {
	return db.Each(ctx, q, scan, f, `SELECT d.id, d.case_id, d.incident, d.agency, d.basis, d.size, d.type, d.said, d.account, d.name, d.at, 0, d.gone_name, d.why FROM documents d WHERE length(d.said) > 0 ORDER BY d.id`)
}

// said is what is sealed in the row of a document.
type said struct {
	Name  string `json:"name"`
	Words string `json:"words"`
	Sum   string `json:"sha256"`
	Key   []byte `json:"key"`
}

func place(id, column string) seal.Place {
	return seal.Place{Table: "documents", Row: id, Column: column}
}

// Open opens what is sealed in some documents. keys is the opener of a case, or why nothing
// of it can be opened.
func Open(keys func(id string) (*seal.Opener, error), all []Document) error {
	for n := range all {
		d := &all[n]
		o, trouble := keys(d.Case)
		d.Lost = d.Erased()
		for column, sealed := range map[string][]byte{"said": d.said, "why": d.why} {
			if len(sealed) == 0 {
				continue
			}
			if trouble != nil {
				d.Lost = true
				continue
			}
			plain, err := o.Open(place(d.ID, column), sealed)
			switch {
			case errors.Is(err, seal.ErrBroken), errors.Is(err, fault.NotFound):
				d.Lost = true
			case err != nil:
				return err
			case column == "why":
				d.Why = string(plain)
			default:
				var s said
				if err := json.Unmarshal(plain, &s); err != nil {
					return fmt.Errorf("document %s: %w", d.ID, err)
				}
				d.Name, d.Words, d.Sum, d.key = s.Name, s.Words, s.Sum, s.Key
			}
		}
	}
	return nil
}

// Add adds a document whose content was kept under a key. digest is by what the content
// can be known again. The error is ErrLate when its content was swept away.
func Add(ctx context.Context, tx *db.Tx, pen *seal.Opener, d *Document, key, digest []byte) error {
	if n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM document_uploads WHERE document = $1`, d.ID); err != nil {
		return fmt.Errorf("upload: %w", err)
	} else if n == 0 {
		return ErrLate
	}
	plain, err := json.Marshal(said{d.Name, d.Words, d.Sum, key})
	if err != nil {
		return err
	}
	sealed, err := pen.Seal(place(d.ID, "said"), plain)
	if err != nil {
		return err
	}
	d.At = tx.Now.UTC()
	if err := tx.Insert(ctx, "documents", []string{"id", "case_id", "incident", "agency", "basis", "size", "type", "said", "digest", "account", "name", "at", "gone_name", "why"},
		[][]any{{d.ID, d.Case, d.Incident, d.Agency, d.Basis, d.Size, d.Type, sealed, digest, d.Account, d.By, d.At.UnixMicro(), "", []byte{}}}); err != nil {
		return fmt.Errorf("insert document: %w", err)
	}
	return tx.Exec(ctx, `DELETE FROM document_uploads WHERE document = $1`, d.ID)
}

// Same is a document that an agency may read with one of some digests, or
// fault.NotFound.
func Same(ctx context.Context, q db.Querier, of Reader, digests [][]byte) (Document, error) {
	return db.One(ctx, q, scan, `SELECT `+columns+` FROM documents d WHERE `+visible+` AND d.digest IN (`+db.List(3, len(digests))+`) ORDER BY d.at, d.id LIMIT 1`, append([]any{of.Case, of.Agency}, db.Args(digests)...)...)
}

// Share lets other agencies read a document on a basis.
func Share(ctx context.Context, tx *db.Tx, id, basis string) error {
	if err := tx.Exec(ctx, `UPDATE documents SET basis = $2 WHERE id = $1`, id, basis); err != nil {
		return fmt.Errorf("share a document: %w", err)
	}
	return nil
}

// TakeBack destroys the content of a document and what was said of it, and keeps that it
// was there, who took it back, when and why.
func TakeBack(ctx context.Context, tx *db.Tx, pen *seal.Opener, id, by, why string) error {
	sealed, err := pen.Seal(place(id, "why"), []byte(why))
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE documents SET said = $2, digest = $2, why = $3, gone = $4, gone_name = $5 WHERE id = $1`, id, []byte{}, sealed, tx.Now.UnixMicro(), by); err != nil {
		return fmt.Errorf("take back a document: %w", err)
	}
	return Drop(ctx, tx, id)
}

// Forget destroys the content of the documents of a case, and empties what could tell
// whom they are about.
func Forget(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Exec(ctx, `DELETE FROM document_chunks WHERE document IN (SELECT d.id FROM documents d WHERE d.case_id = $1)`, id); err != nil {
		return fmt.Errorf("forget content: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE documents SET said = $2, digest = $2, why = $2 WHERE case_id = $1`, id, []byte{}); err != nil {
		return fmt.Errorf("forget documents: %w", err)
	}
	return nil
}
