// Package cli is the program as it is typed: a file for each command. Results go
// to standard output, progress and notices to standard error. The exit status
// is 0 when it is done, 1 when a check failed, 2 for wrong use or input that
// cannot be read.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"clew/internal/fault"
)

// Streams are where the program reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Exit statuses.
const (
	done     = 0
	failed   = 1 // a check failed
	unusable = 2 // wrong use, or input that cannot be read
)

// The commands, in the order help lists them.
type commands struct {
	Sweep   sweep     `cmd:"" help:"Find courses of conduct in an extract of records, with no database and no server."`
	Read    read      `cmd:"" help:"Read a column of narratives: behaviours, acts, fear, impact, threats, counts."`
	Link    link      `cmd:"" help:"Say which rows of one or two lists of people are the same person."`
	Import  imports   `cmd:"" help:"Take an extract of records in to the database."`
	Replay  replay    `cmd:"" help:"Replay a chronology: what would have been warned of, and when."`
	Serve   serve     `cmd:"" help:"Serve the pages."`
	Demo    demo      `cmd:"" help:"Serve an invented partnership, or write its records to files."`
	Account accounts  `cmd:"" help:"Help with accounts, at the server."`
	Backup  backup    `cmd:"" help:"Write a copy of the data to a file, while the program serves."`
	Restore restore   `cmd:"" help:"Unpack a backup into an empty folder, and look it through."`
	Check   check     `cmd:"" help:"Look all data through: database, ledger, keys, uploads."`
	Export  export    `cmd:"" help:"Write everything there is as JSON lines, a file for each table."`
	Upgrade upgrade   `cmd:"" help:"Take a backup, then bring the database up to date."`
	Key     key       `cmd:"" help:"Make the master key, change it, or check it."`
	Ledger  ledgers   `cmd:"" help:"The ledger of who did and saw what: check it, its key, its witnesses, bundles of it."`
	Witness witnesses `cmd:"" help:"Watch another agency's ledger, and cosign it."`
	Verify  verifies  `cmd:"" help:"Check a bundle from a ledger, with no database."`
	Config  config    `cmd:"" help:"Print the settings in force and where each came from."`
	Version version   `cmd:"" help:"Print version, commit and schema."`
	Help    help      `cmd:"" help:"Explain a command."`
}

const about = `Clew sees scattered reports as one course of conduct.

Results go to standard output, progress and notices to standard error.
Exit status: 0 done, 1 a check failed, 2 wrong use or unreadable input.
Every setting is also an environment variable: --listen is CLEW_LISTEN.`

// thrifty trades some time for memory, in the commands that hold a whole extract.
func thrifty() { debug.SetGCPercent(60) }

// errCheck is a check that failed: exit status 1.
var errCheck = errors.New("a check failed")

// Main runs the program and returns its exit status.
func Main(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, s)
}

func run(ctx context.Context, args []string, s Streams) int {
	var c commands
	status := -1
	k, err := kong.New(&c, kong.Name("clew"), kong.Description(about), kong.UsageOnError(), kong.DefaultEnvars("CLEW"),
		kong.Writers(s.Out, s.Err), kong.Exit(func(code int) { status = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 88, NoExpandSubcommands: true}),
		kong.ShortHelp(kong.DefaultHelpPrinter))
	if err != nil {
		fmt.Fprintln(s.Err, "clew:", err)
		return unusable
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == "help" { // clew help sweep is clew sweep --help
		args = append(args[1:], "--help")
	}
	parsed, err := k.Parse(args)
	if status >= 0 {
		return status // help was printed
	}
	if err != nil {
		return complain(s, err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(s)
	return complain(s, parsed.Run(k))
}

// complain says what went wrong, in the words of whoever typed it.
func complain(s Streams, err error) int {
	invalid, isInvalid := errors.AsType[fault.Invalid](err)
	wrong, isWrong := errors.AsType[*kong.ParseError](err)
	switch {
	case err == nil:
		return done
	case errors.Is(err, errCheck):
		return failed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.Err, "clew: stopped; nothing half-written is left behind")
		return unusable
	case isInvalid:
		for _, m := range invalid {
			fmt.Fprintln(s.Err, "clew:", m.Text)
		}
	case isWrong:
		fmt.Fprintln(s.Err, "clew:", wrong.Error())
		fmt.Fprintln(s.Err, "See clew help", strings.Join(commandOf(wrong), " "))
	default:
		fmt.Fprintln(s.Err, "clew:", err)
	}
	return unusable
}

func commandOf(e *kong.ParseError) []string {
	if e.Context == nil {
		return nil
	}
	return strings.Fields(e.Context.Command())[:min(1, len(strings.Fields(e.Context.Command())))]
}

// help is here so that it is listed: run turns "help sweep" into "sweep --help".
type help struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

func (help) Run() error { return nil }
