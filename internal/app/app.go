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
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"clew/internal/access"
	"clew/internal/access/accessweb"
	"clew/internal/account"
	"clew/internal/account/accountweb"
	"clew/internal/agency"
	"clew/internal/agency/agencyweb"
	"clew/internal/casefile"
	"clew/internal/casefile/casefileweb"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/intake"
	"clew/internal/law"
	"clew/internal/law/lawweb"
	"clew/internal/ledger"
	"clew/internal/ledger/ledgerweb"
	"clew/internal/pattern"
	"clew/internal/pattern/patternweb"
	"clew/internal/person"
	"clew/internal/person/personweb"
	"clew/internal/recording"
	"clew/internal/recording/recordingweb"
	"clew/internal/report"
	"clew/internal/report/reportweb"
	"clew/internal/retention"
	"clew/internal/retention/retentionweb"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/vault/vaultweb"
	"clew/internal/warning"
	"clew/internal/warning/training"
	"clew/internal/warning/warningweb"
	"clew/internal/watch"
	"clew/internal/watch/watchweb"
	"clew/internal/web"
	"clew/internal/words"
)

// Config is everything the program may be told from outside.
type Config struct {
	Data      string // folder for the database, uploads and whatever else is kept
	Database  string // postgres:// address; empty for a SQLite file in Data
	LedgerKey string // file of the key the ledger is signed by; empty for ledger.key in Data
	Listen    string // a loopback address, unless there is TLS
	Site      string // the address people type, when it is not localhost
	Demo      bool   // the partnership is invented: the pages say so

	// Ago is how long ago what a demo begins with was written: its clock is so far back
	// until Begin has caught up.
	Ago time.Duration

	Master    seal.Keeping     // where the master key is; master.key in Data when it does not say
	Cert, Key string           // files, for TLS
	Behind    []netip.Prefix   // proxies that have TLS
	Provider  account.Provider // of single sign-on; none when it has no issuer
	Document  int64            // the most bytes a document may have; casefile.MostDocument when 0
	Metrics   string           // a loopback address for figures; none when empty
}

// Where is the database, as db.Open takes it.
func (c Config) Where() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "clew.db")
}

// LedgerKeyFile is where the key is that the ledger is signed by.
func (c Config) LedgerKeyFile() string {
	if c.LedgerKey != "" {
		return c.LedgerKey
	}
	return filepath.Join(c.Data, "ledger.key")
}

// An App is the rooms, joined.
type App struct {
	db       *db.DB
	config   Config
	ago      *atomic.Int64 // how far back its clock is: see Config
	Guard    *access.Guard
	Agencies *agency.Store
	Accounts *account.Store
	Reports  *report.Store
	People   *person.Store
	Held     *pattern.Store
	Intake   *intake.Desk
	Audit    *recording.Store
	Vault    *vault.Store
	Seal     *seal.Sealer
	Ledger   *ledger.Log
	Cases    *casefile.Store
	Watch    *watch.Store
	Keep     *retention.Store
	Law      *law.Store
}

// Open opens the data of a partnership, making what is not there.
func Open(ctx context.Context, c Config) (*App, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	ago := new(atomic.Int64)
	ago.Store(int64(c.Ago))
	d, err := db.Open(ctx, c.Where(), func() time.Time { return time.Now().Add(-time.Duration(ago.Load())) })
	if err != nil {
		return nil, err
	}
	log, err := ledger.Open(ctx, d, c.LedgerKeyFile())
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	sealer, err := c.sealer(ctx, d)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	a := join(d, c, sealer, log)
	a.ago = ago
	if err := a.Keep.Ship(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if c.Demo {
		if err := a.cast(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("people of the demo: %w", err), a.Close())
		}
	}
	return a, nil
}

// Keeping is where the master key is kept.
func (c *Config) Keeping() seal.Keeping {
	k := c.Master
	if k.File == "" {
		k.File = filepath.Join(c.Data, "master.key")
	}
	return k
}

