// Package chronologies holds invented cases told as they unfolded, for training and
// for testing the early warnings. The people and places are invented, and no
// detail is of a real case.
package chronologies

import "embed"

// All is every file, *.yaml.
//
//go:embed *.yaml
var All embed.FS
