package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"filippo.io/age"

	"clew/internal/app"
	"clew/internal/fault"
	"clew/internal/words"
)

type backup struct {
	File string   `arg:"" help:"File to write; it must not be there yet." type:"path"`
	To   []string `help:"Encrypt it to an age recipient: age1…" placeholder:"RECIPIENT"`
	settings
}

func (c *backup) Run(ctx context.Context, s Streams) error {
	var to []age.Recipient
	for _, text := range c.To {
		all, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return fault.Bad("to", fmt.Sprintf("%q is no age recipient: make one with age-keygen", text))
		}
		to = append(to, all...)
	}
	m, err := app.Backup(ctx, c.app(), c.File, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s: the database at step %d and %s.\n", c.File, m.Step, words.Count(len(m.Files)-1, "upload", "uploads"))
	if len(to) == 0 {
		fmt.Fprintln(s.Err, "It is not encrypted: whoever has it can read what is not sealed. Give --to to encrypt it.")
	}
	fmt.Fprintln(s.Err, "The master key and the ledger’s key (ledger.key) are not in it. Keep copies in another place: without the first what is sealed is lost, without the second the program will not start.")
	return nil
}

type restore struct {
	File     string `arg:"" help:"The backup." type:"existingfile"`
	Data     string `help:"Folder to restore into: empty, or not there yet." required:"" type:"path" placeholder:"DIR"`
	Identity string `help:"File with the age key that opens the backup." type:"existingfile" placeholder:"FILE"`
}

func (c *restore) Run(ctx context.Context, s Streams) error {
	var identities []age.Identity
	if c.Identity != "" {
		f, err := os.Open(c.Identity)
		if err != nil {
			return err
		}
		identities, err = age.ParseIdentities(f)
		f.Close()
		if err != nil {
			return fault.Bad("identity", fmt.Sprintf("%s holds no age key: %v", c.Identity, err))
		}
	}
	m, err := app.Restore(ctx, c.File, c.Data, identities)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "Restored into %s: the database of %s at step %d, looked through and sound, and %s.\n", c.Data, m.Made.Format("2 January 2006 at 15:04 UTC"), m.Step, words.Count(len(m.Files)-1, "upload", "uploads"))
	if len(m.Master) > 0 {
		fmt.Fprintf(s.Err, "It wants the master key %s: name its file with --master-key-file, or put it at %s/master.key.\n", strings.Join(m.Master, " and "), c.Data)
	}
	fmt.Fprintf(s.Err, "It wants the ledger’s key, which the computer it was taken on has beside its data: put it at %s/ledger.key. Then run clew check.\n", c.Data)
	return nil
}

type check struct {
	settings
}

func (c *check) Run(ctx context.Context, s Streams) error {
	all, err := app.Check(ctx, c.app())
	if err != nil {
		return err
	}
	bad := false
	for _, f := range all {
		if len(f.Wrong) == 0 {
			fmt.Fprintln(s.Out, "well   ", f.What)
		}
		for _, w := range f.Wrong {
			bad = true
			fmt.Fprintf(s.Out, "WRONG   %s: %s\n", f.What, w)
		}
	}
	if bad {
		return errCheck
	}
	return nil
}

type export struct {
	Folder  string `arg:"" help:"Folder to make." type:"path"`
	WithKey bool   `help:"Write contact details opened, too."`
	settings
}

func (c *export) Run(ctx context.Context, s Streams) error {
	tables, rows, err := app.Export(ctx, c.app(), c.Folder, c.WithKey)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s: %s of %s. README.md says what is where.\n", c.Folder, words.Count(rows, "row", "rows"), words.Count(tables, "table", "tables"))
	return nil
}

type upgrade struct{ settings }

func (c *upgrade) Run(ctx context.Context, s Streams) error {
	from, to, backup, err := app.Upgrade(ctx, c.app())
	if err != nil {
		return err
	}
	if from == to {
		fmt.Fprintf(s.Out, "The database is at step %d: nothing to do.\n", from)
		return nil
	}
	if backup != "" {
		fmt.Fprintf(s.Out, "Backup taken: %s\n", backup)
	} else {
		fmt.Fprintln(s.Err, "PostgreSQL is not backed up by this: run pg_dump yourself.")
	}
	fmt.Fprintf(s.Out, "The database went from step %d to step %d.\n", from, to)
	return nil
}
