package report

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// An ImportState says how far an import has come.
type ImportState string

const (
	Waiting  ImportState = "waiting"  // uploaded; the mapping is not confirmed
	Reading  ImportState = "reading"  // rows are being taken in
	Matching ImportState = "matching" // all rows are in; people and patterns are being worked out
	Done     ImportState = "done"
	Failed   ImportState = "failed"  // Message says why; what was taken in stays in
	Stopped  ImportState = "stopped" // somebody stopped it; what was taken in stays in
)

// Running reports whether the import still works.
func (s ImportState) Running() bool { return s == Reading || s == Matching }

// An Import is one file taken in, or being taken in. Read is always the sum of
// Kept, Already and Aside; Corrected counts those of Kept that replace an older
// report.
type Import struct {
	ID, File, Fingerprint string
	State                 ImportState
	Mapping               map[string]string // their column to ours
	Message               string
	Read, Kept, Already   int
	Corrected, Aside      int
	Came, Waits           int    // changes of it that a hold stopped, and those of them that wait still
	By, Holder            string // who began it, and the agency that holds what it takes in
	Account               string // of who began it; empty: not known
	Begun                 time.Time
	Ended                 time.Time // zero while it runs
}

// Of reports whether somebody may see what stands in the import's file: whoever began
// it, and nobody else. A lock does not reach into a file that is not read yet, nor
// into rows that could not be read.
func (i *Import) Of(by *access.Actor) bool {
	return by.Program || by.Account != "" && by.Account == i.Account
}

const selectImports = `
	SELECT id, file, fingerprint, state, mapping, message, rows_read, kept, already, corrected, aside, begun_by, begun, ended, holder, account,
	(SELECT count(*) FROM waiting_changes w WHERE w.import = imports.id), (SELECT count(*) FROM waiting_changes w WHERE w.import = imports.id AND w.ended IS NULL) FROM imports `

func scanImport(r db.Row) (i Import, err error) {
	var mapping string
	var begun int64
	var ended *int64
	err = r.Scan(&i.ID, &i.File, &i.Fingerprint, &i.State, &mapping, &i.Message, &i.Read, &i.Kept, &i.Already, &i.Corrected, &i.Aside, &i.By, &begun, &ended, &i.Holder, &i.Account, &i.Came, &i.Waits)
	if err != nil {
		return i, err
	}
	i.Begun = time.UnixMicro(begun).UTC()
	if ended != nil {
		i.Ended = time.UnixMicro(*ended).UTC()
	}
	return i, json.Unmarshal([]byte(mapping), &i.Mapping)
}

// importsSeen is selectImports, but for changes of reports that are hidden from the actor.
func importsSeen(sight *access.Sight, args []any) (string, []any) {
	open, args := sight.OpenReport("w.report", args)
	return strings.ReplaceAll(selectImports, "w.import = imports.id", "w.import = imports.id"+open), args
}

// ImportOf is the import with an id, or fault.NotFound.
func ImportOf(ctx context.Context, q db.Querier, id string) (Import, error) {
	return db.One(ctx, q, scanImport, selectImports+`WHERE id = $1`, id)
}

// BeginImport keeps that a file is to be taken in, and returns the import.
func (s *Store) BeginImport(ctx context.Context, by access.Actor, file, fingerprint string, mapping map[string]string) (i Import, err error) {
	err = s.guard.Act(ctx, by, access.ImportReports, func(tx *db.Tx, sight *access.Sight) error {
		i = Import{ID: db.NewID(), File: file, Fingerprint: fingerprint, State: Waiting, Mapping: mapping, By: by.Name, Account: by.Account, Holder: by.Agency, Begun: tx.Now}
		sight.Saw("import", i.ID)
		return tx.Exec(ctx, `
			INSERT INTO imports (id, file, fingerprint, state, mapping, message, rows_read, kept, already, corrected, aside, begun_by, begun, holder, account)
			VALUES ($1, $2, $3, $4, $5, '', 0, 0, 0, 0, 0, $6, $7, $8, $9)`,
			i.ID, file, fingerprint, i.State, text(mapping), by.Name, tx.Now.UnixMicro(), by.Agency, by.Account)
	})
	return i, err
}

// StartImport moves a waiting, failed or stopped import to reading, with the
// mapping that was confirmed, and sets its counts to 0: taking a file in twice
// changes nothing, so to go on is to start again.
func (s *Store) StartImport(ctx context.Context, by access.Actor, id string, mapping map[string]string) (i Import, err error) {
	err = s.guard.Act(ctx, by, access.ImportReports, func(tx *db.Tx, sight *access.Sight) error {
		if i, err = ownImport(ctx, tx, sight, id); err != nil {
			return err
		}
		if i.State.Running() || i.State == Done {
			return fault.Conflict
		}
		i.State, i.Mapping = Reading, mapping
		if err := tx.Exec(ctx, `DELETE FROM rows_aside WHERE import = $1`, id); err != nil {
			return err
		}
		return tx.Exec(ctx, `
			UPDATE imports SET state = $2, mapping = $3, message = '', rows_read = 0, kept = 0, already = 0, corrected = 0, aside = 0, ended = NULL
			WHERE id = $1`, id, i.State, text(mapping))
	})
	return i, err
}

