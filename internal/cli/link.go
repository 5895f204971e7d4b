package cli

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"clew/internal/fault"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/table"
)

type link struct {
	People   []string `arg:"" help:"One CSV or XLSX list of people, or two." type:"existingfile"`
	Out      string   `help:"CSV file to write." required:"" type:"path" placeholder:"FILE"`
	Map      string   `help:"YAML file: their column: our column." type:"existingfile" placeholder:"FILE"`
	ID       string   `name:"id" help:"Column of the row's own id." placeholder:"COLUMN"`
	Pairs    string   `help:"Also write each compared pair above the review threshold, with its bits for each field." type:"path" placeholder:"FILE"`
	Truth    string   `help:"Column of a known answer: print precision, recall and F1." placeholder:"COLUMN"`
	OneToOne bool     `help:"Two files, in each of which a person stands once."`
	learning
}

// A linking is the rows of the lists, while they are linked.
type linking struct {
	columns []string // the union of the columns, in the order they were met
	rows    []linkRow
	corpus  *match.Corpus
	truth   []string
	asides  []string
	notices []string
	totals  report.Totals
}

type linkRow struct {
	file  int
	id    string
	cells packed // by the columns of its file

}

func (c *link) Run(ctx context.Context, s Streams) error {
	thrifty()
	if len(c.People) > 2 {
		return fault.Bad("people", "link takes one list or two")
	}
	if c.OneToOne && len(c.People) != 2 {
		return fault.Bad("one-to-one", "--one-to-one goes with two lists")
	}
	model, err := c.load()
	if err != nil {
		return err
	}
	bar := newProgress(s.Err)
	defer bar.end()
	l := &linking{corpus: match.NewCorpus()}
	var at [2][]int // by file: place of each of its columns in the union
	for n, path := range c.People {
		if at[n], err = l.read(ctx, c, n, path, bar, s); err != nil {
			return err
		}
	}
	o := match.Options{Model: model, OneToOne: c.OneToOne, Progress: bar.stages()}
	var pairs *table.File
	var compared *table.Writer
	if c.Pairs != "" {
		if pairs, err = table.Create(c.Pairs); err != nil {
			return err
		}
		defer pairs.Abort()
		compared = table.NewWriter(pairs, "a", "b", "bits", "probability", "household", "fields", "why")
		o.Pairs = func(p match.Pair) { compared.Write(l.pair(&p)...) }
	}
	res, err := match.Resolve(ctx, l.corpus, o)
	if err != nil {
		return err
	}
	bar.tell("writing", 0, 0)
	if err := l.write(c.Out, len(c.People) == 2, at, res); err != nil {
		return err
	}
	if pairs != nil {
		if err := errors.Join(compared.Flush(), pairs.Commit()); err != nil {
			return err
		}
	}
	if err := c.save(res.Model); err != nil {
		return err
	}
	bar.end()
	return l.told(c, s, res)
}

// read takes a list in, and says where its columns stand in the union.
func (l *linking) read(ctx context.Context, c *link, n int, path string, bar *progress, s Streams) (at []int, err error) {
	t, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	m, err := mappingOf(t, c.Map, report.PersonColumns, report.ProposePeople, s)
	if err != nil {
		return nil, err
	}
	list, err := report.NewList(t, m, c.ID)
	if err != nil {
		return nil, err
	}
	truth := -1
	if c.Truth != "" {
		if truth, err = column(t, c.Truth); err != nil {
			return nil, err
		}
	}
	for _, h := range t.Header() {
		i := slices.Index(l.columns, h)
		if i < 0 {
			i, l.columns = len(l.columns), append(l.columns, h)
		}
		at = append(at, i)
	}
	for {
		e, aside, err := list.Next()
		if len(l.rows)%4096 == 0 {
			done, total := t.Progress()
			bar.tell("reading", done, total)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			l.notices = append(l.notices, t.Notices()...)
			totals := list.Totals()
			l.totals.Read, l.totals.Kept, l.totals.Aside = l.totals.Read+totals.Read, l.totals.Kept+totals.Kept, l.totals.Aside+totals.Aside
			return at, nil
		case err != nil:
			return nil, err
		case aside != nil:
			l.asides = append(l.asides, fmt.Sprintf("Set aside: %s line %d: %s", path, aside.Line, aside.Reason))
			continue
		}
		l.corpus.AddFrom(uint8(n), person.Of("", &e.Party))
		l.rows = append(l.rows, linkRow{file: n, id: strings.Clone(e.ID), cells: pack(e.Cells)})
		if truth >= 0 {
			l.truth = append(l.truth, strings.TrimSpace(e.Cells[truth]))
		}
	}
}

