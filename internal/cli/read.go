package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"clew/internal/fault"
	"clew/internal/pattern/narrate"
	"clew/internal/table"
)

type read struct {
	Notes string `arg:"" help:"CSV or XLSX file with a column of text." type:"existingfile"`
	Text  string `help:"The column to read." required:"" placeholder:"COLUMN"`
	Out   string `help:"CSV file to write." required:"" type:"path" placeholder:"FILE"`
	Truth string `help:"A column of known behaviours, ; between: print precision, recall and F1." placeholder:"COLUMN"`
}

// readColumns are added to the columns of the input (docs/formats.md §1).
var readColumns = []string{"behaviours", "acts", "fear", "impact", "threat", "count_low", "count_high", "denied", "other_person", "words"}

func (c *read) Run(ctx context.Context, s Streams) error {
	t, err := table.Open(c.Notes)
	if err != nil {
		return err
	}
	defer t.Close()
	text, err := column(t, c.Text)
	if err != nil {
		return err
	}
	truth := -1
	if c.Truth != "" {
		if truth, err = column(t, c.Truth); err != nil {
			return err
		}
	}
	out, err := table.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Abort()
	w := table.NewWriter(out, append(slices.Clone(t.Header()), readColumns...)...)
	bar := newProgress(s.Err)
	defer bar.end()
	var labelled []narrate.Labelled
	rows, aside := 0, 0
	for {
		lot, n, err := nextRows(ctx, t, 1024, s)
		aside += n
		readings := readAll(lot, text)
		for i, row := range lot {
			rows++
			if err := w.Write(append(row.Cells, readCells(&readings[i])...)...); err != nil {
				return err
			}
			if truth >= 0 {
				want, err := behavioursOf(row.Cells[truth])
				if err != nil {
					return fault.Bad("truth", fmt.Sprintf("line %d: %v", row.Line, err))
				}
				labelled = append(labelled, narrate.Labelled{Text: row.Cells[text], Behaviours: want})
			}
		}
		done, total := t.Progress()
		bar.tell("reading", done, total)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	bar.end()
	for _, n := range t.Notices() {
		fmt.Fprintln(s.Err, n)
	}
	fmt.Fprintf(s.Err, "%d rows read, %d set aside.\n", rows+aside, aside)
	if truth >= 0 {
		return narrate.Evaluate(labelled).Print(s.Out)
	}
	return nil
}

// nextRows gives up to most rows, and how many were set aside among them. The
// error, if any, is for after those rows.
func nextRows(ctx context.Context, t *table.Reader, most int, s Streams) (rows []table.Row, aside int, err error) {
	for len(rows) < most {
		row, err := t.Next()
		if a, ok := errors.AsType[*table.Aside](err); ok {
			aside++
			fmt.Fprintf(s.Err, "Set aside: line %d: %s\n", a.Line, a.Reason)
			continue
		}
		if err != nil {
			return rows, aside, err
		}
		rows = append(rows, row)
	}
	return rows, aside, ctx.Err()
}

// readAll reads the text of each row, on every core.
func readAll(rows []table.Row, text int) []narrate.Reading {
	all := make([]narrate.Reading, len(rows))
	var wait sync.WaitGroup
	each := (len(rows) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	for from := 0; from < len(rows); from += each {
		wait.Go(func() {
			for i := from; i < min(from+each, len(rows)); i++ {
				all[i] = narrate.Read(rows[i].Cells[text])
			}
		})
	}
	wait.Wait()
	return all
}

func readCells(r *narrate.Reading) []string {
	yes := map[bool]string{true: "yes", false: "no"}
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	words, err := json.Marshal(r.Findings)
	if err != nil {
		panic(err) // kinds, values and offsets always have JSON
	}
	if len(r.Findings) == 0 {
		words = []byte("[]")
	}
	return []string{
		strings.Join(narrate.Names(r.Behaviours, narrate.Behaviours), ";"), strings.Join(narrate.Names(r.Acts, narrate.Acts), ";"), r.Fear.String(),
		strings.Join(narrate.Names(r.Impact, narrate.Impacts), ";"), yes[r.Threat], count(r.Low), count(r.High),
		strings.Join(narrate.Names(r.Denied, narrate.Behaviours), ";"), strings.Join(narrate.Names(r.OtherPerson, narrate.Behaviours), ";"), string(words),
	}
}

// behavioursOf reads a list of behaviours with ; between.
func behavioursOf(cell string) (set uint64, err error) {
	for _, name := range strings.Split(cell, ";") {
		if name = strings.ToLower(strings.TrimSpace(name)); name == "" || name == "-" {
			continue
		}
		i := slices.Index(narrate.Behaviours, narrate.Behaviour(name))
		if i < 0 {
			return 0, fmt.Errorf("%q is no behaviour of s.2A(3)", name)
		}
		set |= 1 << i
	}
	return set, nil
}

// column finds a column of a table by name, whatever its case.
func column(t *table.Reader, name string) (int, error) {
	for i, h := range t.Header() {
		if strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(name)) {
			return i, nil
		}
	}
	return 0, fault.Bad("column", fmt.Sprintf("there is no column %q; there are: %s", name, strings.Join(t.Header(), ", ")))
}
