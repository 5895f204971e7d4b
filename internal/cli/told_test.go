package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var (
	spelt   = regexp.MustCompile(`(?:^|[\s/` + "`" + `"(])clew((?: [a-z][a-z-]*)+)([^` + "`\n" + `]*)`)
	dashed  = regexp.MustCompile(`--[a-z][a-z-]*`)
	setting = regexp.MustCompile(`CLEW_[A-Z_]+[A-Z]`)
)

// TestWhatPeopleAreToldToType looks at every command, flag and setting that the
// documentation, the unit of systemd and the container file name: the program has it.
func TestWhatPeopleAreToldToType(t *testing.T) {
	k, err := kong.New(&commands{}, kong.Name("clew"), kong.DefaultEnvars("CLEW"))
	if err != nil {
		t.Fatal(err)
	}
	variables := []string{"CLEW_MASTER_KEY"} // never a flag
	var gather func(n *kong.Node)
	gather = func(n *kong.Node) {
		for _, f := range n.Flags {
			variables = append(variables, f.Envs...)
		}
		for _, c := range n.Children {
			gather(c)
		}
	}
	gather(k.Model.Node)
	commands, flags, named := 0, 0, 0
	check := func(file string) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range spelt.FindAllStringSubmatch(string(b), -1) {
			node, words := k.Model.Node, strings.Fields(m[1])
			for len(words) > 0 {
				i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == words[0] })
				if i < 0 {
					break
				}
				node, words = node.Children[i], words[1:]
			}
			if len(words) > 0 && len(node.Children) > 0 {
				t.Errorf("%s: there is no command %q", file, strings.TrimSpace(m[0]))
				continue
			}
			commands++
			for _, f := range dashed.FindAllString(m[2], -1) {
				flags++
				if !slices.ContainsFunc(slices.Concat(node.AllFlags(false)...), func(x *kong.Flag) bool { return "--"+x.Name == f }) {
					t.Errorf("%s: %q has no %s", file, node.FullPath(), f)
				}
			}
		}
		for _, v := range setting.FindAllString(string(b), -1) {
			named++
			if !slices.Contains(variables, v) && !strings.HasPrefix(v, "CLEW_REQUIRE") && !slices.Contains([]string{"CLEW_LINKAGE_DATA", "CLEW_ATTACK", "CLEW_FAULTS", "CLEW_UPDATE_GOLDEN", "CLEW_TEST_POSTGRES"}, v) { // of tests
				t.Errorf("%s: there is no %s", file, v)
			}
		}
	}
	for _, file := range []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "deploy/clew.service", "deploy/clew.env", "deploy/Containerfile"} {
		check(filepath.Join("../..", file))
	}
	if err := filepath.WalkDir("../../docs", func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") && !strings.Contains(path, "benchmarks") { // which a program writes
			check(path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if commands < 40 || flags < 30 || named < 10 {
		t.Errorf("%d commands, %d flags and %d variables were found", commands, flags, named)
	}
}
