package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/govuk"
	"clew/internal/ledger"
	"clew/internal/seal"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// The system's own work, as it is kept in the table jobs and named on the page.
const (
	settling       = "Working out who is who"
	unusualLooking = "Looking for unusual looking"
	disposal       = "Carrying out disposals"
	verifying      = "Verifying the ledger"
	watching       = "Looking for early warnings"
	backingUp      = "Backup"
)

var works = []string{settling, watching, unusualLooking, disposal, verifying}

// A work is how one of them went.
type work struct {
	Name   string
	Ended  time.Time // the last time; zero: never
	Figure int64     // of the last time that went well
	Error  string    // number of the last error in the log
	Failed time.Time
}

// did does some of the system's own work and keeps how it went. An error is logged
// under a number, and the page shows the number.
func (a *App) did(ctx context.Context, name string, log *slog.Logger, f func() (figure int64, err error)) {
	figure, err := f()
	if ctx.Err() != nil {
		return
	}
	number := ""
	if err != nil {
		number = rand.Text()[:8]
		number = number[:4] + "-" + number[4:]
		log.Error("the system's own work failed", "work", name, "number", number, "err", err)
	}
	if err := worked(ctx, a.db, name, figure, number); err != nil && ctx.Err() == nil {
		log.Error("cannot keep how work went", "work", name, "err", err)
	}
}

func worked(ctx context.Context, d *db.DB, name string, figure int64, number string) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		at := tx.Now.UnixMicro()
		if number != "" {
			return tx.Exec(ctx, `
				INSERT INTO jobs (name, ended, figure, error, failed) VALUES ($1, $2, 0, $3, $2)
				ON CONFLICT (name) DO UPDATE SET ended = excluded.ended, error = excluded.error, failed = excluded.failed`, name, at, number)
		}
		return tx.Exec(ctx, `
			INSERT INTO jobs (name, ended, figure, error, failed) VALUES ($1, $2, $3, '', 0)
			ON CONFLICT (name) DO UPDATE SET ended = excluded.ended, figure = excluded.figure`, name, at, figure)
	})
}

// keepVerifying verifies the ledger from its first entry, once a day, until ctx is
// done.
func (a *App) keepVerifying(ctx context.Context, log *slog.Logger) {
	each := time.NewTicker(24 * time.Hour)
	defer each.Stop()
	for {
		a.did(ctx, verifying, log, func() (int64, error) { return a.verifyLedger(ctx) })
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
	}
}