// sealer opens the keys. With a master key that is missing, wrong or unreadable the
// program still starts: it shows what is not sealed, and changes nothing.
func (c *Config) sealer(ctx context.Context, d *db.DB) (*seal.Sealer, error) {
	m, err := c.Keeping().Load(ctx, d)
	if err != nil {
		return seal.Closed(err), nil
	}
	return seal.Open(ctx, d, m)
}

// join makes the rooms of a database.
func join(d *db.DB, c Config, sealer *seal.Sealer, log *ledger.Log) *App {
	guard := access.NewGuard(d)
	guard.ReadOnly = sealer.Trouble()
	settings := account.Usual
	settings.Demo, settings.Site, settings.Provider = c.Demo, c.Site, c.Provider
	a := &App{db: d, Ledger: log, config: c, Guard: guard, Agencies: agency.NewStore(guard), Accounts: account.NewStore(guard, sealer.For("accounts"), settings), Reports: report.NewStore(guard), People: person.NewStore(guard), Audit: recording.NewStore(guard)}
	a.Held = pattern.NewStore(guard, a.People)
	a.Seal, a.Vault = sealer, vault.NewStore(guard, sealer)
	a.Keep = retention.NewStore(guard, a.Held)
	a.Cases = casefile.NewStore(guard, sealer)
	a.Cases.Held = retention.HoldsAny
	if c.Document > 0 {
		a.Cases.MostDocument = c.Document
	}
	a.Agencies.Parting, a.Agencies.Leaves = a.Cases.Parting, a.Cases.Leaves
	a.Watch, a.Cases.Before = watch.NewStore(guard, a.Cases), watch.Before
	a.Audit.Holds = func(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (string, error) {
		return a.Cases.Holding(ctx, q, sight, victim, suspect, warning.Classify, d.Now())
	}
	a.Held.Stops, a.Audit.Stops, a.Audit.Correct = a.Cases.Stopped, a.Cases.Stopped, a.Held.Correct
	a.Law = law.NewStore(guard)
	a.Keep.Move = func(ctx context.Context, tx *db.Tx, mention, to string) error {
		return errors.Join(a.Vault.Move(ctx, tx, mention, to), a.Cases.Forget(ctx, tx, mention, to))
	}
	a.Keep.Destroy = func(ctx context.Context, tx *db.Tx, mention string) error {
		return errors.Join(a.Vault.Erase(ctx, tx, mention), a.Cases.Forget(ctx, tx, mention, ""))
	}
	a.Intake = intake.New(guard, a.Held, a.Reports, filepath.Join(c.Data, "uploads"))
	return a
}

// Close finishes what is in hand and lets go of the data.
func (a *App) Close() error {
	a.Intake.Close()
	return a.db.Close()
}

// At is the program itself at work for an agency, at the command line: the agency
// that is named, or else the only one there is. While there is none, the one that is
// named is made; whoever sets Clew up later takes it over by its code.
func (a *App) At(ctx context.Context, id, name string) (access.Actor, error) {
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		all, err := db.All(ctx, tx, db.Text, `SELECT id FROM agencies WHERE parted IS NULL ORDER BY id`)
		switch {
		case err != nil || id != "" && slices.Contains(all, id):
			return err
		case id == "" && len(all) == 1:
			id = all[0]
			return nil
		case id == "" && len(all) > 1:
			return fault.Bad("for", "Say for which agency, with --for: "+words.List(all))
		case len(all) > 0:
			return fault.Bad("for", fmt.Sprintf("There is no agency %q here. There is %s", id, words.List(all)))
		}
		if id == "" {
			return fault.Bad("for", "Say which agency will hold it, by its code: --for police:11. Give the same code when you set Clew up")
		}
		return agency.Join(ctx, tx, agency.Agency{ID: id, Name: id, Kind: agency.KindOf(id)})
	})
	return access.Program(id, name), err
}

