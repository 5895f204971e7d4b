package demo

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clew/internal/report"
	"clew/internal/when"
)

// A tale is a story of showcase.txt.
type tale struct {
	title   string
	plot    int
	people  []showcasePerson
	records []showcaseRecord
}

type showcasePerson struct {
	key    string
	person person
}

// A showcaseRecord is one record as it is written in the file.
type showcaseRecord struct {
	days, clock           int // before the end; minutes after midnight
	via                   via
	code, offence         string
	relationship, outcome string
	victim, suspect       int // of people, -1 for nobody
	victimHas, suspectHas []string
	happened              int // days before it was reported
	narrative             string
	behaviours            behaviours
}

// fewest is the size of demo from which the showcase is in it.
const fewest = 5000

var showcase = must(readShowcase())

func must(all []tale, err error) []tale {
	if err != nil {
		panic("showcase.txt: " + err.Error()) // built in
	}
	return all
}

func readShowcase() (all []tale, err error) {
	b := readBank("showcase.txt")
	for _, title := range b.order {
		t, err := readTale(title, b.lines[title])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", title, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func readTale(title string, lines []string) (t tale, err error) {
	t.title, t.plot = title, -1
	for _, line := range lines {
		if len(t.records) == 0 && line[0] != '@' {
			key, rest, _ := strings.Cut(line, ": ")
			if key == "kind" {
				t.plot = slices.IndexFunc(plots, func(p plot) bool { return p.name == rest })
				continue
			}
			p, err := readPerson(rest)
			if err != nil {
				return t, fmt.Errorf("%q: %w", line, err)
			}
			t.people = append(t.people, showcasePerson{key, p})
			continue
		}
		if line[0] == '@' {
			r, err := readHead(line[1:])
			if err != nil {
				return t, fmt.Errorf("%q: %w", line, err)
			}
			t.records = append(t.records, r)
			continue
		}
		if err := t.line(&t.records[len(t.records)-1], line); err != nil {
			return t, fmt.Errorf("%q: %w", line, err)
		}
	}
	if t.plot < 0 {
		return t, errors.New("there is no such kind of story")
	}
	return t, nil
}

func readPerson(s string) (p person, err error) {
	p.known = &details{}
	for _, field := range strings.Fields(s) {
		key, value, _ := strings.Cut(field, "=")
		value = strings.ReplaceAll(value, "_", " ")
		switch key {
		case "given":
			p.given = strings.Split(value, "/")
		case "family":
			p.family = strings.Split(value, "/")
		case "sex":
			p.sex = value[0]
		case "born":
			t, err := time.Parse("2006-01-02", value)
			if err != nil {
				return p, err
			}
			p.year, p.month, p.day = t.Year(), int(t.Month()), t.Day()
		case "phone":
			p.known.phones = strings.Split(value, ",")
		case "email":
			p.known.emails = []string{value}
		case "handle": // an underscore belongs to it
			p.known.handles = strings.Split(field[len("handle="):], ",")
		case "address":
			p.known.addresses = strings.Split(value, "/")
		case "postcode":
			p.known.postcodes = strings.Split(value, "/")
		case "vehicle":
			p.known.vehicle = value
		default:
			return p, fmt.Errorf("a person has no %q", key)
		}
	}
	return p, nil
}

// readHead reads "412 19:40 | agency | kind | code title | relationship | outcome".
func readHead(s string) (r showcaseRecord, err error) {
	parts := strings.Split(s, "|")
	if len(parts) != 6 {
		return r, errors.New("six parts make the first line of a record")
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	var hour, minute int
	if _, err := fmt.Sscanf(parts[0], "%d %d:%d", &r.days, &hour, &minute); err != nil {
		return r, err
	}
	r.clock, r.victim, r.suspect = hour*60+minute, -1, -1
	r.via.agency = slices.IndexFunc(agencies[:], func(a agency) bool { return a.name == parts[1] })
	r.via.kind = report.Kind(parts[2])
	if r.via.agency < 0 || !slices.Contains(report.Kinds, r.via.kind) {
		return r, errors.New("there is no such agency or kind")
	}
	if code, title, ok := strings.Cut(parts[3], " "); ok {
		r.code, r.offence = strings.TrimPrefix(code, "-"), title
	}
	r.relationship, r.outcome = parts[4], parts[5]
	return r, nil
}

// line reads what belongs to a record below its first line.
func (t *tale) line(r *showcaseRecord, line string) (err error) {
	key, rest, _ := strings.Cut(line, ": ")
	switch {
	case key == "victim":
		r.victim, r.victimHas, err = t.who(rest)
	case key == "suspect":
		r.suspect, r.suspectHas, err = t.who(rest)
	case key == "happened":
		r.happened, err = strconv.Atoi(rest)
	case strings.HasPrefix(line, "~ "):
		var ok bool
		if r.behaviours, ok = behavioursOf(line[2:]); !ok {
			return errors.New("names no behaviour of section 2A(3)")
		}
	default:
		r.narrative = strings.TrimSpace(r.narrative + " " + line)
	}
	return err
}

func (t *tale) who(s string) (int, []string, error) {
	words := strings.Fields(s)
	i := slices.IndexFunc(t.people, func(p showcasePerson) bool { return p.key == words[0] })
	if i < 0 {
		return 0, nil, fmt.Errorf("nobody is called %q", words[0])
	}
	for _, has := range words[1:] {
		if err := writeDown(new(report.Party), &t.people[i].person, "", has); err != nil {
			return 0, nil, err
		}
	}
	return i, words[1:], nil
}

// writeDown adds one thing about somebody to a party: "name", "phone2", or
// "given=Tam" to write something else than is so.
func writeDown(m *report.Party, p *person, ref, has string) error {
	what, instead, other := strings.Cut(has, "=")
	k := 0
	if last := what[len(what)-1]; last >= '1' && last <= '9' {
		what, k = what[:len(what)-1], int(last-'1')
	}
	value := func(s string) string {
		if other {
			return strings.ReplaceAll(instead, "_", " ")
		}
		return s
	}
	switch what {
	case "name":
		m.GivenName, m.FamilyName = p.given[0], p.family[0]
	case "given":
		m.GivenName = value(p.given[0])
	case "family":
		m.FamilyName = value(p.family[0])
	case "born":
		m.Born = value(padded(uint64(p.year), 4) + "-" + padded(uint64(p.month), 2) + "-" + padded(uint64(p.day), 2))
	case "sex":
		m.Sex = strings.ToUpper(string(p.sex))
	case "phone":
		m.Phones = append(m.Phones, at(p.known.phones, k))
	case "email":
		m.Emails = append(m.Emails, at(p.known.emails, k))
	case "handle":
		m.Handles = append(m.Handles, at(p.known.handles, k))
	case "address":
		m.Addresses = append(m.Addresses, at(p.known.addresses, k))
	case "postcode":
		m.Postcodes = append(m.Postcodes, at(p.known.postcodes, k))
	case "vehicle":
		m.Vehicles = append(m.Vehicles, p.known.vehicle)
	case "ref":
		m.Ref = ref
	default:
		return fmt.Errorf("a party has no %q", has)
	}
	return nil
}

// show plans the showcase. Its days are drawn together when the demo is shorter
// than they reach.
func (w *world) show() {
	whole := int(w.minutes / 1440)
	for i := range showcase {
		t := &showcase[i]
		id := uint32(i) // the first stories are those of the showcase
		w.stories = append(w.stories, story{plot: uint8(t.plot), n: uint8(len(t.records))})
		for k := range t.people {
			p := t.people[k].person
			p.id = partOf(id, k)
			p.home = p.id
			w.shown[p.id] = &p
		}
		for k := range t.records {
			r := &t.records[k]
			days := r.days
			if whole < 730 {
				days = max(1, days*whole/730)
			}
			y, m, d := w.time(w.minutes).In(when.London).Date()
			at := time.Date(y, m, d-days, 0, r.clock, 0, 0, when.London)
			w.rows = append(w.rows, row{uint32(at.Sub(w.start) / time.Minute), id, uint8(k), uint8(r.via.agency), uint8(slices.Index(report.Kinds, r.via.kind))})
		}
	}
}

// shownRecord tells a record of the showcase, word for word.
func (t *telling) shownRecord() {
	s := &showcase[t.row.story]
	r := &s.records[t.row.index]
	who := func(i int, has []string, m *report.Party) *person {
		if i < 0 {
			return nil
		}
		p := t.w.shown[partOf(t.row.story, i)]
		ref := t.w.ref(&t.r, p, r.via.agency)
		for _, h := range has {
			if err := writeDown(m, p, ref, h); err != nil {
				panic(err) // read once already
			}
		}
		if len(has) > 2 {
			m.Ref = ref
		}
		if agencies[r.via.agency].capitals {
			m.FamilyName = strings.ToUpper(m.FamilyName)
		}
		return p
	}
	t.victim = who(r.victim, r.victimHas, &t.record.Victim)
	t.suspect = who(r.suspect, r.suspectHas, &t.record.Suspect)
	t.stalking = t.plot.stalking && r.victim >= 0 && r.suspect >= 0 && s.people[r.victim].key[0] == 'v' && s.people[r.suspect].key[0] == 's'
	t.scene.behaviours = r.behaviours
	t.record.OffenceCode, t.record.Offence, t.record.Relationship, t.record.Outcome = r.code, r.offence, r.relationship, r.outcome
	t.record.From = when.On(t.record.Reported.AddDate(0, 0, -r.happened))
	t.record.Narrative = r.narrative
}