func (l *linking) pair(p *match.Pair) []string {
	fields := make([]string, len(p.Score.Bits))
	for i, b := range p.Score.Bits {
		fields[i] = b.Field + " " + bits(b.MilliBits)
	}
	return []string{l.name(p.A), l.name(p.B), bits(p.Score.Total), strconv.FormatFloat(p.Score.Same, 'f', 4, 64), strconv.FormatFloat(p.Score.Household, 'f', 4, 64),
		strings.Join(fields, "; "), p.Score.Sentence()}
}

func (l *linking) name(i int32) string { return l.rows[i].id }

// bits writes thousandths of a bit so that they still add up: "-4.125".
func bits(milli int32) string { return strconv.FormatFloat(float64(milli)/1000, 'f', 3, 64) }

func (l *linking) write(path string, two bool, at [2][]int, res *match.Result) error {
	out, err := table.Create(path)
	if err != nil {
		return err
	}
	defer out.Abort()
	head := append(slices.Clone(l.columns), "person_id", "probability")
	if two {
		head = append(head, "file")
	}
	w := table.NewWriter(out, head...)
	row := make([]string, len(head))
	for i := range l.rows {
		r := &l.rows[i]
		clear(row)
		for j, cell := range r.cells.cells() {
			if j < len(at[r.file]) {
				row[at[r.file][j]] = cell
			}
		}
		n := len(l.columns)
		row[n], row[n+1] = "P"+strconv.Itoa(int(res.Person[i])+1), strconv.FormatFloat(res.Probability[i], 'f', 4, 64)
		if two {
			row[n+2] = strconv.Itoa(r.file + 1)
		}
		if err := w.Write(row...); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Commit()
}

func (l *linking) told(c *link, s Streams, res *match.Result) error {
	for _, n := range append(append(l.notices, l.asides...), tooCommon(res.Capped)...) {
		fmt.Fprintln(s.Err, n)
	}
	people := map[int32]bool{}
	for _, p := range res.Person {
		people[p] = true
	}
	fmt.Fprintf(s.Err, "Read %d, kept %d, set aside %d.\n", l.totals.Read, l.totals.Kept, l.totals.Aside)
	fmt.Fprintf(s.Out, "%d rows are %d people\n", len(l.rows), len(people))
	if c.Truth != "" {
		e := match.Evaluate(res.Person, l.truth)
		fmt.Fprintf(s.Out, "pairs: %d right, %d wrong, %d missed\nprecision %.4f  recall %.4f  F1 %.4f\nB-cubed precision %.4f  recall %.4f  F1 %.4f\n",
			e.Right, e.Wrong, e.Missed, e.Precision, e.Recall, e.F1, e.BPrecision, e.BRecall, e.BF1)
	}
	return nil
}

// packed is the cells of a row in one piece: a million rows of a dozen cells would
// need more memory for the cells' heads than for what is in them.
type packed string

func pack(cells []string) packed {
	var b []byte
	for _, c := range cells {
		b = binary.AppendUvarint(b, uint64(len(c)))
		b = append(b, c...)
	}
	return packed(b)
}

func (p packed) cells() (all []string) {
	for s := string(p); s != ""; {
		n, size := binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
		s = s[size:]
		all = append(all, s[:n])
		s = s[n:]
	}
	return all
}
