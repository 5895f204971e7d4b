package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"clew/internal/app"
	made "clew/internal/demo"
)

type demo struct {
	Run      demoServe    `cmd:"" default:"withargs" help:"Serve the demo: an invented partnership, with two years of reports."`
	Generate demoGenerate `cmd:"" help:"Write an invented extract, and the truth beside it."`
}

type demoServe struct {
	Data   string `help:"Folder for the data; a new one under your cache when not given." type:"path" placeholder:"DIR"`
	Listen string `help:"Address to listen on." default:"localhost:8080" placeholder:"ADDR"`
}

func (c *demoServe) Run(ctx context.Context, s Streams) error {
	if c.Data == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = os.TempDir()
		}
		if err := os.MkdirAll(filepath.Join(cache, "clew"), 0o700); err != nil {
			return err
		}
		if c.Data, err = os.MkdirTemp(filepath.Join(cache, "clew"), "demo-"); err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "The demo keeps its data in %s\n", c.Data)
	}
	config := app.Config{Data: c.Data, Listen: c.Listen, Demo: true}
	if _, err := os.Stat(config.Where()); errors.Is(err, os.ErrNotExist) {
		config.Ago = demoAgo
	}
	return serveApp(ctx, s, config, true, func(a *app.App) error { return fillDemo(ctx, s, a, c.Data) })
}

// demoAgo is how long ago the people of the demo opened their first cases: long enough
// for a referral to be overdue.
const demoAgo = 9 * 24 * time.Hour

// demoRecords is how many records the demo has: two years of one county.
const demoRecords = 20_000

// fillDemo puts the invented reports in, unless they are in already.
func fillDemo(ctx context.Context, s Streams, a *app.App, folder string) error {
	by, err := a.At(ctx, app.DemoAgency, "Demo")
	if err != nil {
		return err
	}
	_, n, err := a.Reports.Imports(ctx, by, 0, 1)
	if err != nil || n > 0 {
		return err
	}
	fmt.Fprintln(s.Err, "Making an invented county and reading its reports; this takes a moment.")
	extract := filepath.Join(folder, "extract")
	if err := made.WriteFiles(extract, made.Options{Records: demoRecords}); err != nil {
		return err
	}
	if err := importFile(ctx, s, a, by, "", filepath.Join(extract, "records.csv"), nil); err != nil {
		return err
	}
	return a.Begin(ctx)
}

type demoGenerate struct {
	Records int    `help:"How many records." default:"20000"`
	Seed    uint64 `help:"The same seed gives the same records." default:"1"`
	Out     string `help:"Folder to write records.csv, people.csv and truth.csv to." required:"" type:"path" placeholder:"DIR"`
}

func (c *demoGenerate) Run(s Streams) error {
	if err := made.WriteFiles(c.Out, made.Options{Records: c.Records, Seed: c.Seed}); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%d invented records in %s\n", c.Records, filepath.Join(c.Out, "records.csv"))
	return nil
}

func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}
