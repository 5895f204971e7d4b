package report

import (
	"strings"
	"unicode/utf8"
)

// Clean leaves out of a record what no page and no database can show: NUL, and
// what is not UTF-8, for which the replacement character stands. Nearly always
// there is nothing to do; lists that are shared with others are not written to.
func Clean(r *Record) {
	for _, s := range []*string{&r.ID, &r.Agency, (*string)(&r.Kind), &r.OffenceCode, &r.Offence, &r.Relationship, &r.Place, &r.Narrative, &r.Outcome} {
		*s = shown(*s)
	}
	for _, p := range []*Party{&r.Victim, &r.Suspect} {
		for _, s := range []*string{&p.Ref, &p.GivenName, &p.FamilyName, &p.Born, &p.Sex} {
			*s = shown(*s)
		}
		for _, all := range []*[]string{&p.Aliases, &p.Phones, &p.Emails, &p.Handles, &p.Addresses, &p.Postcodes, &p.Vehicles} {
			for i, s := range *all {
				if showable(s) {
					continue
				}
				own := append([]string(nil), *all...)
				own[i] = shown(s)
				*all = own
			}
		}
	}
	for i, e := range r.Extra {
		if !showable(e.Column) || !showable(e.Value) {
			own := append([]Extra(nil), r.Extra...)
			own[i] = Extra{shown(e.Column), shown(e.Value)}
			r.Extra = own
		}
	}
}

func showable(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

func shown(s string) string {
	if showable(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
