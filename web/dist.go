// Package web carries the styles and scripts of the pages inside the program, so
// that there is one file to install. `go run ./tool/assets` builds web/dist from
// assets/ and node_modules; a fresh clone has only dist/.keep, and compiles.
package web

import "embed"

// Dist holds manifest.json and assets/, once they are built.
//
//go:embed all:dist
var Dist embed.FS
