package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/pattern/match"
	"clew/internal/pattern/patternweb"
	"clew/internal/report"
	"clew/internal/table"
	"clew/internal/words"
)

type sweep struct {
	Records string `arg:"" help:"CSV or XLSX extract of records (docs/formats.md)." type:"existingfile"`
	Out     string `help:"Folder to write patterns.csv, links.csv and report.html to." default:"worklist" type:"path" placeholder:"DIR"`
	reading
	learning
}

// reading is how an extract is read.
type reading struct {
	Map    string `help:"YAML file: their column: our column." type:"existingfile" placeholder:"FILE"`
	Agency string `help:"Who holds the records, where no column says." placeholder:"NAME"`
}

// learning is where the matching model comes from and goes to.
type learning struct {
	Model     string `help:"Reuse a model that --save-model wrote, in place of learning one." type:"existingfile" placeholder:"FILE"`
	SaveModel string `help:"Keep what was learnt, as JSON." type:"path" placeholder:"FILE"`
}

func (c *sweep) Run(ctx context.Context, s Streams) error {
	thrifty()
	t, err := table.Open(c.Records)
	if err != nil {
		return err
	}
	defer t.Close()
	m, err := mappingOf(t, c.Map, report.Columns, report.Propose, s)
	if err != nil {
		return err
	}
	x, err := report.NewExtract(t, m, c.Agency, time.Now())
	if err != nil {
		return err
	}
	model, err := c.load()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return fault.Bad("out", fmt.Sprintf("cannot make the folder: %v", err))
	}
	bar := newProgress(s.Err)
	defer bar.end()
	aside, err := setAside(filepath.Join(c.Out, report.RejectedName(filepath.Base(c.Records))), t.Header())
	if err != nil {
		return err
	}
	defer aside.abort()
	swept := pattern.NewSweep()
	if err := swept.Read(ctx, func() (*report.Record, error) { return aside.next(ctx, x, t, bar) }); err != nil {
		return err
	}
	w, err := swept.Resolve(ctx, match.Options{Model: model, Progress: bar.stages()})
	if err != nil {
		return err
	}
	if err := c.write(ctx, w, x, aside.file(), t.Notices(), bar); err != nil {
		return err
	}
	bar.end()
	return c.told(s, t, x.Totals(), w, aside)
}

// write puts the results in place all together: they are made beside where they
// will stand, and nothing is there before all are whole.
func (c *sweep) write(ctx context.Context, w *pattern.Worklist, x *report.Extract, rejected *table.File, notices []string, bar *progress) error {
	bar.tell("writing", 0, 0)
	files := []*table.File{rejected}
	defer func() {
		for _, f := range files {
			f.Abort()
		}
	}()
	make := func(name string, write func(io.Writer) error) error {
		f, err := table.Create(filepath.Join(c.Out, name))
		if err != nil {
			return err
		}
		files = append(files, f)
		return write(f)
	}
	err := make("patterns.csv", func(out io.Writer) error {
		rows := table.NewWriter(out, pattern.PatternColumns...)
		for i := range w.Courses {
			rows.Write(w.Courses[i].Cells()...)
		}
		return rows.Flush()
	})
	if err == nil {
		err = make("links.csv", func(out io.Writer) error {
			rows := table.NewWriter(out, pattern.LinkColumns...)
			for i := range w.Links {
				rows.Write(w.Links[i].Cells()...)
			}
			return rows.Flush()
		})
	}
	totals := x.Totals()
	if err == nil {
		err = make("report.html", func(out io.Writer) error {
			return patternweb.SheetOf(w, totals.Read, totals.Aside, append(notices, tooCommon(w.Capped)...)).Write(ctx, out)
		})
	}
	if err == nil {
		err = c.save(w.Model)
	}
	if err == nil {
		err = ctx.Err()
	}
	if totals.Aside == 0 {
		files = files[1:]
		rejected.Abort()
	}
	for _, f := range files {
		if err == nil {
			err = f.Commit()
		}
	}
	return err
}

func (c *sweep) told(s Streams, t *table.Reader, totals report.Totals, w *pattern.Worklist, aside *asideFile) error {
	for _, n := range t.Notices() {
		fmt.Fprintln(s.Err, n)
	}
	fmt.Fprintf(s.Err, "Read %d, kept %d, set aside %d.\n", totals.Read, totals.Kept, totals.Aside)
	if totals.Aside > 0 {
		fmt.Fprintf(s.Err, "Rows set aside, each with the reason: %s\n", aside.path)
	}
	counts := map[pattern.Finding]int{}
	for i := range w.Courses {
		counts[w.Courses[i].Finding]++
	}
	for _, line := range []struct {
		finding      pattern.Finding
		single, many string
	}{
		{pattern.NotRecorded, "pattern suggests stalking that nobody recorded", "patterns suggest stalking that nobody recorded"},
		{pattern.Recorded, "has stalking recorded", "have stalking recorded"},
		{pattern.Conduct, "is another repeat", "are other repeats"},
		{pattern.Single, "is one occasion with several records", "are one occasion with several records"},
	} {
		fmt.Fprintln(s.Out, words.Count(counts[line.finding], line.single, line.many))
	}
	fmt.Fprintf(s.Out, "%s\n", filepath.Join(c.Out, "report.html"))
	return nil
}

// tooCommon says which values so many share that people are not looked for by them.
func tooCommon(all []match.Capped) (notices []string) {
	for i, v := range all {
		if i == 10 {
			return append(notices, fmt.Sprintf("And %d other values that too many share.", len(all)-i))
		}
		notices = append(notices, fmt.Sprintf("One %s is shared by %d mentions. People are not looked for by it alone.", v.Kind, v.Mentions))
	}
	return notices
}

func (c *learning) load() (*match.Model, error) {
	if c.Model == "" {
		return nil, nil
	}
	f, err := os.Open(c.Model)
	if err != nil {
		return nil, fault.Bad("model", fmt.Sprintf("cannot read the model: %v", err))
	}
	defer f.Close()
	m, err := match.LoadModel(f)
	if err != nil {
		return nil, fault.Bad("model", err.Error())
	}
	return m, nil
}

func (c *learning) save(m *match.Model) error {
	if c.SaveModel == "" {
		return nil
	}
	f, err := table.Create(c.SaveModel)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := m.Save(f); err != nil {
		return err
	}
	return f.Commit()
}

// An asideFile gathers the rows that could not be read.
type asideFile struct {
	path string
	out  *table.File
	rows *report.Rejected
	n    int
}

func setAside(path string, header []string) (*asideFile, error) {
	out, err := table.Create(path)
	if err != nil {
		return nil, err
	}
	return &asideFile{path: path, out: out, rows: report.NewRejected(out, header)}, nil
}

// next is the next record that can be read.
func (a *asideFile) next(ctx context.Context, x *report.Extract, t *table.Reader, bar *progress) (*report.Record, error) {
	for {
		r, aside, err := x.Next()
		if a.n++; a.n%1024 == 0 {
			done, total := t.Progress()
			bar.tell("reading", done, total)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		if errors.Is(err, io.EOF) {
			if err := a.rows.Flush(); err != nil {
				return nil, err
			}
			return nil, io.EOF
		}
		if err != nil || aside == nil {
			return r, err
		}
		if err := a.rows.Write(aside); err != nil {
			return nil, err
		}
	}
}

func (a *asideFile) file() *table.File { return a.out }
func (a *asideFile) abort()            { a.out.Abort() }