// Count adds what became of some rows to an import, within the transaction that
// takes them in.
func Count(ctx context.Context, tx *db.Tx, id string, taken []Taken, aside []Aside) error {
	var kept, already, corrected int
	for _, t := range taken {
		switch t.Taking {
		case Already:
			already++
		case Corrected:
			corrected++
			kept++
		default:
			kept++
		}
	}
	rows := make([][]any, len(aside))
	for i, a := range aside {
		rows[i] = []any{id, a.Line, a.Reason, text(a.Cells)}
	}
	if err := tx.Insert(ctx, "rows_aside", []string{"import", "line", "reason", "cells"}, rows); err != nil {
		return err
	}
	return tx.Exec(ctx, `
		UPDATE imports SET rows_read = rows_read + $2, kept = kept + $3, already = already + $4, corrected = corrected + $5, aside = aside + $6
		WHERE id = $1`, id, len(taken)+len(aside), kept, already, corrected, len(aside))
}

// MoveImport sets how far an import has come. A message replaces the one before
// it unless it is empty.
func (s *Store) MoveImport(ctx context.Context, id string, to ImportState, message string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var ended any
		if !to.Running() && to != Waiting {
			ended = tx.Now.UnixMicro()
		}
		return tx.Exec(ctx, `UPDATE imports SET state = $2, message = CASE WHEN $3 = '' THEN message ELSE $3 END, ended = $4 WHERE id = $1`, id, to, message, ended)
	})
}

// Interrupted marks imports that were running when the program last ended.
func (s *Store) Interrupted(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE imports SET state = $1, message = $2, ended = $3 WHERE state IN ($4, $5)`,
			Stopped, "The program ended while this was running. Start it again: rows that are in already stay as they are.", tx.Now.UnixMicro(), Reading, Matching)
	})
}

// ImportOf is the import with an id, or fault.NotFound.
func (s *Store) ImportOf(ctx context.Context, by access.Actor, id string) (i Import, err error) {
	err = s.guard.Look(ctx, by, access.ReadImports, func(v *db.View, sight *access.Sight) error {
		i, err = ownImport(ctx, v, sight, id)
		return err
	})
	return i, err
}

// ChangeImport is the import with an id, for one who is about to stop it or to
// remove its file.
func (s *Store) ChangeImport(ctx context.Context, by access.Actor, id string) (i Import, err error) {
	err = s.guard.Act(ctx, by, access.ImportReports, func(tx *db.Tx, sight *access.Sight) error {
		i, err = ownImport(ctx, tx, sight, id)
		return err
	})
	return i, err
}

// ownImport is an import of the actor's own agency: nobody else sees its files.
func ownImport(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Import, error) {
	sight.Saw("import", id)
	query, args := importsSeen(sight, []any{id})
	i, err := db.One(ctx, q, scanImport, query+`WHERE id = $1`, args...)
	if err == nil && i.Holder != sight.Agency {
		err = fault.NotFound
	}
	if err != nil {
		return Import{}, err
	}
	return i, nil
}

// ReadImport is the import with an id, for one who is about to read what stands in its
// file: whoever began it alone.
func (s *Store) ReadImport(ctx context.Context, by access.Actor, id string) (i Import, err error) {
	err = s.guard.Look(ctx, by, access.ReadImports, func(v *db.View, sight *access.Sight) error {
		if i, err = ownImport(ctx, v, sight, id); err == nil && !i.Of(&sight.Actor) {
			err = sight.Refuse(access.NotTheirs)
		}
		return err
	})
	return i, err
}

// Imports are the imports from skip on, newest first, and how many there are.
func (s *Store) Imports(ctx context.Context, by access.Actor, skip, most int) (all []Import, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadImports, func(v *db.View, sight *access.Sight) error {
		sight.Saw("imports", "")
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM imports WHERE holder = $1`, by.Agency)
		if err != nil {
			return err
		}
		total = int(n)
		query, args := importsSeen(sight, []any{most, skip, by.Agency})
		all, err = db.All(ctx, v, scanImport, query+`WHERE holder = $3 ORDER BY begun DESC, id DESC LIMIT $1 OFFSET $2`, args...)
		return err
	})
	return all, total, err
}

// AsideRows calls f with each row an import set aside, in order of line, at
// most the first most of them when most is above 0. They are for whoever began it.
func (s *Store) AsideRows(ctx context.Context, by access.Actor, id string, most int, f func(Aside) error) error {
	limit := ""
	args := []any{id}
	if most > 0 {
		limit, args = ` LIMIT $2`, append(args, most)
	}
	scan := func(r db.Row) (a Aside, err error) {
		var cells string
		if err := r.Scan(&a.Line, &a.Reason, &cells); err != nil {
			return a, err
		}
		return a, json.Unmarshal([]byte(cells), &a.Cells)
	}
	if _, err := s.ReadImport(ctx, by, id); err != nil { // in the ledger before the first row leaves
		return err
	}
	return s.db.Read(ctx, func(v *db.View) error {
		return db.Each(ctx, v, scan, f, `SELECT line, reason, cells FROM rows_aside WHERE import = $1 ORDER BY line`+limit, args...)
	})
}