// Mux is every page of the program.
func (a *App) Mux(log *slog.Logger) *web.Mux {
	m := web.NewMux(log)
	if a.config.loopback() {
		m.Site.Notice = govuk.LoopbackNotice
	}
	if a.config.Demo {
		m.Site.Notice = "Everything here is invented: the county, the agencies and the people. " + m.Site.Notice
	}
	m.Door = accountweb.Door(a.Guard, a.Accounts)
	m.Door.Nav = nav
	h := hall{a.Audit, a.Reports, a.Cases, a.Watch, a.config.Demo}
	m.Handle("GET /{$}", h.show)
	if a.config.Demo {
		m.Door.SignIn = "/come-in"
		m.Open("GET /come-in", h.showParts)
		m.Open("POST /come-in", a.comeIn)
	}
	agencyweb.Routes(m, a.Agencies, a.colleague)
	accountweb.Routes(m, a.Accounts)
	accessweb.Routes(m, a.administration())
	personweb.Routes(m, a.Guard, a.People, a.Held, a.Reports)
	reportweb.Routes(m, a.Guard, a.Reports, a.Intake, a.Held, a.People)
	patternweb.Routes(m, a.Guard, a.Held, a.Audit)
	recordingweb.Routes(m, a.Guard, a.Audit)
	vaultweb.Routes(m, a.Vault)
	ledgerweb.Routes(m, a.Ledger)
	casefileweb.Routes(m, a.Cases, a.Held, a.People, a.agencyNames)
	watchweb.Routes(m, a.Watch)
	retentionweb.Routes(m, a.Keep)
	warningweb.Routes(m, training.NewStore(a.Guard), a.db.Now)
	m.Handle("GET /system", a.showSystem)
	lawweb.Routes(m, a.Law)
	return m
}

// colleague is the account of somebody of the actor's agency by what was typed.
func (a *App) colleague(r *http.Request, typed string) (string, error) {
	if typed == "" {
		return "", fault.Bad("colleague", "Enter a name")
	}
	all, _, err := a.Accounts.People(r.Context(), access.From(r.Context()), typed, 0, 20)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(all, func(x account.Account) bool { return x.SignIn == typed }); i >= 0 {
		return all[i].ID, nil
	}
	switch len(all) {
	case 0:
		return "", fault.Bad("colleague", "Nobody of your agency is called that. Check how the name is spelt")
	case 1:
		return all[0].ID, nil
	}
	return "", fault.Bad("colleague", "Several people are called that. Enter the name they sign in by")
}

// agencyNames are the names of all agencies, by id.
func (a *App) agencyNames(r *http.Request) (map[string]string, error) {
	names := map[string]string{}
	err := a.db.Read(r.Context(), func(v *db.View) error {
		return db.Each(r.Context(), v, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) },
			func(x [2]string) error { names[x[0]] = x[1]; return nil }, `SELECT id, name FROM agencies ORDER BY id`)
	})
	return names, err
}

