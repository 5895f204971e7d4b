package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"clew/internal/fault"
)

// A Mapping says which of their columns is which of ours. A column that is in no
// mapping and does not bear one of our names is kept as it is. Several of theirs
// may be one of ours where ours takes several values; and two may be a date, one
// of which holds the time of day.
type Mapping map[string]string

// maxMapping is the most bytes a mapping file may have.
const maxMapping = 1 << 20

// ReadMapping reads a mapping file: YAML, "their column: our column". The error
// is a fault.Invalid about "map" that names the line. Whether the columns exist
// is seen when the mapping meets a file.
func ReadMapping(in io.Reader) (Mapping, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxMapping+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxMapping {
		return nil, fault.Bad("map", "the mapping is longer than 1 MiB: it has one line for each column, \"their column: our column\"")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, fault.Bad("map", "the mapping is not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	m := Mapping{}
	if len(doc.Content) == 0 {
		return m, nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fault.Bad("map", "the mapping must be lines of \"their column: our column\"")
	}
	var wrong fault.Messages
	for i := 0; i+1 < len(top.Content); i += 2 {
		theirs, ours := top.Content[i], top.Content[i+1]
		at := "line " + strconv.Itoa(theirs.Line)
		name := strings.TrimSpace(theirs.Value)
		switch {
		case theirs.Kind != yaml.ScalarNode || ours.Kind != yaml.ScalarNode:
			wrong.Add(at, at+" of the mapping must be \"their column: our column\"")
		case strings.TrimSpace(ours.Value) == "":
			wrong.Add(at, fmt.Sprintf("%s of the mapping gives %q no column of ours", at, name))
		case m[name] != "":
			wrong.Add(at, fmt.Sprintf("%s of the mapping names %q again", at, name))
		default:
			m[name] = strings.TrimSpace(ours.Value)
		}
	}
	return m, about(wrong.Err())
}

// about makes every message one about the mapping.
func about(err error) error {
	if v, ok := errors.AsType[fault.Invalid](err); ok {
		for i := range v {
			v[i].Field = "map"
		}
	}
	return err
}

// YAML is the mapping as a file that ReadMapping reads back, in the order of the
// columns in header.
func (m Mapping) YAML(header []string) string {
	top := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range header {
		if ours := m[name]; ours != "" {
			top.Content = append(top.Content, scalar(name), scalar(ours))
		}
	}
	if len(top.Content) == 0 {
		return ""
	}
	b, err := yaml.Marshal(top)
	if err != nil {
		panic(err) // two strings always have a form
	}
	return string(b)
}

func scalar(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// A layout is where in a row each of our columns is.
type layout struct {
	header []string
	at     [][]int // by place among our columns
	extra  []int   // columns we have no meaning for
}

// lay lays a mapping over a header. Messages are in the order of the file.
func (m Mapping) lay(header []string, columns []Column) (*layout, error) {
	l := &layout{header: header, at: make([][]int, len(columns))}
	var wrong fault.Messages
	to := make([]int, len(header))
	for i := range to {
		to[i] = -1
	}
	var unknown []string
	for _, name := range sortedKeys(m) {
		i := slices.IndexFunc(header, func(h string) bool { return h == name })
		if i < 0 {
			i = slices.IndexFunc(header, func(h string) bool { return fold(h) == fold(name) })
		}
		c := indexOf(columns, m[name])
		switch {
		case i < 0:
			unknown = append(unknown, strconv.Quote(name))
		case c < 0:
			wrong.Add(name, fmt.Sprintf("the mapping takes %q for %q, which is not one of our columns: %s", name, m[name], names(columns)))
		default:
			to[i] = c
		}
	}
	if len(unknown) > 0 {
		wrong.Add("", fmt.Sprintf("the mapping names %s, and the file has no such column. It has %s", strings.Join(unknown, ", "), list(header)))
	}
	taken := make([]bool, len(columns))
	for _, c := range to {
		if c >= 0 {
			taken[c] = true
		}
	}
	for i, h := range header {
		c := to[i]
		if c < 0 {
			if c = indexOf(columns, h); c >= 0 && taken[c] && !columns[c].Several {
				c = -1 // the mapping says that another column is it
			}
		}
		if c < 0 {
			l.extra = append(l.extra, i)
			continue
		}
		l.at[c] = append(l.at[c], i)
	}
	for c, at := range l.at {
		most := 1
		switch {
		case columns[c].Several:
			most = len(header)
		case isDate(columns[c].Name):
			most = 2
		}
		if len(at) > most {
			var theirs []string
			for _, i := range at {
				theirs = append(theirs, header[i])
			}
			wrong.Add("of "+columns[c].Name, fmt.Sprintf("%s are all taken for %s, which can be only one column", list(theirs), columns[c].Name))
		}
		if columns[c].Required && len(at) == 0 {
			wrong.Add("of "+columns[c].Name, missing(columns[c], header))
		}
	}
	return l, about(wrong.Err())
}

// isDate reports whether a column of ours holds a moment, whose date and time
// may stand in two columns of theirs.
func isDate(name string) bool {
	return name == "reported_at" || name == "occurred_from" || name == "occurred_to"
}

func missing(c Column, header []string) string {
	return fmt.Sprintf("no column is %s (%s): name it in the mapping. The file has %s", c.Name, c.Meaning, list(header))
}

// first is the name of the first of their columns for one of ours.
func (l *layout) first(c int) string { return l.header[l.at[c][0]] }

// list names columns for a message, the first thirty of them.
func list(names []string) string {
	all := make([]string, 0, min(len(names), 31))
	for i, n := range names {
		if i == 30 {
			all = append(all, fmt.Sprintf("and %d more", len(names)-i))
			break
		}
		all = append(all, strconv.Quote(n))
	}
	return strings.Join(all, ", ")
}

func names(columns []Column) string {
	all := make([]string, len(columns))
	for i := range columns {
		all[i] = columns[i].Name
	}
	return strings.Join(all, ", ")
}

func sortedKeys(m Mapping) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
