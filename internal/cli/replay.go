package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clew/internal/fault"
	"clew/internal/warning"
	"clew/internal/warning/chronology"
	"clew/internal/when"
	"clew/internal/words"
)

type replay struct {
	File    []string `arg:"" help:"Chronologies, as YAML (docs/formats.md). The name of one that Clew ships will do: --list names them."  optional:""`
	JSON    bool     `name:"json" help:"JSON for machines, a line for each file."`
	RulesOf string   `name:"rules-of" help:"Use the rules in force on that day; \"day\": those of each day as it comes. Today's when this is not given." placeholder:"DATE"`
	Agency  []string `help:"See what these agencies alone could have been warned of; again for several." placeholder:"AGENCY" sep:"none"`
	List    bool     `help:"Name the chronologies that Clew ships."`
}

func (c *replay) Run(s Streams) error {
	if c.List {
		for _, name := range chronology.Shipped() {
			fmt.Fprintln(s.Out, name)
		}
		return nil
	}
	if len(c.File) == 0 {
		return fault.Bad("file", "which file? clew replay --list names those that Clew ships")
	}
	o := chronology.Options{RulesOf: time.Now(), Agencies: c.Agency}
	by := "today"
	switch {
	case c.RulesOf == "day":
		o.RulesOf, by = time.Time{}, "each day"
	case c.RulesOf != "":
		m, err := when.Parse(c.RulesOf)
		if err != nil {
			return fault.Bad("rules-of", "--rules-of "+c.RulesOf+": "+err.Error())
		}
		if !m.Known() {
			return fault.Bad("rules-of", "--rules-of wants a date")
		}
		o.RulesOf, by = m.From, m.Words()
	}
	failed := 0
	for _, path := range c.File {
		told, err := readChronology(path)
		if err != nil {
			return err
		}
		for _, n := range told.Notices {
			fmt.Fprintf(s.Err, "%s: %s\n", path, n)
		}
		r, err := told.Run(o)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		failed += r.Failed()
		if c.JSON {
			err = json.NewEncoder(s.Out).Encode(told.JSON(r, path, by))
		} else {
			err = printReplay(s.Out, told, r, path, by)
		}
		if err != nil {
			return err
		}
	}
	if failed > 0 {
		fmt.Fprintf(s.Err, "clew: %s\n", words.Count(failed, "expectation was not met", "expectations were not met"))
		return errCheck
	}
	return nil
}

// readChronology reads a file, or one that is shipped.
func readChronology(path string) (*chronology.Chronology, error) {
	var in io.ReadCloser
	in, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(path, `/\`) {
		if shipped, e := chronology.Open(path); e == nil {
			in, err = shipped, nil
		}
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	told, err := chronology.Read(in)
	if faults, ok := errors.AsType[chronology.Faults](err); ok {
		var all fault.Invalid
		for _, f := range faults {
			all = append(all, fault.Message{Text: filepath.ToSlash(path) + ": " + f.Error()})
		}
		return nil, all
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return told, nil
}

func printReplay(w io.Writer, c *chronology.Chronology, r *chronology.Replay, path, by string) error {
	var b strings.Builder
	title := c.Title
	if title == "" {
		title = path
	}
	fmt.Fprintf(&b, "%s (%s), by the rules of %s\n", title, path, by)
	for _, m := range r.Moments {
		fmt.Fprintf(&b, "\n%s\n", warning.Moment(m.At))
		for _, f := range m.Known {
			fmt.Fprintf(&b, "    %s  %s\n", f.ID, f.Words())
		}
		for _, p := range m.Signposts {
			fmt.Fprintf(&b, "  signpost: %s holds something about %s. Ask them.\n", p.Agency, c.PairWords(p.Pair))
		}
		for _, x := range m.Changes {
			printChange(&b, c, m.At, &x)
		}
	}
	if len(r.Moments) == 0 {
		b.WriteString("\nNothing was raised.\n")
	}
	for _, f := range r.Findings {
		for _, wrong := range f.Wrong {
			fmt.Fprintf(&b, "\nNot as expected (%s, line %d): on %s %s.\n", path, f.Line, f.At.Words(), wrong)
		}
	}
	if n := len(r.Findings); n > 0 {
		fmt.Fprintf(&b, "\n%d of %s met.\n", n-r.Failed(), words.Count(n, "expectation", "expectations"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printChange(b *strings.Builder, c *chronology.Chronology, m time.Time, x *warning.Change) {
	w := &x.Warning
	about := ""
	if len(c.Case.Pairs) > 1 {
		about = ", " + c.PairWords(w.Pair)
	}
	if x.Was == warning.Cleared {
		fmt.Fprintf(b, "  cleared  %s%s\n", w.Rule, about)
		if x.Fact != "" {
			fmt.Fprintf(b, "           by %s  %s\n", x.Fact, x.Why)
		} else {
			fmt.Fprintf(b, "           %s\n", x.Why)
		}
		return
	}
	verb := "raised "
	switch {
	case x.Was == warning.Rose:
		fmt.Fprintf(b, "  level %d  %s%s\n           %s\n", w.Level, w.Rule, about, w.Says)
		if !w.By.IsZero() && m.After(w.By) {
			fmt.Fprintf(b, "           It was due by %s.\n", warning.Moment(w.By))
		}
		return
	case w.Again:
		verb = "back   "
	}
	fmt.Fprintf(b, "  %s  %s (%s)%s\n           %s %s", verb, w.Rule, w.Severity, about, w.Says, w.Do)
	if !w.By.IsZero() {
		fmt.Fprintf(b, ": by %s", warning.Moment(w.By))
	}
	b.WriteString(".\n")
	if len(w.Stops) > 0 {
		stops := make([]string, len(w.Stops))
		for i, s := range w.Stops {
			stops[i] = string(s)
		}
		fmt.Fprintf(b, "           Stops %s.\n", words.List(stops))
	}
	for _, id := range w.Facts {
		if f := c.Fact(id); f != nil {
			fmt.Fprintf(b, "           %s  %s\n", id, f.Words())
		}
	}
}
