package cli_test

import (
	"os"
	"testing"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"clew/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"clew": func() {
		os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}})
}

// TestScripts runs the commands as people type them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "../../test/scripts", UpdateScripts: os.Getenv("CLEW_UPDATE_GOLDEN") != "", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		// same A B: two files are the same bytes.
		"same": func(ts *testscript.TestScript, neg bool, args []string) {
			if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
				ts.Fatalf("%s and %s: same is %v", args[0], args[1], neg)
			}
		},
		// flip FILE: one bit in the middle of a file is turned.
		"flip": func(ts *testscript.TestScript, _ bool, args []string) {
			b, err := os.ReadFile(ts.MkAbs(args[0]))
			ts.Check(err)
			b[len(b)/2] ^= 1
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
		},
		// agekey FILE NAME: an age key is written to a file, and its recipient is $NAME.
		"agekey": func(ts *testscript.TestScript, _ bool, args []string) {
			id, err := age.GenerateX25519Identity()
			ts.Check(err)
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(id.String()+"\n"), 0o600))
			ts.Setenv(args[1], id.Recipient().String())
		},
	}})
}
