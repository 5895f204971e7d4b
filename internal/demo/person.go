package demo

import (
	"strconv"
	"strings"
)

// A person is somebody who does not exist. Nothing about people is stored: the
// number says which story somebody is in and which part, and everything else
// follows from it and the seed, so a million people cost no memory.
type person struct {
	id               uint64
	sex              byte     // 'f' or 'm'
	given            []string // spellings of one name, the full one first
	family           []string
	former           []string // the family name before or after a marriage, or nil
	year, month, day int
	home             uint64   // whose household
	known            *details // of a showcase person: written down, not worked out
}

// parts leaves room for the parts of a story in a person's number.
const parts = 16

func partOf(story uint32, part int) uint64 { return uint64(story)*parts + uint64(part) }

func truthID(id uint64) string { return "P" + strconv.FormatUint(id, 10) }

// Salts keep the streams of one person apart.
const (
	ofPerson = iota + 1
	ofHome
	ofContact
	ofStory
	ofRow
	ofPlan
	ofRefs
)

// person works out who is behind a number.
func (w *world) person(id uint64) person {
	if p := w.shown[id]; p != nil {
		return *p
	}
	part := w.part(id)
	r := of(w.seed, id, ofPerson)
	p := person{id: id, sex: 'm', home: id}
	if r.chance(part.women) {
		p.sex = 'f'
	}
	people := conventions.draw(&r)
	if part.with != nobody { // people who know one another are more often alike
		q := of(w.seed, partOf(uint32(id/parts), part.with), ofPerson)
		q.n(1000)
		if other := conventions.draw(&q); r.chance(700) {
			people = other
		}
	}
	b := &names[people]
	if p.sex == 'f' {
		p.given = b.women[b.womenShare.draw(&r)]
	} else {
		p.given = b.men[b.menShare.draw(&r)]
	}
	p.family = b.familyName(&r)
	p.year = w.year - r.between(part.youngest, part.oldest)
	p.month = r.between(1, 12)
	p.day = r.between(1, daysIn[p.month-1])
	if part.with != nobody {
		w.relate(&p, part, &r)
	}
	if p.sex == 'f' && p.former == nil && w.year-p.year > 26 && r.chance(150) {
		p.former = b.familyName(&r)
	}
	return p
}

var daysIn = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// relate makes somebody a relative of another part of the same story.
func (w *world) relate(p *person, part part, r *random) {
	if part.tie == alike {
		return
	}
	other := w.person(partOf(uint32(p.id/parts), part.with))
	switch part.tie {
	case married:
		if r.chance(300) {
			p.former, p.family = p.family, other.family
		}
		if r.chance(500) {
			p.home = other.home
		}
	case household:
		p.family, p.home = other.family, other.home
	case twin:
		p.family, p.home, p.sex = other.family, other.home, other.sex
		p.year, p.month, p.day = other.year, other.month, other.day
		list := names[0].men
		if p.sex == 'f' {
			list = names[0].women
		}
		p.given = list[r.n(len(list))]
		for _, same := range list { // a twin's name often starts alike
			if same[0] != other.given[0] && same[0][0] == other.given[0][0] && r.chance(300) {
				p.given = same
			}
		}
		if p.given[0] == other.given[0] {
			p.given = list[0]
			if p.given[0] == other.given[0] {
				p.given = list[1]
			}
		}
	case parent: // of one name with the child
		p.family, p.home, p.sex, p.given = other.family, other.home, other.sex, other.given
		p.year = other.year - r.between(20, 34)
	case namesake:
		p.family, p.sex, p.given = other.family, other.sex, other.given
	}
}

// mobile is the k-th mobile number somebody has had. As far as we know no
// range in use begins 071 or 072.
func (w *world) mobile(p *person, k int) string {
	if p.known != nil {
		return at(p.known.phones, k)
	}
	return "07" + padded(permute(p.id*8+uint64(k), 200_000_000, w.seed)+100_000_000, 9)
}

