// Package chronology reads a case told as it unfolded (docs/formats.md, clew
// replay) and replays it: for each moment something changed, what was raised, what
// was cleared, and the facts behind each.
package chronology

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"clew/internal/warning"
	"clew/internal/when"
	"clew/internal/words"
)

// Limits of one file.
const (
	MaxBytes  = 2 << 20
	MaxEvents = 10_000
	MaxPeople = 1_000
	MaxYears  = 30 // from the first event to the last
)

// A Chronology is a case as a file tells it.
type Chronology struct {
	Title, Area string
	Case        warning.Case
	Facts       []warning.Fact // in the order of the file
	Expect      []Expect
	Notices     []string // what is odd, and did not stop it being read
	lines       map[string]int
}

// An Expect is one line of what should stand.
type Expect struct {
	Line                         int
	At                           when.Moment
	Until                        time.Time // the moment asked about
	Raised, Holds, Never, Absent []string
}

// A Fault is one thing that is wrong with a file, and where.
type Fault struct {
	Line, Column int
	Text         string
}

func (f Fault) Error() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Text)
}

// Faults are all that is wrong with a file, in its order.
type Faults []Fault

func (f Faults) Error() string {
	all := make([]string, len(f))
	for i := range f {
		all[i] = f[i].Error()
	}
	return strings.Join(all, "\n")
}

// maxFaults is how many faults are told of.
const maxFaults = 20

// Read reads a chronology. The error is Faults when the file says something wrong.
func Read(r io.Reader) (*Chronology, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxBytes {
		return nil, Faults{{Text: fmt.Sprintf("the file is larger than %s bytes", words.Thousands(MaxBytes))}}
	}
	var doc yaml.Node
	d := yaml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff")))
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, Faults{{Text: "the file is empty"}}
		}
		return nil, Faults{yamlFault(err)}
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, Faults{{Text: "there is more than one document in the file (a line of three hyphens begins another)"}}
	}
	p := &parser{c: &Chronology{lines: map[string]int{}}, ids: map[string]*yaml.Node{}, index: map[string]int{}}
	p.file(doc.Content[0])
	if len(p.faults) > 0 {
		sort.SliceStable(p.faults, func(i, j int) bool {
			a, b := p.faults[i], p.faults[j]
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		})
		if len(p.faults) > maxFaults {
			p.faults = append(p.faults[:maxFaults], Fault{Text: fmt.Sprintf("… and %d more", len(p.faults)-maxFaults)})
		}
		return nil, p.faults
	}
	return p.c, nil
}

// yamlFault takes line and text out of the library's error.
func yamlFault(err error) Fault {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if n, after, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(n); err == nil {
				return Fault{line, 1, "this is not YAML: " + after}
			}
		}
	}
	return Fault{1, 1, "this is not YAML: " + text}
}

type parser struct {
	c      *Chronology
	faults Faults
	ids    map[string]*yaml.Node
	index  map[string]int // of facts by id
	nodes  []*yaml.Node   // of each fact
	known  []*yaml.Node   // of each fact: what it says of known
	given  []map[string]*yaml.Node
}

func (p *parser) bad(n *yaml.Node, format string, args ...any) {
	if len(p.faults) < 1000 {
		p.faults = append(p.faults, Fault{n.Line, n.Column, fmt.Sprintf(format, args...)})
	}
}

// fields gives the values of a mapping by key, and complains of any other.
func (p *parser) fields(n *yaml.Node, what string, allowed ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		p.bad(n, "%s is a list of names and values, as {name: value}", what)
		return nil
	}
	m := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode:
			p.bad(k, "a name is one word")
		case m[k.Value] != nil:
			p.bad(k, "%q is there twice", k.Value)
		case allowed != nil && !slices.Contains(allowed, k.Value):
			p.bad(k, "%s has no field %q%s", what, short(k.Value), meant(k.Value, allowed))
		default:
			m[k.Value] = p.plain(v)
		}
	}
	return m
}

// plain refuses anchors and aliases, which can make a small file a huge one.
func (p *parser) plain(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		p.bad(n, "write it out: & and * are not used here")
		return &yaml.Node{Kind: yaml.ScalarNode, Line: n.Line, Column: n.Column}
	}
	return n
}

func (p *parser) text(n *yaml.Node) string {
	if n == nil || n.Tag == "!!null" {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		p.bad(n, "this is one value, not a list")
		return ""
	}
	if len(n.Value) > 4000 {
		p.bad(n, "this is longer than 4,000 bytes")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// list reads a list, or one value as a list of one.
func (p *parser) list(n *yaml.Node) (all []string) {
	switch {
	case n == nil || n.Tag == "!!null":
		return nil
	case n.Kind == yaml.ScalarNode:
		if s := p.text(n); s != "" {
			all = []string{s}
		}
		return all
	case n.Kind != yaml.SequenceNode:
		p.bad(n, "this is a list, as [one, two]")
		return nil
	}
	for _, x := range n.Content {
		if s := p.text(p.plain(x)); s != "" {
			all = append(all, s)
		}
	}
	return all
}

func (p *parser) date(n *yaml.Node) when.Moment {
	s := p.text(n)
	if s == "" {
		return when.Moment{}
	}
	m, err := when.Parse(s)
	if err != nil {
		p.bad(n, "%q is no date: %v", short(s), err)
	}
	return m
}

func (p *parser) number(n *yaml.Node, low, high float64) float64 {
	s := p.text(n)
	if s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= low && f <= high) {
		p.bad(n, "%q is no number from %g to %g", short(s), low, high)
		return 0
	}
	return f
}

// yes reads yes or no.
func (p *parser) yes(n *yaml.Node) bool {
	switch strings.ToLower(p.text(n)) {
	case "", "no", "false":
		return false
	case "yes", "true":
		return true
	}
	p.bad(n, "this is yes or no")
	return false
}

// one reads one of some words.
func (p *parser) one(n *yaml.Node, what string, of ...string) string {
	s := p.text(n)
	for _, w := range of {
		if strings.EqualFold(w, s) {
			return w
		}
	}
	if s != "" {
		p.bad(n, "there is no %s %q%s", what, short(s), meant(s, of))
	}
	return ""
}

func (p *parser) some(n *yaml.Node, what string, of []string) (all []string) {
	for _, s := range p.list(n) {
		if i := slices.IndexFunc(of, func(w string) bool { return strings.EqualFold(w, s) }); i >= 0 {
			all = append(all, of[i])
		} else {
			p.bad(n, "there is no %s %q%s", what, short(s), meant(s, of))
		}
	}
	return all
}

func (p *parser) position(n *yaml.Node) *warning.Position {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		p.bad(n, "a position is [latitude, longitude]")
		return nil
	}
	return &warning.Position{p.number(p.plain(n.Content[0]), -90, 90), p.number(p.plain(n.Content[1]), -180, 180)}
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// meant names the nearest of some words, if one is near, or a few of them.
func meant(s string, of []string) string {
	best, least := "", 1+len(s)/3
	for _, w := range of {
		if d := apart(strings.ToLower(short(s)), strings.ToLower(w)); d <= least && (best == "" || d < least) {
			best, least = w, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("; do you mean %q?", best)
	case len(of) > 0 && len(of) <= 24:
		return "; there are: " + strings.Join(of, ", ")
	}
	return ""
}

// apart is the edit distance of two words.
func apart(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := last
			if a[i] != b[j] {
				d++
			}
			last = row[j+1]
			row[j+1] = min(d, last+1, row[j]+1)
		}
	}
	return row[len(b)]
}
