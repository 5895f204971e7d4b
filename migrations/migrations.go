// Package migrations carries the schema: one numbered step per file, one idea
// each, forward only. Nearly all of it is SQL that both engines share. A step that
// cannot be is written twice, in full, under one name in sqlite and postgres.
package migrations

import (
	"embed"
	"io/fs"
	"path"
	"slices"
)

//go:embed *.sql sqlite/*.sql postgres/*.sql
var all embed.FS

// Files is every step, as SQLite takes it.
var Files = For(true)

// For is every step, as one engine takes it: *.sql, all in one folder.
func For(sqlite bool) fs.FS {
	if sqlite {
		return steps("sqlite")
	}
	return steps("postgres")
}

// steps is the folder of one engine's own steps, seen with those that are shared.
type steps string

func (s steps) Open(name string) (fs.File, error) {
	if f, err := all.Open(path.Join(string(s), name)); err == nil {
		return f, nil
	}
	return all.Open(name)
}

// Glob makes the two folders one.
func (s steps) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(all, pattern)
	if err != nil {
		return nil, err
	}
	own, err := fs.Glob(all, path.Join(string(s), pattern))
	for _, name := range own {
		names = append(names, path.Base(name))
	}
	slices.Sort(names)
	return names, err
}
