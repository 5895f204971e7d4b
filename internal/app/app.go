// Package app joins the rooms into one program. It alone may import a room's
// pages.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/intake"
	"clew/internal/pattern"
	"clew/internal/pattern/patternweb"
	"clew/internal/person"
	"clew/internal/person/personweb"
	"clew/internal/recording"
	"clew/internal/recording/recordingweb"
	"clew/internal/report"
	"clew/internal/report/reportweb"
	"clew/internal/web"
)

// Config is everything the program may be told from outside.
type Config struct {
	Data     string // folder for the database, uploads and whatever else is kept
	Database string // postgres:// address; empty for a SQLite file in Data
	Listen   string // a loopback address, until accounts arrive
	Demo     bool   // the partnership is invented: the pages say so
}

// An App is the rooms, joined.
type App struct {
	db      *db.DB
	config  Config
	Reports *report.Store
	People  *person.Store
	Held    *pattern.Store
	Intake  *intake.Desk
	Audit   *recording.Store
}

// Open opens the data of a partnership, making what is not there.
func Open(ctx context.Context, c Config) (*App, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	where := c.Database
	if where == "" {
		where = filepath.Join(c.Data, "clew.db")
	}
	d, err := db.Open(ctx, where, time.Now)
	if err != nil {
		return nil, err
	}
	a := &App{db: d, config: c, Reports: report.NewStore(d), People: person.NewStore(d), Audit: recording.NewStore(d)}
	a.Held = pattern.NewStore(d, a.People)
	a.Intake = intake.New(d, a.Held, a.Reports, filepath.Join(c.Data, "uploads"))
	return a, nil
}

// Close finishes what is in hand and lets go of the data.
func (a *App) Close() error {
	a.Intake.Close()
	return a.db.Close()
}

// Mux is every page of the program.
func (a *App) Mux(log *slog.Logger) *web.Mux {
	m := web.NewMux(log)
	m.Site.Nav = []govuk.NavItem{
		{Text: "Worklist", Href: "/worklist", Section: "worklist"}, {Text: "Search", Href: "/search", Section: "search"},
		{Text: "Record a report", Href: "/reports/new", Section: "record"}, {Text: "Imports", Href: "/imports", Section: "imports"},
		{Text: "Audit", Href: "/audit", Section: "audit"},
	}
	m.Site.Notice = govuk.LoopbackNotice
	if a.config.Demo {
		m.Site.Notice = "Everything here is invented: the county, the agencies and the people. " + m.Site.Notice
	}
	h := hall{a.Audit, a.Reports, a.config.Demo}
	m.Handle("GET /{$}", h.show)
	m.Handle("GET /name", h.showName)
	m.Handle("POST /name", h.setName)
	personweb.Routes(m, a.People, a.Held, a.Reports)
	reportweb.Routes(m, a.Reports, a.Intake, a.Held, a.People)
	patternweb.Routes(m, a.Held, a.Audit, a.Reports)
	recordingweb.Routes(m, a.Audit)
	return m
}

// Listen opens the address to serve on, which must be of this computer: until
// accounts arrive, whoever reaches the pages is believed.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fault.Bad("listen", fmt.Sprintf("%q is not an address to listen on: write localhost:8080", addr))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fault.Bad("listen", "Until accounts arrive, Clew listens on this computer only: use localhost or 127.0.0.1")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.Bad("listen", fmt.Sprintf("cannot listen on %s: %v", addr, errors.Unwrap(err)))
	}
	return l, nil
}

// Serve answers requests until ctx is done, then finishes those in hand.
func (a *App) Serve(ctx context.Context, l net.Listener, log *slog.Logger) error {
	if err := govuk.Built(); err != nil {
		return err // a program without its styles shows nobody anything
	}
	if err := a.Reports.Interrupted(ctx); err != nil {
		return err
	}
	a.Intake.Log = func(id string, err error) { log.Error("import failed", "import", id, "err", err) }
	server := &http.Server{Handler: web.Loopback(a.Mux(log)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
