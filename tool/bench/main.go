// Command bench measures what Clew promises and writes docs/benchmarks/: how
// well people and pairs are told apart, how long whole commands take, how fast
// one report is screened and how fast pages come. Every figure is from the run
// that wrote it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	only := flag.String("only", "", "run one part and print it: pairs")
	records := flag.Int("records", 100_000, "records for that part")
	flag.Parse()
	if *only == "pairs" {
		if err := pairs(context.Background(), os.Stdout, *records); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
