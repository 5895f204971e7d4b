package demo

import (
	"strconv"
	"strings"

	"clew/internal/report"
)

// A sketch says how often, in a thousand, each thing about somebody is written
// down. Victims speak for themselves; suspects are described by others.
type sketch struct {
	given, family, born, sex, phone, email, handle, address, postcode, vehicle, ref, alias int
	burner                                                                                 int // of the phones, one used for a week and thrown away
	nickname                                                                               int // the name is a short form
	slips                                                                                  int // in each name
}

var (
	asVictim  = sketch{given: 985, family: 975, born: 850, sex: 850, phone: 700, email: 180, handle: 50, address: 700, postcode: 780, vehicle: 60, ref: 550, alias: 30, nickname: 100, slips: 45}
	asSuspect = sketch{given: 920, family: 750, born: 350, sex: 700, phone: 450, email: 60, handle: 250, address: 220, postcode: 200, vehicle: 110, ref: 350, alias: 90, burner: 250, nickname: 270, slips: 75}
	asKnown   = sketch{given: 990, family: 970, born: 800, sex: 950, phone: 200, address: 500, postcode: 500, ref: 850, alias: 200, nickname: 80, slips: 30}
)

// mention writes somebody down as an agency would on a day.
func (w *world) mention(r *random, p *person, s *sketch, v via, minute uint32) (m report.Party) {
	a := &agencies[v.agency]
	if r.chance(s.given) {
		m.GivenName = p.given[0]
		if len(p.given) > 1 && r.chance(s.nickname) {
			m.GivenName = p.given[1+r.n(len(p.given)-1)]
		}
		if r.chance(s.slips) {
			m.GivenName = nameSlip(r, m.GivenName)
		}
		if r.chance(s.slips / 3) {
			m.GivenName = m.GivenName[:firstRune(m.GivenName)]
		}
	} else if r.chance(350) {
		m.GivenName = pick(r, []string{"N/K", "unknown", "TBC", "Unk", "not known"})
	}
	if r.chance(s.family) {
		family := p.family
		if p.former != nil && r.chance(300) {
			family = p.former
		}
		m.FamilyName = family[0]
		if len(family) > 1 && r.chance(200) {
			m.FamilyName = pick(r, family)
		}
		if r.chance(s.slips) {
			m.FamilyName = nameSlip(r, m.FamilyName)
		}
	} else if r.chance(200) {
		m.FamilyName = pick(r, []string{"N/K", "unknown", "TBC", "-"})
	}
	if r.chance(10) {
		m.GivenName, m.FamilyName = m.FamilyName, m.GivenName
	}
	if a.capitals {
		m.FamilyName = strings.ToUpper(m.FamilyName)
	}
	if r.chance(s.alias) {
		if len(p.given) > 1 && r.chance(600) {
			m.Aliases = []string{pick(r, p.given[1:])}
		} else if p.former != nil {
			m.Aliases = []string{p.given[0] + " " + p.former[0]}
		}
	}
	if r.chance(s.born) {
		m.Born = w.born(r, p, a.british)
	}
	if r.chance(s.sex) {
		m.Sex = sexWords[r.n(3)][strings.IndexByte("fm", p.sex)]
	}
	if r.chance(s.ref) {
		m.Ref = w.ref(r, p, v.agency)
	}
	if r.chance(s.phone) {
		m.Phones = []string{phoneForm(r, w.phone(r, p, s, minute))}
	}
	if r.chance(s.email) {
		m.Emails = []string{w.email(p, r.n(2))}
	}
	if r.chance(s.handle) {
		m.Handles = []string{w.handle(p, r.n(3))}
	}
	if r.chance(s.vehicle) {
		m.Vehicles = []string{w.vehicle(p)}
	}
	hasAddress, hasPostcode := r.chance(s.address), r.chance(s.postcode)
	if hasAddress || hasPostcode {
		at := w.address(p, minute)
		if hasAddress {
			m.Addresses = []string{addressForm(r, at)}
		}
		if hasPostcode {
			m.Postcodes = []string{postcodeForm(r, at.postcode)}
		}
	}
	return m
}

