package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clew/internal/app"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
	"clew/internal/table"
)

type ledgers struct {
	Verify  ledgerVerify  `cmd:"" help:"Work the whole ledger out again from its rows, and compare."`
	Key     ledgerKey     `cmd:"" help:"Print the key that the ledger's signatures are checked by."`
	Rotate  ledgerRotate  `cmd:"" help:"Change the key the ledger is signed by. Start running programs again after it."`
	Replace ledgerReplace `cmd:"" help:"Give the ledger a new key when the old one is lost for good. Whoever checks the ledger will see it."`
	Witness ledgerWitness `cmd:"" help:"Name a witness, and print the token it shows."`
	Bundle  ledgerBundle  `cmd:"" help:"Write entries to a file that proves itself."`
}

type ledgerVerify struct {
	settings
	Key     string   `help:"The ledger's key, as it was given to you. The one in the key's file when not given." placeholder:"VERIFIER"`
	Against []string `help:"A witness's copy: its newest.txt or checkpoints.jsonl." type:"existingfile" placeholder:"FILE"`
	Witness []string `help:"Key of a witness, beside those the database names." placeholder:"VERIFIER" sep:"none"`
}

func (c *ledgerVerify) Run(ctx context.Context, s Streams) error {
	asked := ledger.Asked{Key: c.Key, Witnesses: c.Witness}
	if asked.Key == "" {
		k, err := ledger.ReadKey(c.app().LedgerKeyFile())
		if errors.Is(err, fs.ErrNotExist) {
			return fault.Bad("key", fmt.Sprintf("There is no key at %s: say by which the ledger is to be checked with --key", c.app().LedgerKeyFile()))
		}
		if err != nil {
			return err
		}
		asked.Key = k.Verifier
	}
	if _, err := ledger.ParseVerifier(asked.Key); err != nil {
		return fault.Bad("key", "--key: "+err.Error())
	}
	for _, path := range c.Against {
		notes, err := copyOf(path)
		if err != nil {
			return err
		}
		asked.Against = append(asked.Against, ledger.Copy{Name: filepath.Base(path), Notes: notes})
	}
	d, err := openExisting(ctx, c.app())
	if err != nil {
		return err
	}
	bar := newProgress(s.Err)
	asked.Tell = func(done, total int64) { bar.tell("verifying", done, total) }
	var r *ledger.Report
	err = d.Read(ctx, func(v *db.View) (err error) { r, err = ledger.Verify(ctx, v, asked); return err })
	bar.end()
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	return tellVerified(s, r)
}

func tellVerified(s Streams, r *ledger.Report) error {
	for _, u := range r.Unchecked {
		fmt.Fprintln(s.Out, "Not checked:", u)
	}
	if len(r.Wrong) == 0 {
		fmt.Fprintf(s.Out, "The ledger is as it was written: %d entries, %d tiles, %d checkpoints, %d cosignatures.\n", r.Entries, r.Tiles, r.Checkpoints, r.Cosignatures)
		if r.Newest.Size > 0 {
			fmt.Fprintf(s.Out, "Newest checkpoint: %d entries, root %s, %s, by %s.\n", r.Newest.Size, r.Newest.Root, r.Newest.At.Format(time.RFC3339), r.Newest.Origin)
		}
		for _, k := range r.Replaced {
			fmt.Fprintf(s.Out, "On %s the key %s was said to be lost, after %d entries, and %s took its place. Only the new key says so.\n", k.At.Format(time.RFC3339), k.Lost, k.Last, k.New)
		}
		if r.Compared > 0 {
			fmt.Fprintf(s.Out, "It continues all %d checkpoints that witnesses kept.\n", r.Compared)
		} else {
			fmt.Fprintln(s.Out, "No witness's copy was given: whoever held both the database and the key could have written it anew.")
		}
		return nil
	}
	for _, w := range r.Wrong {
		fmt.Fprintln(s.Out, "Wrong:", w.Text)
	}
	if r.More > 0 {
		fmt.Fprintf(s.Out, "And %d more.\n", r.More)
	}
	if first := r.Wrong[0].From; first >= 0 {
		fmt.Fprintf(s.Out, "The ledger cannot be relied on from entry %d on.\n", first)
	} else {
		fmt.Fprintln(s.Out, "The ledger cannot be relied on.")
	}
	return errCheck
}

// copyOf reads a witness's newest.txt, or its checkpoints.jsonl.
func copyOf(path string) (notes []string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(b), "{") {
		return []string{string(b)}, nil
	}
	lines := bufio.NewScanner(strings.NewReader(string(b)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct{ Note string }
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		notes = append(notes, l.Note)
	}
	return notes, lines.Err()
}

// openExisting opens a database that is there: a check makes none.
func openExisting(ctx context.Context, c app.Config) (*db.DB, error) {
	if c.Database == "" {
		if _, err := os.Stat(c.Where()); err != nil {
			return nil, fault.Bad("data", "There is no database at "+c.Where())
		}
	}
	return db.Open(ctx, c.Where(), time.Now)
}

type ledgerKey struct{ settings }

