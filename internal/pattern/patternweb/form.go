package patternweb

import (
	"net/http"
	"strings"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/where"
	"clew/internal/words"
)

// A draft is a report as somebody types it: by the names of the columns of an
// extract (docs/formats.md), each to the letter, so that nothing is lost when the
// page is drawn again.
type draft map[string]string

// The fields of the form, in the order of the page.
var draftFields = append([]string{
	"agency", "record_id", "kind", "reported_at", "offence_code", "offence",
	"narrative", "occurred_from", "occurred_to", "count", "place", "position", "relationship",
}, append(partyFields("victim"), partyFields("suspect")...)...)

func partyFields(side string) (all []string) {
	for _, f := range []string{"given_name", "family_name", "aliases", "dob", "sex", "phone", "email", "handle", "address", "postcode", "vehicle", "ref"} {
		all = append(all, side+"_"+f)
	}
	return all
}

func draftOf(r *http.Request) draft {
	d := draft{}
	for _, f := range draftFields {
		if v := web.Text(r, f); v != "" {
			d[f] = v
		}
	}
	return d
}

// record is the draft as a report, and what cannot be read of it.
func (d draft) record() (*report.Record, fault.Invalid) {
	var wrong fault.Messages
	r := &report.Record{
		ID: d["record_id"], Agency: d["agency"], Kind: report.Crime, Count: 1, OffenceCode: d["offence_code"], Offence: d["offence"],
		Relationship: d["relationship"], Place: d["place"], Narrative: d["narrative"], Victim: d.party("victim"), Suspect: d.party("suspect"),
	}
	for _, k := range report.Kinds {
		if string(k) == d["kind"] {
			r.Kind = k
		}
	}
	moment := func(field string) (m when.Moment) {
		if d[field] == "" {
			return m
		}
		m, err := when.Parse(d[field])
		if err != nil {
			wrong.Add(field, "The date is not understood: "+err.Error())
		}
		return m
	}
	if m := moment("reported_at"); m.Known() {
		if r.Reported = m.From; m.Precision < when.Day {
			wrong.Add("reported_at", "Enter the day it was reported: an agency knows its own")
		}
	} else if d["reported_at"] != "" {
		wrong.Add("reported_at", "Enter the day it was reported, or leave it empty until you know")
	}
	r.From, r.To = moment("occurred_from"), moment("occurred_to")
	switch {
	case r.To.Known() && !r.From.Known() && d["occurred_from"] == "":
		r.From, r.To = r.To, when.Moment{}
	case r.To.Known() && r.To.Before(r.From):
		wrong.Add("occurred_to", "It ended before it began: check both dates")
	}
	if d["count"] != "" {
		n, ok := atoi(d["count"])
		if !ok || n < 1 || n > 100_000 {
			wrong.Add("count", "How many times is a whole number, such as 12")
		} else {
			r.Count = n
		}
	}
	if d["position"] != "" {
		p, err := where.Parse(d["position"])
		if err != nil {
			wrong.Add("position", words.Capital(err.Error()))
		} else {
			r.Position = &report.Position{Latitude: p.Latitude, Longitude: p.Longitude}
		}
	}
	if err, ok := wrong.Err().(fault.Invalid); ok {
		return r, err
	}
	return r, nil
}

func (d draft) party(side string) report.Party {
	one := func(f string) string { return d[side+"_"+f] }
	several := func(f string) (all []string) {
		for part := range strings.FieldsFuncSeq(d[side+"_"+f], func(c rune) bool { return c == ';' || c == '\n' }) {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
		return all
	}
	return report.Party{
		Ref: one("ref"), GivenName: one("given_name"), FamilyName: one("family_name"), Aliases: several("aliases"), Born: one("dob"), Sex: one("sex"),
		Phones: several("phone"), Emails: several("email"), Handles: several("handle"), Addresses: several("address"), Postcodes: several("postcode"), Vehicles: several("vehicle"),
	}
}

var kindWords = map[report.Kind]string{
	report.Crime: "Crime", report.Incident: "Incident, not a crime", report.Call: "Call", report.Intelligence: "Intelligence",
	report.Referral: "Referral", report.FoundProperty: "Found property", report.Note: "Note",
}

func kinds() (all []govuk.Option) {
	for _, k := range report.Kinds {
		all = append(all, govuk.Option{Value: string(k), Text: kindWords[k]})
	}
	return all
}

func relations() []govuk.Option {
	all := []govuk.Option{{Text: "Not known"}}
	for _, x := range relationships[:len(relationships)-1] {
		all = append(all, govuk.Option{Value: x.String(), Text: words.Capital(x.Words())})
	}
	return all
}

func sexes() []govuk.Option {
	return []govuk.Option{{Text: "Not known"}, {Value: "F", Text: "Female"}, {Value: "M", Text: "Male"}}
}