var sexWords = [3][2]string{{"F", "M"}, {"Female", "Male"}, {"f", "m"}}

func (w *world) born(r *random, p *person, british bool) string {
	y, m, d := p.year, p.month, p.day
	switch n := r.n(1000); {
	case n < 15:
		y, m, d = 1900, 1, 1
	case n < 30:
		m, d = 1, 1
	case n < 50 && d <= 12:
		m, d = d, m
	case n < 70:
		y += r.between(-2, 2)
	case n < 80:
		d = min(28, max(1, d+r.between(-3, 3)))
	case n < 92:
		return strconv.Itoa(y)
	}
	if british {
		return padded(uint64(d), 2) + "/" + padded(uint64(m), 2) + "/" + strconv.Itoa(y)
	}
	return strconv.Itoa(y) + "-" + padded(uint64(m), 2) + "-" + padded(uint64(d), 2)
}

// ref is an agency's own number for somebody: mostly the same one, sometimes a
// second one made by somebody who did not search first.
func (w *world) ref(r *random, p *person, agency int) string {
	q := of(w.seed, p.id, ofRefs+uint64(agency))
	second := uint64(0)
	if q.chance(120) && r.chance(400) {
		second = 1
	}
	return agencies[agency].mark + "N" + padded(permute((p.id*2+second)*16+uint64(agency), 1<<32, w.seed), 10)
}

func (w *world) phone(r *random, p *person, s *sketch, minute uint32) string {
	switch {
	case r.chance(s.burner):
		return w.mobile(p, 3+int(minute/10_080)%5)
	case p.home != p.id && r.chance(120): // the phone of somebody at home
		q := w.person(p.home)
		return w.mobile(&q, 0)
	case p.home%parts == 0 && p.home/parts < mostLandlines && r.chance(60):
		return w.landline(p)
	case minute > w.minutes/2 && p.id%5 == 0, r.chance(80):
		return w.mobile(p, 1)
	}
	return w.mobile(p, 0)
}

func phoneForm(r *random, s string) string {
	if len(s) != 11 {
		return s
	}
	if r.chance(15) {
		s = digitSlip(r, s)
	}
	switch r.n(10) {
	case 0:
		return "+44" + s[1:]
	case 1:
		return "+44 " + s[1:5] + " " + s[5:]
	case 2, 3, 4:
		return s
	case 5:
		return "44" + s[1:]
	}
	return s[:5] + " " + s[5:]
}

func addressForm(r *random, a address) string {
	s := a.String()
	switch r.n(8) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		s = strings.ReplaceAll(s, ",", "")
	case 2:
		s = strings.NewReplacer(" Road", " Rd", " Street", " St", " Avenue", " Ave", " Close", " Cl", " Drive", " Dr", " Crescent", " Cres").Replace(s)
	case 3:
		s, _, _ = strings.Cut(s, ", "+a.town)
	}
	if r.chance(40) {
		s = slip(r, s)
	}
	return s
}

func postcodeForm(r *random, s string) string {
	switch r.n(12) {
	case 0, 1:
		return strings.ReplaceAll(s, " ", "")
	case 2:
		return strings.ToLower(s)
	case 3:
		if r.chance(200) {
			return digitSlip(r, s)
		}
	}
	return s
}

// called is the name a narrative uses: as it is in the columns, when it is a name.
func called(m *report.Party) string {
	given, family := m.GivenName, m.FamilyName
	for _, filler := range []string{"N/K", "unknown", "TBC", "Unk", "not known", "-"} {
		if strings.EqualFold(given, filler) {
			given = ""
		}
		if strings.EqualFold(family, filler) {
			family = ""
		}
	}
	if given == "" {
		return ""
	}
	return strings.TrimSpace(given + " " + family)
}