// verifyLedger gives how many entries are as they were written, or an error.
func (a *App) verifyLedger(ctx context.Context) (size int64, err error) {
	if err := a.db.Read(ctx, func(v *db.View) (err error) {
		size, err = db.One(ctx, v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		return err
	}); err != nil {
		return 0, err
	}
	wrong, err := ledgerWrong(ctx, a.db, a.config.LedgerKeyFile())
	if err == nil && len(wrong) > 0 {
		err = errors.New("the ledger is not as it was written: " + strings.Join(wrong, "; "))
	}
	return size, err
}

// A witnessed is when a witness last cosigned.
type witnessed struct {
	Name string
	At   time.Time // zero: never
	Size int64
}

// A condition is how the system is. It tells of nobody.
type condition struct {
	Now          time.Time
	Built        Built
	Engine       string
	Size         int64 // bytes
	Free         int64 // -1: not known
	Step, Newest int64
	Copies       bool // the database is PostgreSQL, which is backed up without Clew
	Backup       work
	Entries      int64
	Works        []work
	Witnesses    []witnessed
	Replaced     []*ledger.Replacement
	Key          error
	Certificate  time.Time // its last day; zero: there is none here
	CertWrong    bool      // it cannot be read
	Proxy        bool
	Unprotected  string
	Passes       bool // the database's role passes by its row-level security
}

// passes says that row-level security does not hold Clew's own role.
const passes = "The database has no second wall: Clew connects as a superuser, or as a role that passes by row-level security. Let an ordinary role own the database"

// condition asks how the system is, for one who may know.
func (a *App) condition(ctx context.Context, by access.Actor) (c condition, err error) {
	c = condition{Built: Build(), Free: -1, Copies: !a.db.SQLite(), Key: a.Seal.Trouble(), Proxy: len(a.config.Behind) > 0, Unprotected: Unprotected(a.config.Database)}
	walled, err := a.db.Walled(ctx)
	if err != nil {
		return c, err
	}
	c.Passes = c.Copies && !walled
	err = a.Guard.Look(ctx, by, access.ReadHealth, func(v *db.View, s *access.Sight) error {
		s.Saw("system", "")
		c.Now = v.Now
		engine, size := `SELECT 'SQLite ' || sqlite_version()`, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
		if c.Copies {
			engine, size = `SELECT 'PostgreSQL ' || current_setting('server_version')`, `SELECT pg_database_size(current_database())`
		}
		var failed [5]error
		c.Engine, failed[0] = db.One(ctx, v, db.Text, engine)
		c.Size, failed[1] = db.One(ctx, v, db.Number, size)
		c.Entries, failed[2] = db.One(ctx, v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		var done []work
		done, failed[3] = db.All(ctx, v, scanWork, `SELECT name, ended, figure, error, failed FROM jobs ORDER BY name`)
		c.take(done)
		c.Witnesses, failed[4] = db.All(ctx, v, scanWitnessed, `
			SELECT w.name, coalesce(MAX(s.at), 0), coalesce(MAX(s.size), 0) FROM ledger_witnesses w LEFT JOIN ledger_cosignatures s ON s.witness = w.name
			GROUP BY w.name ORDER BY w.name`)
		handovers, err := ledger.Handovers(ctx, v)
		c.Replaced = ledger.Replacements(handovers)
		return errors.Join(append(failed[:], err)...)
	})
	if err != nil {
		return c, err
	}
	if c.Step, c.Newest, err = a.db.Step(ctx); err != nil {
		return c, err
	}
	if free, known := room(a.config.Data); known {
		c.Free = free
	}
	c.certificate(&a.config)
	return c, nil
}

// take puts how work went in its place. What was never done is there too.
func (c *condition) take(done []work) {
	of := func(name string) work {
		if i := slices.IndexFunc(done, func(w work) bool { return w.Name == name }); i >= 0 {
			return done[i]
		}
		return work{Name: name}
	}
	c.Backup = of(backingUp)
	for _, name := range works {
		c.Works = append(c.Works, of(name))
	}
}

func (c *condition) certificate(config *Config) {
	if config.Cert == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(config.Cert, config.Key)
	if err == nil {
		var leaf *x509.Certificate
		if leaf, err = x509.ParseCertificate(pair.Certificate[0]); err == nil {
			c.Certificate = leaf.NotAfter
		}
	}
	c.CertWrong = err != nil
}

func scanWork(r db.Row) (w work, err error) {
	var ended, failed int64
	err = r.Scan(&w.Name, &ended, &w.Figure, &w.Error, &failed)
	w.Ended, w.Failed = moment(ended), moment(failed)
	return w, err
}

func scanWitnessed(r db.Row) (w witnessed, err error) {
	var at int64
	err = r.Scan(&w.Name, &at, &w.Size)
	w.At = moment(at)
	return w, err
}

func moment(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

func (a *App) showSystem(w http.ResponseWriter, r *http.Request) error {
	c, err := a.condition(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, systemPage(c))
}

// gauge is a size in bytes as people read it.
func gauge(n int64) string {
	const mega = 1 << 20
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= mega:
		return words.Thousands(int(n/mega)) + " MB"
	}
	return words.Thousands(int(max(1, n>>10))) + " KB"
}

// wrong is what somebody should see to, the gravest first.
func (c *condition) wrong() (all []string) {
	add := func(wrong bool, text string) {
		if wrong {
			all = append(all, text)
		}
	}
	add(c.Key != nil, "Nothing can be changed: "+c.key())
	add(c.broke(verifying), "The last time the ledger was verified, something was wrong. Look in the log for number "+c.work(verifying).Error)
	add(c.Free >= 0 && c.Free < leastRoom, "The disk is nearly full")
	add(c.Step != c.Newest, "The schema is not what this program wants")
	add(c.Passes, passes)
	add(c.Unprotected != "", "The connection to the database could be read on the way: add sslmode=verify-full to its address")
	add(c.CertWrong, "The certificate cannot be read")
	switch {
	case c.Certificate.IsZero():
	case c.Now.After(c.Certificate):
		add(true, "The certificate has expired: browsers refuse it")
	case c.Now.Add(soon).After(c.Certificate):
		add(true, "The certificate expires soon")
	}
	for _, name := range []string{settling, unusualLooking, disposal} {
		add(c.broke(name), name+" failed the last time. Look in the log for number "+c.work(name).Error)
	}
	return all
}

func (c *condition) work(name string) work {
	i := slices.IndexFunc(c.Works, func(w work) bool { return w.Name == name })
	if i < 0 {
		return work{Name: name}
	}
	return c.Works[i]
}

// broke reports whether the last time of some work failed.
func (c *condition) broke(name string) bool { return c.work(name).broke() }

func (w work) broke() bool { return !w.Failed.IsZero() && w.Failed.Equal(w.Ended) }

func (c *condition) key() string {
	switch {
	case c.Key == nil:
		return "present"
	case errors.Is(c.Key, seal.ErrMissing):
		return "the master key is missing"
	case errors.Is(c.Key, seal.ErrWrong):
		return "the master key is wrong"
	}
	return "the master key cannot be used"
}

func (c *condition) program() []govuk.Row {
	rows := []govuk.Row{govuk.Fact("Version", joined(c.Built.Version, "commit "+c.Built.Commit)), govuk.Fact("Master key", sentence(c.key()))}
	switch {
	case c.CertWrong:
		rows = append(rows, govuk.Fact("Certificate", "It cannot be read"))
	case !c.Certificate.IsZero():
		rows = append(rows, govuk.Fact("Certificate’s last day", c.Certificate.In(when.London).Format("2 January 2006")))
	case c.Proxy:
		rows = append(rows, govuk.Fact("Certificate", "None here: a proxy has it"))
	default:
		rows = append(rows, govuk.Fact("Certificate", "None: Clew serves this computer only"))
	}
	return rows
}

func (c *condition) database() []govuk.Row {
	free, schema, backup := "Not known", fmt.Sprintf("Step %d, which is what this program wants", c.Step), "None that Clew knows of"
	if c.Free >= 0 {
		free = gauge(c.Free)
	}
	if c.Step != c.Newest {
		schema = fmt.Sprintf("Step %d; this program wants step %d", c.Step, c.Newest)
	}
	if c.Copies {
		backup = "PostgreSQL is backed up without Clew, which does not know when"
	}
	if !c.Backup.Ended.IsZero() {
		backup = when.MinuteOf(c.Backup.Ended)
	}
	connection := "On this computer, or by TLS"
	if c.Unprotected != "" {
		connection = "Not protected"
	}
	return []govuk.Row{govuk.Fact("Engine", c.Engine), govuk.Fact("Size", gauge(c.Size)), govuk.Fact("Connection", connection), govuk.Fact("Disk free, where the data are", free), govuk.Fact("Schema", schema), govuk.Fact("Last backup", backup)}
}

func (c *condition) ledger() []govuk.Row {
	verified := "Not yet"
	if w := c.work(verifying); w.broke() {
		verified = "Something was wrong on " + when.MinuteOf(w.Ended)
	} else if !w.Ended.IsZero() {
		verified = words.Count(int(w.Figure), "entry", "entries") + ", on " + when.MinuteOf(w.Ended)
	}
	rows := []govuk.Row{govuk.Fact("Entries", words.Thousands(int(c.Entries))), govuk.Fact("Verified", verified)}
	for _, r := range c.Replaced {
		rows = append(rows, govuk.Fact("Key replaced", when.MinuteOf(r.At)+", after "+words.Count(int(r.Last), "entry", "entries")+". The key before was said to be lost, and did not sign it"))
	}
	if len(c.Witnesses) == 0 {
		rows = append(rows, govuk.Fact("Witnesses", "None: nobody elsewhere would notice if it were changed"))
	}
	for _, w := range c.Witnesses {
		last := "Has not cosigned yet"
		if !w.At.IsZero() {
			last = "Cosigned " + words.Count(int(w.Size), "entry", "entries") + ", on " + when.MinuteOf(w.At)
		}
		rows = append(rows, govuk.Fact("Witness "+w.Name, last))
	}
	return rows
}

func (c *condition) jobs() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Work", "Last ended", "Last error")}
	for i := range c.Works {
		w := &c.Works[i]
		ended, number := "Not yet", "None"
		if !w.Ended.IsZero() {
			ended = when.MinuteOf(w.Ended)
		}
		if w.Error != "" {
			number = "Number " + w.Error + ", on " + when.MinuteOf(w.Failed)
		}
		t.Rows = append(t.Rows, govuk.Cells(w.Name, ended, number))
	}
	return t
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// sentence begins with a capital.
func sentence(s string) string {
	return strings.ToUpper(s[:min(1, len(s))]) + cmp.Or(s, " ")[1:]
}

// noteBackup keeps in a database that it was backed up. A database of an older
// schema does not keep it.
func noteBackup(ctx context.Context, d *db.DB) error {
	tables, err := d.Tables(ctx)
	if err != nil || !slices.Contains(tables, "jobs") {
		return err
	}
	return worked(ctx, d, backingUp, 0, "")
}
