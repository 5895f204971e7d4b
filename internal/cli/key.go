package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"clew/internal/app"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
	"clew/internal/words"
)

type key struct {
	New    keyNew    `cmd:"" help:"Make a master key, before the first start."`
	Rotate keyRotate `cmd:"" help:"Wrap all keys by another master key."`
	Check  keyCheck  `cmd:"" help:"Say whether the master key opens all keys."`
}

// keys opens the database as it is and the master key that is in force.
func keys(ctx context.Context, c app.Config) (*db.DB, seal.Master, error) {
	if c.Database == "" {
		if _, err := os.Stat(c.Where()); err != nil {
			return nil, nil, fault.Bad("data", fmt.Sprintf("There is no database in %s", c.Data))
		}
	}
	k := c.Keeping()
	if _, err := os.Stat(k.File); k.Text == "" && err != nil { // Load might make one
		return nil, nil, fault.Bad("master-key-file", fmt.Sprintf("There is no master key at %s", k.File))
	}
	d, err := db.OpenAsItIs(c.Where(), time.Now)
	if err != nil {
		return nil, nil, err
	}
	m, err := k.Load(ctx, d)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, m, nil
}

type keyNew struct {
	To string `help:"File of the new master key; never written over." required:"" type:"path" placeholder:"FILE"`
}

func (c *keyNew) Run(s Streams) error {
	k := seal.NewKey()
	err := seal.WriteFile(c.To, k)
	if errors.Is(err, fs.ErrExist) {
		return fault.Bad("to", fmt.Sprintf("There is a file at %s already", c.To))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "Master key %s is in %s. Keep a copy in a safe.\n", k.Fingerprint(), c.To)
	return nil
}

type keyCheck struct {
	settings
}

func (c *keyCheck) Run(ctx context.Context, s Streams) error {
	d, m, err := keys(ctx, c.app())
	if err != nil {
		return err
	}
	n, err := seal.Check(ctx, d, m)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "Master key %s opens %s; %s destroyed.\n", m.Fingerprint(), words.Count(n.Good, "key", "keys"), words.Count(n.Destroyed, "is", "are"))
	if len(n.Bad) > 0 {
		fmt.Fprintf(s.Out, "It does not open %s.\n", words.Count(len(n.Bad), "key", "keys"))
		return errCheck
	}
	return nil
}

type keyRotate struct {
	To string `help:"File of the new master key; made when it is not there." required:"" type:"path" placeholder:"FILE"`
	settings
}

func (c *keyRotate) Run(ctx context.Context, s Streams) error {
	d, from, err := keys(ctx, c.app())
	if err != nil {
		return err
	}
	n, to, err := rotate(ctx, d, from, c.To)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s wrapped anew, by master key %s.\n", words.Count(n, "key is", "keys are"), to.Fingerprint())
	fmt.Fprintf(s.Err, "From now on the program wants %s: put it where the old one was, or name it with CLEW_MASTER_KEY_FILE, and start the program again. Backups made before want the old one.\n", c.To)
	return nil
}

func rotate(ctx context.Context, d *db.DB, from seal.Master, file string) (n int, to *seal.Key, err error) {
	to, err = seal.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		to = seal.NewKey()
		err = seal.WriteFile(file, to)
	}
	if err != nil {
		return 0, nil, err
	}
	n, err = seal.Rotate(ctx, d, from, to)
	return n, to, err
}
