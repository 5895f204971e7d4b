package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"clew/internal/access"
	"clew/internal/app"
	"clew/internal/report"
	"clew/internal/table"
)

type imports struct {
	Records string `arg:"" help:"CSV or XLSX extract of records (docs/formats.md)." type:"existingfile"`
	By      string `help:"Who takes it in." default:"command line" placeholder:"NAME"`
	For     string `help:"The agency that will hold it: its code. Not needed while there is one alone." placeholder:"AGENCY"`
	settings
	reading
}

func (c *imports) Run(ctx context.Context, s Streams) error {
	t, err := table.Open(c.Records)
	if err != nil {
		return err
	}
	m, err := mappingOf(t, c.Map, report.Columns, report.Propose, s)
	t.Close()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c.app())
	if err != nil {
		return err
	}
	by, err := a.At(ctx, c.For, c.By)
	if err != nil {
		return closing(a, err)
	}
	return closing(a, importFile(ctx, s, a, by, c.Agency, c.Records, m))
}

// importFile takes a file in while it is watched.
func importFile(ctx context.Context, s Streams, a *app.App, by access.Actor, agency, path string, m report.Mapping) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	bar := newProgress(s.Err)
	defer bar.end()
	i, err := a.Intake.Run(ctx, by, filepath.Base(path), f, m, agency, bar.tell)
	if err != nil {
		return err
	}
	bar.end()
	if i.Message != "" {
		fmt.Fprintln(s.Err, i.Message)
	}
	fmt.Fprintf(s.Err, "Read %d, kept %d (%d of them corrections), held already %d, set aside %d.\n", i.Read, i.Kept, i.Corrected, i.Already, i.Aside)
	if i.Came > 0 {
		fmt.Fprintln(s.Err, report.HeldUp(i.Came, i.Waits)+" Listed under Audit, Changes that wait.")
	}
	if i.Aside > 0 {
		rejected := report.RejectedName(path)
		if err := writeAside(ctx, a, by, i.ID, path, rejected); err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "Rows set aside, each with the reason: %s\n", rejected)
	}
	return nil
}

// writeAside writes the rows an import set aside beside the file they came from.
func writeAside(ctx context.Context, a *app.App, by access.Actor, id, path, rejected string) error {
	t, err := table.Open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	out, err := table.Create(rejected)
	if err != nil {
		return err
	}
	defer out.Abort()
	rows := report.NewRejected(out, t.Header())
	if err := a.Reports.AsideRows(ctx, by, id, 0, func(r report.Aside) error { return rows.Write(&r) }); err != nil {
		return err
	}
	if err := rows.Flush(); err != nil {
		return err
	}
	return out.Commit()
}
