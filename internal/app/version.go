package app

import (
	"io/fs"
	"runtime/debug"
	"strings"

	"clew/migrations"
)

// A Built says what this program was built from.
type Built struct{ Version, Commit, Schema string }

// Build reads it from the program itself.
func Build() Built {
	b := Built{Version: "development", Commit: "unknown", Schema: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			b.Version = v
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				b.Commit = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				b.Commit += " with changes"
			}
		}
	}
	if names, err := fs.Glob(migrations.Files, "*.sql"); err == nil && len(names) > 0 {
		b.Schema, _, _ = strings.Cut(names[len(names)-1], "_")
	}
	return b
}
