package intake

import (
	"context"
	"errors"
	"fmt"
	"os"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/table"
)

// A Preview is the beginning of an upload as it would be read.
type Preview struct {
	Header   []string
	Proposal report.Proposal
	Rows     []PreviewRow
	Kept     []string // columns that the mapping leaves as they are
	Wrong    error    // why the mapping cannot be used: a fault.Invalid; nil when it can
	Notices  []string
	Before   string // an import that took the same bytes in before, or empty
}

// A PreviewRow is a row as it stands, and as a record or with what is wrong.
type PreviewRow struct {
	Line   int
	Cells  []string
	Record *report.Record
	Reason string
}

// previewed is how many rows are shown.
const previewed = 10

// Preview reads the first rows of an upload by a mapping. fault.NotFound means
// that the upload is not there any more. It is for whoever began the import.
func (t *Desk) Preview(ctx context.Context, by access.Actor, i report.Import, m report.Mapping, agency string) (p Preview, err error) {
	if _, err := t.reports.ReadImport(ctx, by, i.ID); err != nil {
		return p, err
	}
	if p.Before, err = t.before(ctx, i); err != nil {
		return p, err
	}
	f, err := os.Open(t.path(i.ID))
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("upload: %w", fault.NotFound)
	}
	if err != nil {
		return p, err
	}
	defer f.Close()
	raw, err := openUpload(f, i.File)
	if err != nil {
		return p, err
	}
	p.Header, p.Proposal = raw.Header(), report.Propose(raw.Header())
	for len(p.Rows) < previewed {
		row, err := raw.Next()
		if aside, ok := errors.AsType[*table.Aside](err); ok {
			p.Rows = append(p.Rows, PreviewRow{Line: aside.Line, Cells: aside.Cells, Reason: aside.Reason})
			continue
		}
		if err != nil {
			break
		}
		p.Rows = append(p.Rows, PreviewRow{Line: row.Line, Cells: row.Cells})
	}
	p.Notices = raw.Notices()
	again, err := openUpload(f, i.File)
	if err != nil {
		return p, err
	}
	x, err := report.NewExtract(again, m, agency, t.db.Now())
	if err != nil {
		p.Wrong = err
		return p, nil
	}
	p.Kept = x.Kept()
	for n := range p.Rows {
		r, aside, err := x.Next()
		if err != nil {
			break
		}
		if p.Rows[n].Record = r; aside != nil {
			p.Rows[n].Reason = aside.Reason
		}
	}
	return p, nil
}

// before is an import that took the same bytes in before, or empty.
func (t *Desk) before(ctx context.Context, i report.Import) (id string, err error) {
	err = t.db.Read(ctx, func(v *db.View) error {
		id, err = db.One(ctx, v, db.Text, `SELECT id FROM imports WHERE fingerprint = $1 AND state = $2 AND id <> $3 AND holder = $4 ORDER BY begun LIMIT 1`, i.Fingerprint, report.Done, i.ID, i.Holder)
		if errors.Is(err, fault.NotFound) {
			id, err = "", nil
		}
		return err
	})
	return id, err
}

func openUpload(f *os.File, name string) (*table.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return table.New(f, info.Size(), name)
}

// header is the header of an import's file.
func (t *Desk) header(id string) ([]string, error) {
	f, err := os.Open(t.path(id))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := openUpload(f, id)
	if err != nil {
		return nil, err
	}
	return in.Header(), nil
}