func (c *ledgerKey) Run(ctx context.Context, s Streams) error {
	return c.with(ctx, func(l *ledger.Log) error {
		fmt.Fprintln(s.Out, l.Key())
		return nil
	})
}

// with opens the ledger for a command.
func (c *settings) with(ctx context.Context, f func(l *ledger.Log) error) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	d, err := db.Open(ctx, c.app().Where(), time.Now)
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, d, c.app().LedgerKeyFile())
	if err == nil {
		err = f(l)
	}
	return errors.Join(err, d.Close())
}

type ledgerRotate struct{ settings }

func (c *ledgerRotate) Run(ctx context.Context, s Streams) error {
	return c.with(ctx, func(l *ledger.Log) error {
		k, err := l.Rotate(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out, k)
		fmt.Fprintln(s.Err, "The ledger has a new key. Start programs that are running again; until then they write nothing.")
		return nil
	})
}

type ledgerReplace struct {
	settings
	Lost string `help:"The key that is lost, as clew ledger key printed it; the one the database has noted when not given." placeholder:"VERIFIER"`
}

func (c *ledgerReplace) Run(ctx context.Context, s Streams) error {
	d, err := openExisting(ctx, c.app())
	if err != nil {
		return err
	}
	k, err := ledger.Replace(ctx, d, c.app().LedgerKeyFile(), c.Lost)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	fmt.Fprintln(s.Out, k)
	fmt.Fprintf(s.Err, "The ledger has a new key, in %s: a copy belongs in the safe today. Nobody believes it until you tell them, and rightly: "+
		"say it to each witness, and to whoever checks the ledger, by a way they know. docs/runbook/key-loss.md\n", c.app().LedgerKeyFile())
	return nil
}

type ledgerWitness struct {
	settings
	Name string `arg:"" help:"Who it is: the agency that runs it."`
	Key  string `help:"Its key, as clew witness printed it." required:"" placeholder:"VERIFIER"`
}

func (c *ledgerWitness) Run(ctx context.Context, s Streams) error {
	return c.with(ctx, func(l *ledger.Log) error {
		token, err := l.Name(ctx, c.Name, c.Key)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "key %s\ntoken %s\n", l.Key(), token)
		fmt.Fprintln(s.Err, "Give both to the witness, by a way nobody else reads. The token is shown this once.")
		return nil
	})
}

type ledgerBundle struct {
	settings
	Out   string `help:"The file to write." required:"" type:"path" placeholder:"FILE"`
	To    string `help:"Who receives it; that is an entry too." required:"" placeholder:"RECIPIENT"`
	About string `help:"Entries about this person, by id; all when not given." placeholder:"ID"`
	First int64  `help:"The first entry." default:"0"`
	Last  int64  `help:"The last entry; the newest when not given." default:"-1"`
}

func (c *ledgerBundle) Run(ctx context.Context, s Streams) error {
	return c.with(ctx, func(l *ledger.Log) error {
		wanted := ledger.Wanted{From: c.First, To: c.Last + 1, About: c.About}
		if err := l.DB().Write(ctx, func(tx *db.Tx) error {
			e := ledger.Entry{Account: "program", Purpose: "request", Verb: ledger.Disclosure, Action: "write a bundle of the ledger", What: "ledger", Recipient: c.To, Outcome: ledger.Done}
			if c.About != "" {
				e.About = []string{c.About}
			}
			return ledger.Note(ctx, tx, e)
		}); err != nil {
			return err
		}
		out, err := table.Create(c.Out)
		if err != nil {
			return err
		}
		defer out.Abort()
		var n int64
		if err := l.DB().Read(ctx, func(v *db.View) (err error) { n, err = ledger.Bundle(ctx, v, l.Key(), wanted, out); return err }); err != nil {
			return err
		}
		if err := out.Commit(); err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "%d entries in %s\n", n, c.Out)
		return nil
	})
}

type verifies struct {
	Bundle  string   `arg:"" help:"The bundle." type:"existingfile"`
	Key     string   `help:"The ledger's key, as it was given to you." placeholder:"VERIFIER"`
	Witness []string `help:"Key of a witness you trust." placeholder:"VERIFIER" sep:"none"`
}

func (c *verifies) Run(s Streams) error {
	f, err := os.Open(c.Bundle)
	if err != nil {
		return err
	}
	defer f.Close()
	i, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := ledger.Check(f, i.Size(), c.Key, c.Witness)
	if errors.Is(err, ledger.ErrNoBundle) {
		return fault.Bad("bundle", fmt.Sprintf("%s cannot be read as a bundle: %v", c.Bundle, err))
	}
	for _, p := range r.Proved {
		fmt.Fprintln(s.Out, "Proved:", p)
	}
	for _, p := range r.Not {
		fmt.Fprintln(s.Out, "Not proved:", p)
	}
	for _, w := range r.Wrong {
		fmt.Fprintln(s.Out, "Wrong:", w)
	}
	if err != nil || len(r.Wrong) > 0 {
		if err != nil {
			fmt.Fprintln(s.Out, "Wrong:", err)
		}
		return errCheck
	}
	return nil
}
