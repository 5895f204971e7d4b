// Command clew sees scattered reports of stalking as one course of conduct.
package main

import (
	"os"

	"clew/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
