package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"clew/internal/pattern/match"
)

func stringsReader(s string) io.Reader { return strings.NewReader(s) }

// linkage holds the engine to public data with known answers, from the folder
// CLEW_LINKAGE_DATA names. No answer is used in training, and all sets are
// matched with the one configuration.
func linkage(ctx context.Context, out io.Writer, dir string) error {
	febrl := func(m map[string]string) (match.Mention, string) {
		truth, _, _ := strings.Cut(strings.TrimPrefix(m["rec_id"], "rec-"), "-")
		return match.Mention{
			Given: m["given_name"], Family: m["surname"], Born: m["date_of_birth"], Refs: []string{m["soc_sec_id"]},
			Addresses: []string{m["street_number"] + " " + m["address_1"] + " " + m["address_2"] + " " + m["suburb"] + " " + m["state"]}, Postcodes: []string{m["postcode"]},
		}, truth
	}
	fake := func(m map[string]string) (match.Mention, string) {
		return match.Mention{Given: m["first_name"], Family: m["surname"], Born: m["dob"], Emails: []string{m["email"]}, Addresses: []string{m["city"]}}, m["cluster"]
	}
	fmt.Fprintf(out, "### Public data with known answers\n\n| set | precision | recall | F1 | B-cubed F1 | false pairs | goal |\n|---|---|---|---|---|---|---|\n")
	for _, set := range []struct {
		name, goal string
		files      []string
		of         func(map[string]string) (match.Mention, string)
		one        bool
	}{
		{"FEBRL4, one to one", "F1 0.9998, no false pair", []string{"febrl/dataset4a.csv", "febrl/dataset4b.csv"}, febrl, true},
		{"FEBRL3", "F1 0.997", []string{"febrl/dataset3.csv"}, febrl, false},
		{"fake_1000", "reported", []string{"fake_1000.csv"}, fake, false},
	} {
		c := match.NewCorpus()
		var truth []string
		for n, file := range set.files {
			rows, err := rowsOf(filepath.Join(dir, file))
			if err != nil {
				return err
			}
			for _, row := range rows {
				m, who := set.of(row)
				c.AddFrom(uint8(n), m)
				truth = append(truth, who)
			}
		}
		r, err := match.Resolve(ctx, c, match.Options{OneToOne: set.one})
		if err != nil {
			return err
		}
		e := match.Evaluate(r.Person, truth)
		fmt.Fprintf(out, "| %s | %.4f | %.4f | %.4f | %.4f | %d | %s |\n", set.name, e.Precision, e.Recall, e.F1, e.BF1, e.Wrong, set.goal)
	}
	fmt.Fprintln(out)
	return nil
}

func rowsOf(path string) (rows []map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[strings.TrimSpace(all[0][i])] = strings.TrimSpace(cell)
		}
		rows = append(rows, m)
	}
	return rows, nil
}
