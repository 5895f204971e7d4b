package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clew/internal/fault"
	"clew/internal/ledger/witness"
)

type witnesses struct {
	State string        `help:"Folder that holds the witness's key and what it has seen." required:"" type:"path" placeholder:"DIR"`
	Log   string        `help:"Address of the ledger's Clew. Without it, the witness's key is made and printed." placeholder:"URL"`
	Key   string        `help:"The ledger's key; the first time, and when another took the place of a lost one." placeholder:"VERIFIER"`
	Token string        `help:"What the ledger's agency gave with it; the first time, and when there is a new one." placeholder:"TOKEN"`
	Again bool          `help:"Set aside what was seen before, if the ledger has lost some of it: ask its agency first."`
	Once  bool          `help:"Look once, and end."`
	Every time.Duration `help:"How often to look." default:"1m"`
}

func (c *witnesses) Run(ctx context.Context, s Streams) error {
	w, err := witness.Open(c.State, time.Now)
	if err != nil {
		return err
	}
	if c.Log == "" {
		fmt.Fprintln(s.Out, w.Verifier())
		fmt.Fprintln(s.Err, "Give this key to the agency whose ledger is to be watched; they give you a key and a token.")
		return nil
	}
	if c.Every < time.Second {
		return fault.Bad("every", "--every: at least a second")
	}
	if err := w.Watch(c.Log, c.Key, c.Token); err != nil {
		return err
	}
	if c.Again {
		w.BeginAgain()
	}
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		seen, err := w.Look(ctx)
		forked, isForked := errors.AsType[*witness.Forked](err)
		switch {
		case isForked:
			fmt.Fprintln(s.Err, "clew:", forked)
			return errCheck
		case err == nil:
			fmt.Fprintf(s.Out, "%d entries, root %s: cosigned\n", seen.Size, seen.Root)
		case c.Once || ctx.Err() != nil:
			return err
		default:
			fmt.Fprintln(s.Err, "clew:", err)
		}
		if c.Once {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
