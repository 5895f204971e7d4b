package chronology

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"clew/chronologies"
)

// Shipped names the chronologies that Clew ships: the controls, in which no hold is
// raised, come last.
func Shipped() (names []string) {
	files, err := fs.Glob(chronologies.All, "*.yaml")
	if err != nil {
		panic(err) // the pattern is good
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f, ".yaml"))
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(control(a), control(b)) })
	return names
}

func control(name string) int {
	if strings.HasPrefix(name, "control-") {
		return 1
	}
	return 0
}

// Open opens one that is shipped.
func Open(name string) (fs.File, error) {
	return chronologies.All.Open(strings.TrimSuffix(name, ".yaml") + ".yaml")
}