// administration is the pages of who may do what, with what other rooms know.
func (a *App) administration() accessweb.Pages {
	return accessweb.Pages{
		Guard: a.Guard, Names: a.Accounts.Names,
		Agencies: func(ctx context.Context, by access.Actor) (all []accessweb.Choice, err error) {
			known, err := a.Agencies.All(ctx, by)
			for _, one := range known {
				if one.Parted.IsZero() {
					all = append(all, accessweb.Choice{ID: one.ID, Name: one.Name, About: one.Kind.Name()})
				}
			}
			return all, err
		},
		Colleagues: func(ctx context.Context, by access.Actor, search string) (all []accessweb.Choice, err error) {
			known, err := a.Accounts.Colleagues(ctx, by, search)
			for _, one := range known {
				all = append(all, accessweb.Choice{ID: one.ID, Name: one.Name, About: one.SignIn})
			}
			return all, err
		},
		Around: func(ctx context.Context, by access.Actor, accounts []string) (teams, managers []accessweb.Choice, err error) {
			around, leaders, err := a.Agencies.Around(ctx, by, accounts)
			for _, t := range around {
				teams = append(teams, accessweb.Choice{ID: t.ID, Name: t.Name, About: words.Count(t.Members, "person", "people") + " now"})
			}
			for _, m := range leaders {
				managers = append(managers, accessweb.Choice{ID: m.Account, Name: m.Name, About: "Line manager"})
			}
			return teams, managers, err
		},
		Places: []accessweb.Place{
			{Name: "People", Href: "/accounts", About: "Invite colleagues, give them their work, end an account", Action: access.ManageAccounts},
			{Name: "Agencies", Href: "/agencies", About: "Who is in the partnership", Action: access.ManageAgencies},
			{Name: "Teams", Href: "/teams", About: "Who works together, and who is whose line manager", Action: access.ManageAccounts},
			{Name: "Refused contact details", Href: "/contacts/refused", About: "Tries at contact details that were refused, to be reviewed", Action: access.ReadUnusual},
			{Name: "System", Href: "/system", About: "How Clew itself is: its database, keys, ledger, backups and jobs", Action: access.ReadHealth},
			{Name: "The law", Href: "/law", About: "Offences, orders, time limits, rights and bank holidays: where they come from, and correcting them", Action: access.ReadLaw},
		},
	}
}

// sections are the parts of the service, and what one must be allowed to go there.
var sections = []struct {
	action access.Action
	item   govuk.NavItem
}{
	{access.ReadWorklist, govuk.NavItem{Text: "Worklist", Href: "/worklist", Section: "worklist"}},
	{access.FindPeople, govuk.NavItem{Text: "Search", Href: "/search", Section: "search"}},
	{access.RecordReport, govuk.NavItem{Text: "Record a report", Href: "/reports/new", Section: "record"}},
	{access.ReadImports, govuk.NavItem{Text: "Imports", Href: "/imports", Section: "imports"}},
	{access.ReadAccuracy, govuk.NavItem{Text: "Audit", Href: "/audit", Section: "audit"}},
	{access.ReadCase, govuk.NavItem{Text: "Cases", Href: "/cases", Section: "cases"}},
	{access.ReadCase, govuk.NavItem{Text: "Warnings", Href: "/warnings", Section: "warnings"}},
	{access.ReadRetention, govuk.NavItem{Text: "Retention", Href: "/retention", Section: "retention"}},
}

// administering is what leads to the page of administration: whoever may do any of it.
var administering = []access.Action{access.ManageAccounts, access.ManageAgreements, access.ReadLedger, access.ReadUnusual, access.ManageLocks, access.ReadHealth}

// nav is the sections open to whoever asks.
func nav(r *http.Request) (all []govuk.NavItem) {
	for _, s := range sections {
		if access.Offers(r.Context(), s.action) {
			all = append(all, s.item)
		}
	}
	if slices.ContainsFunc(administering, func(a access.Action) bool { return access.Offers(r.Context(), a) }) {
		all = append(all, govuk.NavItem{Text: "Administration", Href: "/administration", Section: "administration"})
	}
	return all
}

// keepSettled works out anew who is who when agencies agree or part, and when an
// agreement begins or runs out, until ctx is done.
func (a *App) keepSettled(ctx context.Context, log *slog.Logger) {
	changed := make(chan struct{}, 1)
	a.Guard.Changed = func() {
		select {
		case changed <- struct{}{}:
		default: // it is about to look anyway
		}
	}
	each := time.NewTicker(time.Minute)
	defer each.Stop()
	for {
		a.did(ctx, settling, log, func() (int64, error) { return 0, a.Held.SettleChanged(ctx) })
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-each.C:
		}
	}
}

// keepLooking looks for unusual looking, once a day, until ctx is done.
func (a *App) keepLooking(ctx context.Context, log *slog.Logger) {
	each := time.NewTicker(24 * time.Hour)
	defer each.Stop()
	for {
		a.did(ctx, unusualLooking, log, func() (int64, error) {
			n, err := a.Guard.FindUnusual(ctx)
			return int64(n), err
		})
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
	}
}

