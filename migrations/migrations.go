// Package migrations carries the schema: one numbered step per file, one idea
// each, forward only. The SQL is what both engines share.
package migrations

import "embed"

//go:embed *.sql
var Files embed.FS
