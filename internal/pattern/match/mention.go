// Package match decides which mentions are one person, and which reports are
// about one pair.
//
// A mention is a person as somebody wrote him or her down. Two mentions are
// compared field by field: names as whole sets of words, dates of birth by
// their parts, numbers and addresses by value. How each field compares is worth
// bits for or against, in the way of Fellegi and Sunter (1969): how often people
// who are one compare so, against how often people who are not do. Agreeing on
// a rare value is worth more than agreeing on a common one. The bits add up,
// with the bits people started with (most pairs are not one person), to a
// score; anybody can check the sum.
//
// There are three answers, not two: the same person; two people of one
// household, who share a surname, a roof and perhaps a phone; two people.
//
// Victim and suspect of a report are weighed together. A suspect may be no more
// than "Lee": among a million people that says nothing, among the people one
// victim reports it says almost everything.
//
// Nothing here reads a clock, a disk or a network, and the same mentions give
// the same answer on any number of cores.
package match

import (
	"encoding/binary"
	"errors"
)

// A Mention is a person as written down. Several values of one field may stand
// in a slice. Refs are an agency's own numbers with the agency in front
// ("northmoor:N123"); an NHS number or PNC id with a sound check digit is known
// as such, whoever wrote it.
type Mention struct {
	Given, Family string
	Aliases       []string
	Born          string
	Sex           string
	Refs          []string
	Phones        []string
	Emails        []string
	Handles       []string
	Addresses     []string
	Postcodes     []string
	Vehicles      []string
}

// A kind says what a feature of a mention is.
type kind uint8

const (
	kGiven kind = iota
	kFamily
	kAlias
	kPhone
	kEmail
	kHandle
	kRef    // the number
	kIssuer // who gave a ref: refs of one issuer can disagree, of two cannot
	kNational
	kAddress  // a word of an address
	kPostcode // the whole
	kDistrict // its first half
	kVehicle
	kinds
)

var kindNames = [kinds]string{"given name", "family name", "alias", "phone", "e-mail", "handle", "reference", "issuer", "national number", "address", "postcode", "postcode district", "vehicle"}

// A feature is one value of a mention. Name words keep their text, for they are
// compared letter by letter; everything else is known by a 64-bit hash.
type feature struct {
	kind kind
	hash uint64
	text string
}

// Prepared is a mention in normal form, ready to be compared and kept.
type Prepared struct {
	features []feature // in order of kind
	born     birth
	sex      byte // 'm', 'f' or 0
}

// Empty reports whether nothing in the mention can tell one person from another.
func (p *Prepared) Empty() bool { return len(p.features) == 0 && p.born == 0 }

// Prepare brings a mention into normal form. It takes any text: what is not
// understood ("N/K", a phone of three digits) is left out.
func Prepare(m Mention) Prepared {
	p := Prepared{born: parseBirth(m.Born), sex: sexOf(m.Sex)}
	p.features = make([]feature, 0, 16)
	given, family := words(m.Given), words(m.Family)
	p.name(kGiven, given)
	p.name(kFamily, family)
	for _, a := range m.Aliases {
		p.name(kAlias, words(a))
	}
	p.values(kPhone, m.Phones, phone)
	p.values(kEmail, m.Emails, email)
	p.values(kHandle, m.Handles, handle)
	for _, r := range m.Refs {
		p.ref(r)
	}
	for _, a := range m.Addresses {
		for _, w := range addressWords(a) {
			p.add(kAddress, w)
		}
	}
	p.values(kPostcode, m.Postcodes, postcode)
	for _, raw := range m.Postcodes {
		if pc := postcode(raw); len(pc) > 3 {
			p.add(kDistrict, pc[:len(pc)-3])
		}
	}
	p.values(kVehicle, m.Vehicles, vehicle)
	sortFeatures(p.features)
	return p
}

func (p *Prepared) name(k kind, all []string) {
	for _, w := range all {
		if p.add(k, w) {
			p.features[len(p.features)-1].text = w
		}
	}
}

func (p *Prepared) values(k kind, raw []string, normal func(string) string) {
	for _, r := range raw {
		if v := normal(r); v != "" {
			p.add(k, v)
		}
	}
}

func (p *Prepared) ref(raw string) {
	issuer, number := cutRef(raw)
	if number == "" {
		return
	}
	if n := national(number); n != "" {
		p.add(kNational, n)
		return
	}
	p.add(kRef, issuer+":"+number)
	p.add(kIssuer, issuer)
}

// mostFeatures bounds a mention: nobody has a hundred phones.
const mostFeatures = 64

func (p *Prepared) add(k kind, v string) bool {
	h := hash(k, v)
	for _, f := range p.features {
		if f.kind == k && f.hash == h {
			return false
		}
	}
	if len(p.features) >= mostFeatures {
		return false
	}
	p.features = append(p.features, feature{k, h, ""})
	return true
}

func sortFeatures(all []feature) { // few, and nearly in order
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].kind < all[j-1].kind; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}

// hash is FNV-1a of the kind and the value, mixed. It is the same on every
// machine and for ever: it is kept in databases.
func hash(k kind, v string) uint64 {
	h := uint64(14695981039346656037)
	h = (h ^ uint64(k)) * 1099511628211
	for i := range len(v) {
		h = (h ^ uint64(v[i])) * 1099511628211
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// form is the first byte of a kept mention; a later form gets another number.
const form = 1

// MarshalBinary writes the mention for keeping.
func (p *Prepared) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 16+len(p.features)*10)
	b = append(b, form, p.sex)
	b = binary.BigEndian.AppendUint32(b, uint32(p.born))
	for _, f := range p.features {
		b = append(b, byte(f.kind))
		if named(f.kind) {
			b = append(b, byte(len(f.text)))
			b = append(b, f.text...)
		} else {
			b = binary.BigEndian.AppendUint64(b, f.hash)
		}
	}
	return b, nil
}

func named(k kind) bool { return k <= kAlias }

var errKept = errors.New("this is not a mention that was kept")

// UnmarshalBinary reads what MarshalBinary wrote.
func (p *Prepared) UnmarshalBinary(b []byte) error {
	if len(b) < 6 || b[0] != form {
		return errKept
	}
	*p = Prepared{features: make([]feature, 0, len(b)/9+1), sex: b[1], born: birth(binary.BigEndian.Uint32(b[2:]))}
	if p.sex != 0 && p.sex != 'm' && p.sex != 'f' || !p.born.sound() {
		return errKept
	}
	last := kGiven
	for b = b[6:]; len(b) > 0; {
		f := feature{kind: kind(b[0])}
		if f.kind >= kinds || f.kind < last || len(p.features) == mostFeatures {
			return errKept
		}
		last = f.kind
		switch {
		case named(f.kind):
			if len(b) < 2 || len(b) < 2+int(b[1]) || b[1] == 0 {
				return errKept
			}
			f.text = string(b[2 : 2+int(b[1])])
			f.hash = hash(f.kind, f.text)
			b = b[2+int(b[1]):]
		case len(b) < 9:
			return errKept
		default:
			f.hash = binary.BigEndian.Uint64(b[1:])
			b = b[9:]
		}
		p.features = append(p.features, f)
	}
	return nil
}
