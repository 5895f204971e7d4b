package demo

import (
	"bufio"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"clew/internal/report"
)

var partyColumns = []string{"ref", "given_name", "family_name", "aliases", "dob", "sex", "phone", "email", "handle", "address", "postcode", "vehicle"}

// RecordColumns are the columns of records.csv, those of docs/formats.md §1.
var RecordColumns = columns([]string{"record_id", "agency", "kind", "reported_at", "occurred_from", "occurred_to", "offence_code", "offence", "count", "relationship", "place", "latitude", "longitude", "narrative", "outcome"}, prefixed("victim_"), prefixed("suspect_"))

// TruthColumns are the columns of truth.csv.
var TruthColumns = []string{"agency", "record_id", "victim", "suspect", "pair", "story", "is_stalking", "behaviours", "denied"}

// PeopleColumns are the columns of people.csv: a row for each mention, and who it is.
var PeopleColumns = columns([]string{"id"}, partyColumns, []string{"truth"})

func columns(all ...[]string) (out []string) {
	for _, c := range all {
		out = append(out, c...)
	}
	return out
}

func prefixed(with string) (all []string) {
	for _, c := range partyColumns {
		all = append(all, with+c)
	}
	return all
}

// WriteFiles writes records.csv, truth.csv and people.csv in dir, which is made
// if need be. Files of those names are replaced.
func WriteFiles(dir string, o Options) (err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	var files []*file
	defer func() {
		for _, f := range files {
			err = errors.Join(err, f.close())
		}
	}()
	for _, f := range []struct {
		name    string
		columns []string
	}{{"records.csv", RecordColumns}, {"truth.csv", TruthColumns}, {"people.csv", PeopleColumns}} {
		opened, err := create(filepath.Join(dir, f.name), f.columns)
		if err != nil {
			return err
		}
		files = append(files, opened)
	}
	records, truth, people := files[0], files[1], files[2]
	return Generate(o, func(r report.Record, t Truth) error {
		id := r.Agency + " " + r.ID
		if err := errors.Join(records.write(recordCells(records.row[:0], &r)), truth.write(append(truth.row[:0], r.Agency, r.ID, t.Victim, t.Suspect, t.Pair, t.Story, yes(t.Stalking), strings.Join(t.Behaviours, ";"), strings.Join(t.Denied, ";")))); err != nil {
			return err
		}
		for _, side := range []struct {
			party *report.Party
			role  string
			truth string
		}{{&r.Victim, " victim", t.Victim}, {&r.Suspect, " suspect", t.Suspect}} {
			if !side.party.Empty() {
				if err := people.write(append(partyCells(append(people.row[:0], id+side.role), side.party), side.truth)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

type file struct {
	to  *os.File
	buf *bufio.Writer
	csv *csv.Writer
	row []string
}

func create(path string, columns []string) (*file, error) {
	to, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(to, 1<<16)
	f := &file{to, buf, csv.NewWriter(buf), make([]string, 0, len(columns))}
	return f, f.write(columns)
}

func (f *file) write(row []string) error { return f.csv.Write(row) }

func (f *file) close() error {
	f.csv.Flush()
	return errors.Join(f.csv.Error(), f.buf.Flush(), f.to.Close())
}

func recordCells(row []string, r *report.Record) []string {
	latitude, longitude := "", ""
	if r.Position != nil {
		latitude, longitude = strconv.FormatFloat(r.Position.Latitude, 'f', -1, 64), strconv.FormatFloat(r.Position.Longitude, 'f', -1, 64)
	}
	row = append(row, r.ID, r.Agency, string(r.Kind), r.Reported.Format(time.RFC3339), r.From.String(), r.To.String(), r.OffenceCode, r.Offence, strconv.Itoa(r.Count), r.Relationship,
		r.Place, latitude, longitude, r.Narrative, r.Outcome)
	return partyCells(partyCells(row, &r.Victim), &r.Suspect)
}

func partyCells(row []string, p *report.Party) []string {
	row = append(row, p.Ref, p.GivenName, p.FamilyName, strings.Join(p.Aliases, ";"), p.Born, p.Sex)
	for _, all := range [][]string{p.Phones, p.Emails, p.Handles, p.Addresses, p.Postcodes, p.Vehicles} {
		row = append(row, strings.Join(all, ";"))
	}
	return row
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