// keepWatching asks about cases where something may have changed, until ctx is done.
func (a *App) keepWatching(ctx context.Context, log *slog.Logger) {
	each := time.NewTicker(time.Minute)
	defer each.Stop()
	for {
		a.did(ctx, watching, log, func() (int64, error) {
			n, err := a.Watch.Pass(ctx)
			if err != nil {
				return int64(n), err
			}
			_, err = a.Audit.TakeCleared(ctx)
			return int64(n), err
		})
		select {
		case <-ctx.Done():
			return
		case <-a.Cases.Changed():
		case <-each.C:
		}
	}
}

// carryOut erases what two people have agreed may go, and what came in of documents that
// were broken off, until ctx is done. What was stopped goes on when the program begins
// again.
func (a *App) carryOut(ctx context.Context, approved <-chan struct{}, log *slog.Logger) {
	each := time.NewTicker(10 * time.Minute)
	defer each.Stop()
	for {
		a.did(ctx, disposal, log, func() (int64, error) { return 0, errors.Join(a.Keep.Work(ctx), a.Cases.SweepDocuments(ctx)) })
		select {
		case <-ctx.Done():
			return
		case <-approved:
		case <-each.C:
		}
	}
}

// Serve answers requests until ctx is done, then finishes those in hand.
func (a *App) Serve(ctx context.Context, l net.Listener, log *slog.Logger) (err error) {
	defer func() {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = nil // it was to stop before it had begun
		}
	}()
	if err := govuk.Built(); err != nil {
		return err // a program without its styles shows nobody anything
	}
	if err := a.Reports.Interrupted(ctx); err != nil {
		return err
	}
	a.Intake.Log = func(id string, err error) { log.Error("import failed", "import", id, "err", err) }
	if why := a.Seal.Trouble(); why != nil {
		log.Error("nothing can be changed, and contact details cannot be shown: "+why.Error(), "see", "docs/runbook/key-loss.md")
	}
	if said := Unprotected(a.config.Database); said != "" {
		log.Warn(said)
	}
	if walled, err := a.db.Walled(ctx); err != nil {
		return err
	} else if !walled && !a.db.SQLite() {
		log.Warn(passes, "see", "docs/runbook/install.md")
	}
	mux := a.Mux(log)
	mux.Step = web.Coarse
	if a.config.Metrics != "" {
		m := newMetrics(a)
		mux.Served = m.served
		if err := m.serve(ctx, a.config.Metrics); err != nil {
			return err
		}
	}
	var pages http.Handler = mux
	if a.config.loopback() {
		pages = web.Loopback(mux)
	}
	if len(a.config.Behind) > 0 {
		pages = web.Behind(a.config.Behind, mux)
	}
	outer := http.NewServeMux()
	outer.HandleFunc("GET /healthz", live)
	outer.HandleFunc("GET /readyz", (&health{app: a}).ready)
	outer.Handle("/", pages)
	server := &http.Server{Handler: outer, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	if a.config.Cert != "" {
		c, err := newCertificate(a.config.Cert, a.config.Key, log)
		if err != nil {
			return err
		}
		go c.watch(ctx, time.Now)
		server.TLSConfig = c.config()
	}
	working, stop := context.WithCancel(ctx)
	approved := make(chan struct{}, 1)
	a.Keep.Approved = func() {
		select {
		case approved <- struct{}{}:
		default: // it is about to look anyway
		}
	}
	var jobs sync.WaitGroup
	jobs.Go(func() { a.keepSettled(working, log) })
	jobs.Go(func() { a.keepLooking(working, log) })
	jobs.Go(func() { a.carryOut(working, approved, log) })
	jobs.Go(func() { a.keepVerifying(working, log) })
	jobs.Go(func() { a.keepWatching(working, log) })
	defer func() { stop(); jobs.Wait() }()
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	serve := server.Serve
	if server.TLSConfig != nil {
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
