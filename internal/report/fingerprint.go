package report

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strconv"
	"time"
)

// Fingerprint is a digest of everything a record says. It does not depend on
// the record's line, nor on the order of the columns, so the same record in two
// files has one fingerprint.
func (r *Record) Fingerprint() [32]byte {
	h := sha256.New()
	var b [8]byte
	number := func(n int64) {
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	words(h, r.ID, r.Agency, string(r.Kind), r.OffenceCode, r.Offence, r.Relationship, r.Place, r.Narrative, r.Outcome)
	for _, t := range []time.Time{r.Reported, r.From.From, r.From.To, r.To.From, r.To.To} {
		number(t.Unix())
	}
	number(int64(max(r.Count, 1)))
	if r.Position != nil {
		words(h, strconv.FormatFloat(r.Position.Latitude, 'g', -1, 64), strconv.FormatFloat(r.Position.Longitude, 'g', -1, 64))
	}
	for _, p := range []*Party{&r.Victim, &r.Suspect} {
		words(h, p.Ref, p.GivenName, p.FamilyName, p.Born, p.Sex)
		for _, all := range [][]string{p.Aliases, p.Phones, p.Emails, p.Handles, p.Addresses, p.Postcodes, p.Vehicles} {
			number(int64(len(all)))
			words(h, all...)
		}
	}
	extra := slices.Clone(r.Extra)
	slices.SortFunc(extra, func(a, b Extra) int {
		if a.Column != b.Column {
			if a.Column < b.Column {
				return -1
			}
			return 1
		}
		return 0
	})
	for _, e := range extra {
		words(h, e.Column, e.Value)
	}
	return [32]byte(h.Sum(nil))
}

// words writes each string with its length before it, so that "ab","c" and
// "a","bc" differ.
func words(h hash.Hash, all ...string) {
	var b [4]byte
	for _, s := range all {
		binary.BigEndian.PutUint32(b[:], uint32(len(s)))
		h.Write(b[:])
		h.Write([]byte(s))
	}
}
