package law

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Correction is a row that a partnership added or put right: what it says from a
// day on, and who says so and why. It is never changed; a later one says more.
type Correction struct {
	ID, Table, Key string
	Cells          []string
	From, Until    time.Time
	Source, Sure   string
	Reason, By     string
	Made           time.Time
}

// Row is the correction as a row of its table.
func (c *Correction) Row() Row {
	return Row{Key: c.Key, Cells: c.Cells, From: c.From, Until: c.Until, Source: c.Source, Sure: c.Sure, Correction: c}
}

// Store keeps the corrections.
type Store struct{ guard *access.Guard }

// NewStore makes the store of a database.
func NewStore(g *access.Guard) *Store { return &Store{g} }

const longest = 500

// settings is the table of what a partnership may choose. No row can be added to it.
const settings = "warning-settings"

var correctionColumns = []string{"id", "subject", "row_key", "cells", "begins", "ends", "source", "sure", "reason", "account", "agency", "made_by", "made"}

// Read is the book with every correction.
func (s *Store) Read(ctx context.Context, by access.Actor) (b Book, err error) {
	err = s.guard.Look(ctx, by, access.ReadLaw, func(v *db.View, sight *access.Sight) error {
		sight.Saw("law", "")
		b, err = Open(ctx, v)
		return err
	})
	return b, err
}

// MayCorrect refuses who may not correct a row, before they type one, and is the book.
func (s *Store) MayCorrect(ctx context.Context, by access.Actor) (b Book, err error) {
	err = s.guard.Look(ctx, by, access.CorrectLaw, func(v *db.View, sight *access.Sight) error {
		sight.Saw("law", "")
		b, err = Open(ctx, v)
		return err
	})
	return b, err
}

// Open is the book inside a transaction of somebody else's.
func Open(ctx context.Context, q db.Querier) (Book, error) {
	all, err := db.All(ctx, q, scan, `SELECT id, subject, row_key, cells, begins, ends, source, sure, reason, made_by, made FROM law_rows ORDER BY made, id`)
	return Book{Shipped(), all}, err
}

func scan(r db.Row) (c Correction, err error) {
	var cells, from, until string
	var made int64
	if err = r.Scan(&c.ID, &c.Table, &c.Key, &cells, &from, &until, &c.Source, &c.Sure, &c.Reason, &c.By, &made); err != nil {
		return c, err
	}
	c.From, c.Until, c.Made = day(from), day(until), time.UnixMicro(made).UTC()
	if err := json.Unmarshal([]byte(cells), &c.Cells); err != nil {
		return c, fmt.Errorf("law row %s: %w", c.ID, err)
	}
	return c, nil
}

// Correct adds a row to a table, or says from a day on what a row of it says. A bank
// holiday has its date for a key and holds on that day.
func (s *Store) Correct(ctx context.Context, by access.Actor, c Correction) error {
	book := Book{Tables: shipped}
	t, ok := book.Table(c.Table)
	if !ok {
		return fault.NotFound
	}
	if c.Table == "bank-holidays" && !c.From.IsZero() {
		c.Key = dash(c.From)
		if c.Until.IsZero() {
			c.Until = c.From
		}
	}
	var wrong fault.Messages
	short := func(field, what, text string, must bool) {
		if must && strings.TrimSpace(text) == "" {
			wrong.Add(field, "Enter "+what)
		} else if utf8.RuneCountInString(text) > longest {
			wrong.Add(field, "This has 500 characters at most")
		}
	}
	if i := slices.IndexFunc(t.Rows, func(r Row) bool { return r.Key == c.Key }); c.Table == settings && i < 0 {
		wrong.Add("key", "Clew knows no setting of that name")
	}
	if c.Table != "bank-holidays" {
		short("key", "what names the row", c.Key, true)
	}
	for i, column := range t.Columns {
		cell := ""
		if i < len(c.Cells) {
			cell = c.Cells[i]
		}
		short(column, "the "+column, cell, column == "title")
		if n, err := strconv.Atoi(strings.TrimSpace(cell)); c.Table == settings && column == "value" && (err != nil || n < 1 || n > 100_000) {
			wrong.Add(column, "Enter a whole number from 1 to 100,000")
		}
	}
	if c.From.IsZero() {
		wrong.Add("from", "Enter the day from which this holds, such as 27/3/2027")
	}
	if !c.Until.IsZero() && c.Until.Before(c.From) {
		wrong.Add("until", "The last day must not be before the first")
	}
	short("source", "the document and section this comes from", c.Source, true)
	if !slices.Contains(Sures, c.Sure) {
		wrong.Add("sure", "Select how sure you are")
	}
	short("reason", "why you correct this", c.Reason, true)
	if err := wrong.Err(); err != nil {
		return err
	}
	cells := make([]string, len(t.Columns))
	copy(cells, c.Cells)
	text, err := json.Marshal(cells)
	if err != nil {
		return fmt.Errorf("law row: %w", err)
	}
	return s.guard.Act(ctx, by, access.CorrectLaw, func(tx *db.Tx, sight *access.Sight) error {
		id := db.NewID()
		sight.Saw("law row", id)
		return tx.Insert(ctx, "law_rows", correctionColumns, [][]any{{id, c.Table, c.Key, string(text), dash(c.From), dash(c.Until), c.Source, c.Sure, c.Reason, by.Account, by.Agency, by.Name, tx.Now.UnixMicro()}})
	})
}

func dash(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
