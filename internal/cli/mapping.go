package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/table"
)

// mappingOf is how a file's columns are read: by the mapping in a file; as they
// are, when they all bear our names; or by a proposal that somebody at a
// terminal agrees to.
func mappingOf(t *table.Reader, file string, columns []report.Column, propose func([]string) report.Proposal, s Streams) (report.Mapping, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fault.Bad("map", fmt.Sprintf("cannot read the mapping: %v", err))
		}
		defer f.Close()
		return report.ReadMapping(f)
	}
	if ours(t.Header(), columns) {
		return nil, nil
	}
	p := propose(t.Header())
	if err := p.Err(); err != nil {
		fmt.Fprintf(s.Err, "This is as far as the header tells:\n\n%s\n", p.Mapping.YAML(t.Header()))
		return nil, err
	}
	in, ok := s.In.(*os.File)
	if !ok || !isatty.IsTerminal(in.Fd()) {
		fmt.Fprintf(s.Err, "The columns are called something else. This mapping is proposed:\n\n%s\n", p.Mapping.YAML(t.Header()))
		return nil, fault.Bad("map", "look at the mapping above, save it to a file and give it with --map")
	}
	fmt.Fprintf(s.Err, "The columns are called something else. Read them so?\n\n%s\nColumns not named here are kept as they are. Go on? [y/N] ", p.Mapping.YAML(t.Header()))
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y") {
		return nil, fault.Bad("map", "not read: save the mapping to a file, change it, and give it with --map")
	}
	return p.Mapping, nil
}

// ours reports whether a header has a column of ours that must be there, and so
// was written for Clew.
func ours(header []string, columns []report.Column) bool {
	have := map[string]bool{}
	for _, h := range header {
		have[strings.ToLower(strings.TrimSpace(h))] = true
	}
	needed, any := true, false
	for _, c := range columns {
		any = any || have[c.Name]
		needed = needed && (!c.Required || have[c.Name])
	}
	return needed && any
}