const mostLandlines = 900_000

// landline is the number of a household, in 01632, a code no town has.
func (w *world) landline(p *person) string {
	if p.known != nil {
		return at(p.known.phones, 0)
	}
	return "01632" + padded(permute(p.home/parts, mostLandlines, w.seed), 6)
}

func (w *world) email(p *person, k int) string {
	if p.known != nil {
		return at(p.known.emails, k)
	}
	r := of(w.seed, p.id*8+uint64(k), ofContact)
	given, family := plain(p.given[0]), plain(p.family[0])
	n := strconv.FormatUint(permute(p.id*8+uint64(k), 10_000_000, w.seed)%1_000_000, 10)
	domain := pick(&r, []string{"example.org", "example.com", "example.net", "mail.example", "post.example", "moormail.example"})
	switch r.n(4) {
	case 0:
		return given + "." + family + n + "@" + domain
	case 1:
		return given[:1] + family + n + "@" + domain
	case 2:
		return family + "_" + given + n + "@" + domain
	}
	return given + n + "@" + domain
}

func (w *world) handle(p *person, k int) string {
	if p.known != nil {
		return at(p.known.handles, k)
	}
	r := of(w.seed, p.id*8+uint64(k)+4, ofContact)
	word := pick(&r, handleWords)
	n := strconv.FormatUint(permute(p.id*8+uint64(k), 10_000_000, w.seed)%1_000_000, 10)
	given, family := plain(p.given[0]), plain(p.family[0])
	switch r.n(5) {
	case 0:
		return "@" + given + "_" + word + n
	case 1:
		return "@" + word + "." + n
	case 2:
		return "@" + given + family[:1] + n
	case 3:
		return "@the_" + word + "_" + n
	}
	return "@" + word + given + n
}

// vehicle is a mark of the shape in use since 2001. As far as we know none is
// issued whose first letter is J, T or U.
func (w *world) vehicle(p *person) string {
	if p.known != nil {
		return p.known.vehicle
	}
	const letters = "ABCDEFGHJKLMNOPRSTUVWXY" // 23, without I, Q and Z
	x := permute(p.id, 40_500_000, w.seed)
	b := []byte{"JTU"[x%3], letters[x/3%23], 0, 0, ' ', 0, 0, 0}
	x /= 3 * 23
	age := "0206071216182022242551525456576061626365666768697071727374"
	i := int(x % uint64(len(age)/2))
	b[2], b[3] = age[2*i], age[2*i+1]
	x /= uint64(len(age) / 2)
	r := of(w.seed, p.id, ofContact+100)
	b[5], b[6], b[7] = letters[x%23], letters[x/23%23], letters[r.n(23)]
	return string(b)
}

// plain is a name in small letters a-z, for addresses and handles.
func plain(s string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(s) {
		switch {
		case c >= 'a' && c <= 'z':
			b.WriteRune(c)
		case c > 127:
			b.WriteString(latin[c])
		}
	}
	if b.Len() == 0 {
		return "x"
	}
	return b.String()
}

var latin = map[rune]string{'é': "e", 'ê': "e", 'ö': "o", 'ô': "o", 'ó': "o", 'á': "a", 'ã': "a", 'í': "i", 'ñ': "n", 'ç': "c", 'ł': "l", 'ń': "n", 'ś': "s", 'ż': "z", 'ź': "z", 'ą': "a", 'ę': "e", 'ć': "c", 'ú': "u", 'ü': "u"}

func padded(n uint64, digits int) string {
	s := strconv.FormatUint(n, 10)
	for len(s) < digits {
		s = "0" + s
	}
	return s
}

// at is the k-th of all, the last when there are fewer, "" when there is none.
func at(all []string, k int) string {
	if len(all) == 0 {
		return ""
	}
	return all[min(k, len(all)-1)]
}

// details are what is written down of a showcase person.
type details struct {
	phones, emails, handles, addresses, postcodes []string
	vehicle                                       string
}
