package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"clew/internal/account"
	"clew/internal/app"
	"clew/internal/fault"
	"clew/internal/seal"
)

// settings are what every command that touches the database may be told.
type settings struct {
	Data      string `help:"Folder that holds the database and uploads." default:"clew-data" type:"path" placeholder:"DIR"`
	Database  string `help:"A postgres:// address, in place of a SQLite file in --data." placeholder:"URL"`
	LedgerKey string `help:"File of the key the ledger is signed by; ledger.key in --data when not given." placeholder:"FILE"`
	// The key itself may be in the environment. It is never typed: others see what is.
	MasterKeyFile string `help:"File of the master key; master.key in --data when not given." placeholder:"FILE"`
}

// app is what the program is told by them.
func (c *settings) app() app.Config {
	return app.Config{Data: c.Data, Database: c.Database, LedgerKey: c.LedgerKey, Master: seal.Keeping{File: c.MasterKeyFile, Text: os.Getenv("CLEW_MASTER_KEY")}}
}

type serve struct {
	settings
	Listen  string   `help:"Address to listen on: of this computer, unless there is TLS." default:"localhost:8080" placeholder:"ADDR"`
	TLSCert string   `name:"tls-cert" help:"Certificate, in PEM; read again when it changes." type:"path" placeholder:"FILE"`
	TLSKey  string   `name:"tls-key" help:"Its key." type:"path" placeholder:"FILE"`
	Behind  []string `help:"Address of a proxy that has TLS; it alone is served, and believed." placeholder:"ADDR"`
	Metrics string   `help:"Address for Prometheus figures, of this computer." placeholder:"ADDR"`
	Quiet   bool     `help:"Log warnings only."`
	Largest int      `name:"largest-document" help:"Most megabytes that a document of a case may have." default:"100" placeholder:"MB"`
	Site    string   `help:"The address people type, when it is not localhost: passkeys answer to it." placeholder:"URL"`

	SSOIssuer string `name:"sso-issuer" help:"Issuer of single sign-on (OpenID Connect)." group:"Single sign-on" placeholder:"URL"`
	SSOName   string `name:"sso-name" help:"What people call it." default:"single sign-on" group:"Single sign-on" placeholder:"NAME"`
	SSOClient string `name:"sso-client" help:"The id of Clew there." group:"Single sign-on" placeholder:"ID"`
	SSOSecret string `name:"sso-secret" help:"The secret of Clew there. Set CLEW_SSO_SECRET: what is typed on a command line others can read." group:"Single sign-on" placeholder:"SECRET"`
}

// mostDocument is the most megabytes that --largest-document takes.
const mostDocument = 10_000

func (c *serve) Run(ctx context.Context, s Streams) error {
	proxies, err := app.ParseProxies(c.Behind)
	if err != nil {
		return err
	}
	config := c.app()
	config.Listen, config.Cert, config.Key, config.Behind, config.Metrics = c.Listen, c.TLSCert, c.TLSKey, proxies, c.Metrics
	if c.Largest < 1 || c.Largest > mostDocument {
		return fault.Bad("largest-document", fmt.Sprintf("Say from 1 to %d megabytes with --largest-document", mostDocument))
	}
	config.Document = int64(c.Largest) << 20
	config.Site, config.Provider = c.Site, account.Provider{Name: c.SSOName, Issuer: c.SSOIssuer, Client: c.SSOClient, Secret: c.SSOSecret}
	return serveApp(ctx, s, config, c.Quiet, nil)
}

// serveApp opens the data, lets fill put something in, and serves until ctx is
// done. The address is printed once it answers.
func serveApp(ctx context.Context, s Streams, c app.Config, quiet bool, fill func(*app.App) error) error {
	l, err := app.Listen(c)
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
	site := "http://" + addressOf(l)
	if c.Cert != "" {
		site = "https://" + addressOf(l)
	}
	fmt.Fprintln(s.Out, site)
	link, err := a.Accounts.SetUpLink(ctx)
	if err != nil {
		return closing(a, err)
	}
	if link != "" {
		fmt.Fprintf(s.Err, "Nobody has an account yet. Open this within 24 hours to set Clew up; it opens once:\n\n  %s/set-up/%s\n\n", cmp.Or(strings.TrimSuffix(c.Site, "/"), site), link)
	}
	if c.Cert == "" && len(c.Behind) == 0 {
		fmt.Fprintln(s.Err, "This copy listens on this computer only. Ctrl-C stops it.")
	}
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
		case f.Name == "ledger-key":
			value = c.app().LedgerKeyFile()
		}
		fmt.Fprintf(s.Out, "%-10s %-40s %s\n", f.Name, value, from)
	}
	return nil
}
