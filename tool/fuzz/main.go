// Command fuzz runs every fuzz test of the module in turn, each for a given
// time, and stops at the first finding.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	each := flag.Duration("time", 10*time.Minute, "time for each fuzz test")
	only := flag.String("only", "", "only tests whose package and name contain this")
	flag.Parse()
	if err := run(*each, *only); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(each time.Duration, only string) error {
	out, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		return fmt.Errorf("list packages: %w", err)
	}
	ran := 0
	for pkg := range strings.FieldsSeq(string(out)) {
		list, err := exec.Command("go", "test", "-run", "^$", "-list", "^Fuzz", pkg).Output()
		if err != nil {
			return fmt.Errorf("list fuzz tests of %s: %w\n%s", pkg, err, list)
		}
		lines := bufio.NewScanner(bytes.NewReader(list))
		for lines.Scan() {
			name := lines.Text()
			if !strings.HasPrefix(name, "Fuzz") || !strings.Contains(pkg+"."+name, only) {
				continue
			}
			fmt.Printf("%s %s for %s\n", pkg, name, each)
			test := exec.Command("go", "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", each.String(), pkg)
			test.Stdout, test.Stderr = os.Stdout, os.Stderr
			if err := test.Run(); err != nil {
				return fmt.Errorf("%s %s: %w", pkg, name, err)
			}
			ran++
		}
	}
	fmt.Printf("%d fuzz tests ran without a finding\n", ran)
	return nil
}
