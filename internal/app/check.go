package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/seal"
	"clew/internal/words"
)

// A Finding is one line of what Check found.
type Finding struct {
	What  string
	Wrong []string // nothing, when it is well
}

// Check looks all data through and changes nothing. The program may be serving.
func Check(ctx context.Context, c Config) (all []Finding, err error) {
	if c.Database == "" {
		if err := exists(&c); err != nil {
			return nil, err
		}
	}
	d, err := db.OpenAsItIs(c.Where(), time.Now)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	have, newest, err := d.Step(ctx)
	if err != nil {
		return nil, err
	}
	schema := Finding{What: fmt.Sprintf("schema at step %d", have)}
	switch {
	case have < newest:
		schema.Wrong = []string{fmt.Sprintf("this program wants step %d: run clew upgrade, then check again", newest)}
		return []Finding{schema}, nil
	case have > newest:
		schema.Wrong = []string{fmt.Sprintf("this program knows only %d: use a newer clew", newest)}
		return []Finding{schema}, nil
	}
	all = append(all, schema)
	sound := Finding{What: "database"}
	if sound.Wrong, err = d.Sound(ctx); err != nil {
		return all, err
	}
	all = append(all, sound)
	ledger := Finding{What: "ledger"}
	if ledger.Wrong, err = ledgerWrong(ctx, d, c.LedgerKeyFile()); err != nil {
		return all, err
	}
	keys, err := checkKeys(ctx, &c, d)
	if err != nil {
		return all, err
	}
	uploads, err := checkUploads(ctx, &c, d)
	if err != nil {
		return all, err
	}
	documents, err := checkDocuments(ctx, &c, d)
	return append(all, ledger, keys, uploads, documents), err
}

// checkDocuments opens every document. Without the master key none opens, which is said
// of the keys.
func checkDocuments(ctx context.Context, c *Config, d *db.DB) (f Finding, err error) {
	m, err := c.masterThere(ctx, d)
	if m == nil || err != nil {
		return Finding{What: "documents: not looked through, for want of the master key"}, nil
	}
	s, err := seal.Open(ctx, d, m)
	if err != nil {
		return f, err
	}
	if s.Trouble() != nil {
		return Finding{What: "documents: not looked through, since the keys do not open"}, nil
	}
	n := 0
	err = casefile.EachDocument(ctx, d, s, func(doc *casefile.Handed, trouble error) error {
		if trouble != nil {
			f.Wrong = append(f.Wrong, "the file of document "+doc.ID+" is damaged, or was changed: put it back from a backup")
			return nil
		}
		n++
		return nil
	})
	f.What = "documents: " + words.Thousands(n) + " open"
	return f, err
}

// masterThere is the master key, or nil when there is none: Load would make one.
func (c *Config) masterThere(ctx context.Context, d *db.DB) (seal.Master, error) {
	k := c.Keeping()
	if k.Text == "" && !fileThere(k.File) {
		return nil, nil
	}
	return k.Load(ctx, d)
}

func checkKeys(ctx context.Context, c *Config, d *db.DB) (f Finding, err error) {
	m, err := c.masterThere(ctx, d)
	if err != nil {
		return Finding{"keys", []string{err.Error()}}, nil
	}
	n, err := seal.Check(ctx, d, m)
	if err != nil {
		return f, err
	}
	f.What = fmt.Sprintf("keys: %s open, %s destroyed", words.Thousands(n.Good), words.Thousands(n.Destroyed))
	if len(n.Bad) > 0 {
		why := "the master key is wrong, or they were changed"
		if m == nil {
			why = "the master key is missing"
		}
		f.Wrong = []string{fmt.Sprintf("%s: %s", words.Count(len(n.Bad), "key does not open", "keys do not open"), why)}
	}
	return f, nil
}

// checkUploads is that each extract that waits to be taken in is there.
func checkUploads(ctx context.Context, c *Config, d *db.DB) (f Finding, err error) {
	f.What = "uploads"
	err = d.Read(ctx, func(v *db.View) error {
		waiting, err := db.All(ctx, v, db.Text, `SELECT id FROM imports WHERE state = 'waiting' ORDER BY id`)
		for _, id := range waiting {
			if !fileThere(filepath.Join(c.Data, "uploads", id)) {
				f.Wrong = append(f.Wrong, "the extract of import "+id+" is gone: send it again")
			}
		}
		return err
	})
	if err != nil {
		return f, fmt.Errorf("uploads: %w", err)
	}
	return f, nil
}

func fileThere(path string) bool { _, err := os.Stat(path); return err == nil }

// Upgrade takes a backup beside the data and brings the schema up to date. It
// returns the steps before and after, and the backup, which is none when there is
// nothing to do.
func Upgrade(ctx context.Context, c Config) (from, to int64, backup string, err error) {
	if c.Database == "" {
		if err := exists(&c); err != nil {
			return 0, 0, "", err
		}
	}
	d, err := db.OpenAsItIs(c.Where(), time.Now)
	if err != nil {
		return 0, 0, "", err
	}
	from, to, err = d.Step(ctx)
	if closed := d.Close(); err == nil {
		err = closed
	}
	if err != nil || from == to {
		return from, to, "", err
	}
	if from < to && c.Database == "" {
		backup = filepath.Join(c.Data, fmt.Sprintf("before-step-%d-%s.backup", to, time.Now().UTC().Format("20060102-150405")))
		if _, err := Backup(ctx, c, backup, nil); err != nil {
			return from, to, "", err
		}
	}
	if d, err = db.Open(ctx, c.Where(), time.Now); err != nil {
		return from, to, backup, err
	}
	return from, to, backup, d.Close()
}
