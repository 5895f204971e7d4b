package match

// A field is one thing mentions are compared by.
type field uint8

const (
	fGiven field = iota
	fFamily
	fBorn
	fPhone
	fEmail
	fHandle
	fRef
	fNational
	fAddress
	fPostcode
	fVehicle
	fSex
	fields
)

// Field names as reports and model files show them.
var fieldNames = [fields]string{"given name", "family name", "date of birth", "phone", "e-mail", "handle", "reference", "national number", "address", "postcode", "vehicle", "sex"}

// A level is one way a field can compare, with what to expect of it before any
// data is seen: how often it comes up between mentions of one person (same),
// of two people of one household (household), and of two people (different).
// Each field's levels sum to 1 in each. The figures are our own starting
// values; training on the data at hand moves the first and the last.
type level struct {
	words                      string
	same, household, different float64
	rare                       bool // worth more for a rare value
}

// How names and other values compare; 0 is "not on both sides".
const (
	givenExact = iota + 1
	givenNick
	givenClose
	givenInitial
	givenOther // another of their names agrees
	givenDiffer

	familyExact   = 1
	familyPart    = 2 // one of two names, or a former one
	familyClose   = 3
	familySwapped = 4 // given and family name changed places
	familyDiffer  = 5

	shared    = 1
	notShared = 2

	refSame   = 1
	refDiffer = 2 // two numbers of one agency

	addressFull   = 1
	addressMost   = 2
	addressSome   = 3
	addressDiffer = 4

	postcodeSame     = 1
	postcodeNear     = 2 // one letter or figure differs
	postcodeDistrict = 3
	postcodeDiffer   = 4
)

var levels = [fields][]level{
	fGiven: {
		{"same given name", .72, .02, .006, true},
		{"a short form of the same given name", .10, .01, .003, false},
		{"given names spelt alike", .09, .02, .005, false},
		{"given name fits an initial", .03, .05, .04, false},
		{"another given name agrees", .02, .02, .006, false},
		{"different given names", .04, .88, .94, false},
	},
	fFamily: {
		{"same family name", .80, .72, .0025, true},
		{"one of the family names agrees", .04, .04, .0008, true},
		{"family names spelt alike", .09, .06, .004, false},
		{"given and family name changed places", .01, .001, .0001, false},
		{"different family names", .06, .179, .9926, false},
	},
	fBorn: {
		{"same date of birth", .84, .02, .00006, false},
		{"the same date of birth, which is one systems fill in", .02, .02, .0016, false},
		{"dates of birth differ by a digit or by day and month changing places", .08, .004, .0011, false},
		{"two of three parts of the date of birth agree", .03, .01, .003, false},
		{"same year of birth", .015, .05, .018, false},
		{"different dates of birth", .015, .896, .97624, false},
	},
	fPhone: {
		{"same phone", .62, .18, .00002, true},
		{"different phones", .38, .82, .99998, false},
	},
	fEmail: {
		{"same e-mail", .80, .06, .00001, true},
		{"different e-mails", .20, .94, .99999, false},
	},
	fHandle: {
		{"same handle", .60, .02, .00001, true},
		{"different handles", .40, .98, .99999, false},
	},
	fRef: {
		{"same reference", .90, .001, .000005, true},
		{"two references of one agency", .10, .999, .999995, false},
	},
	fNational: {
		{"same national number", .985, .0005, .000001, false},
		{"different national numbers", .015, .9995, .999999, false},
	},
	fAddress: {
		{"same address", .50, .66, .00005, true},
		{"most of the address agrees", .14, .15, .0006, false},
		{"some of the address agrees", .10, .08, .02, false},
		{"different addresses", .26, .11, .97935, false},
	},
	fPostcode: {
		{"same postcode", .60, .80, .0004, true},
		{"postcodes differ by one character", .07, .06, .0012, false},
		{"same postcode district", .11, .06, .02, false},
		{"different postcodes", .22, .08, .9784, false},
	},
	fVehicle: {
		{"same vehicle", .70, .30, .00002, true},
		{"different vehicles", .30, .70, .99998, false},
	},
	fSex: {
		{"same sex", .985, .48, .51, false},
		{"different sexes", .015, .52, .49, false},
	},
}

// spread says how common a value is before any data is seen: one in spread
// mentions. The second number says how many values' worth of data that is.
var spread = [fields]struct{ oneIn, weight float64 }{
	fGiven: {110, 5}, fFamily: {600, 5}, fPhone: {1 << 19, .0005}, fEmail: {1 << 20, .0005}, fHandle: {1 << 18, .0005},
	fRef: {1 << 20, .0005}, fAddress: {1 << 15, .01}, fPostcode: {1 << 14, .03}, fVehicle: {1 << 19, .0005},
}

// A pattern is how two mentions compare: a level for each field.
type pattern [fields]uint8

func (p *pattern) pack() (n uint64) {
	for i, l := range p {
		n |= uint64(l) << (4 * i)
	}
	return n
}

func unpack(n uint64) (p pattern) {
	for i := range p {
		p[i] = uint8(n >> (4 * i) & 15)
	}
	return p
}
