package report

import "strings"

// A Column is one that Clew has a meaning for.
type Column struct {
	Name     string
	Meaning  string // in a few words, for pages and documents
	Required bool
	Several  bool // ';' between values, and several columns may hold them
}

var recordColumns = [...]Column{
	cRecordID:     {Name: "record_id", Meaning: "the agency's reference for the record, unique within the agency", Required: true},
	cAgency:       {Name: "agency", Meaning: "who holds the record: free text, or a police force code"},
	cKind:         {Name: "kind", Meaning: "crime, incident, call, intelligence, referral, found-property or note; crime when empty"},
	cReported:     {Name: "reported_at", Meaning: "when the agency came to know", Required: true},
	cFrom:         {Name: "occurred_from", Meaning: "when it happened, or began; reported_at when empty"},
	cTo:           {Name: "occurred_to", Meaning: "when it ended"},
	cOffenceCode:  {Name: "offence_code", Meaning: "Home Office code (8/65, 195/94) or class (8Q, 8L)"},
	cOffence:      {Name: "offence", Meaning: "the offence in words"},
	cCount:        {Name: "count", Meaning: "how many occurrences the row stands for; 1 when empty"},
	cRelationship: {Name: "relationship", Meaning: "what the suspect is to the victim: former-partner, stranger, … or local words"},
	cPlace:        {Name: "place", Meaning: "where it happened"},
	cLatitude:     {Name: "latitude", Meaning: "degrees north, WGS 84"},
	cLongitude:    {Name: "longitude", Meaning: "degrees east, WGS 84"},
	cNarrative:    {Name: "narrative", Meaning: "what is written about it, in free text"},
	cOutcome:      {Name: "outcome", Meaning: "Home Office outcome code, or free text"},
}

var partyColumns = [...]Column{
	pRef:      {Name: "ref", Meaning: "the agency's own number for the person"},
	pGiven:    {Name: "given_name", Meaning: "first name or names"},
	pFamily:   {Name: "family_name", Meaning: "surname"},
	pAliases:  {Name: "aliases", Meaning: "other names", Several: true},
	pBorn:     {Name: "dob", Meaning: "date of birth"},
	pSex:      {Name: "sex", Meaning: "sex or gender, as recorded"},
	pPhone:    {Name: "phone", Meaning: "telephone numbers", Several: true},
	pEmail:    {Name: "email", Meaning: "e-mail addresses", Several: true},
	pHandle:   {Name: "handle", Meaning: "names on social media and elsewhere online", Several: true},
	pAddress:  {Name: "address", Meaning: "where the person lives or lived", Several: true},
	pPostcode: {Name: "postcode", Meaning: "postcodes of those addresses", Several: true},
	pVehicle:  {Name: "vehicle", Meaning: "registration marks of vehicles", Several: true},
	pName:     {Name: "name", Meaning: "the whole name, when one column holds it: \"QUILL, Mara\" or \"Mara Quill\""},
}

// The places of columns in a layout.
const (
	cRecordID = iota
	cAgency
	cKind
	cReported
	cFrom
	cTo
	cOffenceCode
	cOffence
	cCount
	cRelationship
	cPlace
	cLatitude
	cLongitude
	cNarrative
	cOutcome
	cVictim // and the columns of a party from there
)

const (
	pRef = iota
	pGiven
	pFamily
	pAliases
	pBorn
	pSex
	pPhone
	pEmail
	pHandle
	pAddress
	pPostcode
	pVehicle
	pName
	partyWidth
	cSuspect = cVictim + partyWidth
)

// Columns are the columns of a records extract (docs/formats.md §1).
var Columns = func() []Column {
	all := recordColumns[:len(recordColumns):len(recordColumns)]
	for _, role := range []string{"victim", "suspect"} {
		for _, c := range partyColumns {
			c.Name = role + "_" + c.Name
			c.Meaning = role + ": " + c.Meaning
			all = append(all, c)
		}
	}
	return all
}()

// PersonColumns are the columns of a list of people (docs/formats.md §2).
var PersonColumns = partyColumns[:]

// indexOf is the place among columns of one of our names, or -1. The case and
// the marks between words do not matter.
func indexOf(columns []Column, name string) int {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(fold(name))
	for i := range columns {
		if columns[i].Name == name {
			return i
		}
	}
	return -1
}
