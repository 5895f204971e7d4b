package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"clew/internal/app"
)

// settings are what every command that touches the database may be told.
type settings struct {
	Data     string `help:"Folder that holds the database and uploads." default:"clew-data" type:"path" placeholder:"DIR"`
	Database string `help:"A postgres:// address, in place of a SQLite file in --data." placeholder:"URL"`
}

type serve struct {
	settings
	Listen string `help:"Address to listen on, of this computer only until accounts arrive." default:"localhost:8080" placeholder:"ADDR"`
	Quiet  bool   `help:"Log warnings only."`
}

func (c *serve) Run(ctx context.Context, s Streams) error {
	return serveApp(ctx, s, app.Config{Data: c.Data, Database: c.Database, Listen: c.Listen}, c.Quiet, nil)
}

// serveApp opens the data, lets fill put something in, and serves until ctx is
// done. The address is printed once it answers.
func serveApp(ctx context.Context, s Streams, c app.Config, quiet bool, fill func(*app.App) error) error {
	l, err := app.Listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	if fill != nil {
		if err := fill(a); err != nil {
			return closing(a, err)
		}
	}
	fmt.Fprintf(s.Out, "http://%s\n", addressOf(l))
	fmt.Fprintln(s.Err, "This copy listens on this computer only; names are taken on trust until accounts arrive. Ctrl-C stops it.")
	return closing(a, a.Serve(ctx, l, logger(s.Err, quiet)))
}

func closing(a io.Closer, err error) error {
	if closed := a.Close(); err == nil {
		err = closed
	}
	return err
}

func addressOf(l net.Listener) string {
	if t, ok := l.Addr().(*net.TCPAddr); ok {
		return fmt.Sprintf("localhost:%d", t.Port)
	}
	return l.Addr().String()
}

func logger(w io.Writer, quiet bool) *slog.Logger {
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

type config struct {
	settings
	Listen string `help:"Address to listen on." default:"localhost:8080" placeholder:"ADDR"`
}

func (c *config) Run(k *kong.Context, s Streams) error {
	given := map[string]string{}
	for _, p := range k.Path {
		if p.Flag != nil {
			given[p.Flag.Name] = "given as --" + p.Flag.Name
		}
	}
	for _, f := range k.Selected().Flags {
		from := given[f.Name]
		for _, env := range f.Envs {
			if v, ok := os.LookupEnv(env); ok && v != "" && from == "" {
				from = "from " + env
			}
		}
		if from == "" {
			from = "default"
		}
		value := fmt.Sprint(k.FlagValue(f))
		switch {
		case f.Name == "help":
			continue
		case f.Name == "database":
			value = withoutPassword(value)
			if value == "" {
				value = "sqlite:" + filepath.Join(c.Data, "clew.db")
			}
		}
		fmt.Fprintf(s.Out, "%-10s %-40s %s\n", f.Name, value, from)
	}
	return nil
}
