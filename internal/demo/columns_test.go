package demo_test

import (
	"slices"
	"testing"

	"clew/internal/demo"
	"clew/internal/report"
)

// TestColumns: what the demo writes is what Clew reads (docs/formats.md).
func TestColumns(t *testing.T) {
	known := func(all []report.Column, name string) bool {
		return slices.ContainsFunc(all, func(c report.Column) bool { return c.Name == name })
	}
	for _, c := range demo.RecordColumns {
		if !known(report.Columns, c) {
			t.Errorf("records.csv has a column %q that Clew does not know", c)
		}
	}
	for _, c := range demo.PeopleColumns {
		if !known(report.PersonColumns, c) && c != "id" && c != "truth" {
			t.Errorf("people.csv has a column %q that Clew does not know", c)
		}
	}
}
