package match_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/pattern/match"
)

// public reads a public data set for linkage from the folder CLEW_LINKAGE_DATA
// names. Tests that need one are skipped without it: the sets are not ours to
// carry. Small sets of our own stand in testdata.
func public(t testing.TB, name string) (rows []map[string]string) {
	t.Helper()
	dir := os.Getenv("CLEW_LINKAGE_DATA")
	if dir == "" {
		t.Skip("CLEW_LINKAGE_DATA names no folder of public linkage data")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[strings.TrimSpace(all[0][i])] = strings.TrimSpace(cell)
		}
		rows = append(rows, m)
	}
	return rows
}

func febrl(m map[string]string) (match.Mention, string) {
	truth, _, _ := strings.Cut(strings.TrimPrefix(m["rec_id"], "rec-"), "-")
	return match.Mention{
		Given: m["given_name"], Family: m["surname"], Born: m["date_of_birth"], Refs: []string{m["soc_sec_id"]},
		Addresses: []string{m["street_number"] + " " + m["address_1"] + " " + m["address_2"] + " " + m["suburb"] + " " + m["state"]}, Postcodes: []string{m["postcode"]},
	}, truth
}

func TestFEBRL4(t *testing.T) {
	c := match.NewCorpus()
	var truth []string
	for file, name := range []string{"febrl/dataset4a.csv", "febrl/dataset4b.csv"} {
		for _, row := range public(t, name) {
			m, who := febrl(row)
			c.AddFrom(uint8(file), m)
			truth = append(truth, who)
		}
	}
	r, err := match.Resolve(t.Context(), c, match.Options{OneToOne: true})
	if err != nil {
		t.Fatal(err)
	}
	e := match.Evaluate(r.Person, truth)
	t.Logf("%+v", e)
	if e.F1 < .9998 || e.Wrong > 0 {
		t.Errorf("F1 %.4f with %d false pairs, want 0.9998 with none", e.F1, e.Wrong)
	}
}

func TestFEBRL3(t *testing.T) {
	c := match.NewCorpus()
	var truth []string
	for _, row := range public(t, "febrl/dataset3.csv") {
		m, who := febrl(row)
		c.Add(m)
		truth = append(truth, who)
	}
	r, err := match.Resolve(t.Context(), c, match.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := match.Evaluate(r.Person, truth)
	t.Logf("%+v", e)
	if e.F1 < .997 {
		t.Errorf("F1 of pairs %.4f, want 0.997", e.F1)
	}
}

func TestFake1000(t *testing.T) {
	c := match.NewCorpus()
	var truth []string
	for _, row := range public(t, "fake_1000.csv") {
		c.Add(match.Mention{Given: row["first_name"], Family: row["surname"], Born: row["dob"], Addresses: []string{row["city"]}, Emails: []string{row["email"]}})
		truth = append(truth, row["cluster"])
	}
	r, err := match.Resolve(t.Context(), c, match.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := match.Evaluate(r.Person, truth)
	t.Logf("%+v", e)
	if e.F1 < .7 {
		t.Errorf("F1 of pairs %.4f", e.F1)
	}
}
