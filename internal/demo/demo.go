// Package demo makes up a partnership to show Clew with and to test it on: the
// county of Northmoor, with two police forces, a hospital trust, surgeries,
// schools, landlords, an advocacy service and probation. Neither the county nor
// anybody in it exists. Towns lie out at sea; postcodes begin NX, which the post
// does not have; mobile numbers begin 07700 900, which is kept for fiction, or
// 071 and 072, and number plates J, T or U, which as far as we know are given to
// nobody; e-mail goes to example domains.
//
// Because everything is made up, the truth is known. Each record comes with who
// its victim and suspect really are, however badly their names were written
// down, which story it belongs to, whether that story is stalking, and which
// behaviours of section 2A(3) its words show. Nothing of the truth is in the
// records themselves.
//
// The records are a flood such as reaches real agencies: mostly thefts, crashes,
// noise and quarrels. Among them are courses of stalking, one for each hundred
// records, scattered over agencies and mostly recorded as something else, and
// stories that look like stalking and are not: neighbours who report one
// another, a debt being collected, abuse by a partner who lives there, one long
// night. From 5,000 records on there are also the stories of data/showcase.txt,
// written by hand.
//
// Nothing is random. A record is a function of the seed, its story and its place
// in the story: plan.go decides when each is reported and by whom, person.go
// who is behind a number, mention.go how somebody is written down, scene.go and
// the texts in data/ what the narrative says (phrase.go explains their slots).
// The same Options give the same bytes under every Go version, on any machine,
// on any day: the package reads no clock and decides nothing by fractions.
// The texts were written without sight of the words Clew reads narratives with,
// so that they may serve to test it.
package demo

import (
	"errors"
	"time"

	"clew/internal/report"
)

// Options say which demo to make. The zero value of each but Records means the
// default.
type Options struct {
	Records int       // how many records, 1 or more
	Seed    uint64    // another seed, another county
	Until   time.Time // nothing is reported at or after this; default 20 November 2026
	Years   int       // how far back it goes, 1 to 20; default 2
}

// A Truth is what is so about a record, whatever was written down.
type Truth struct {
	Victim, Suspect string   // who they are: one id, one person; "" is nobody known
	Pair            string   // of victim and suspect; one id, one pair, and the other way round is another
	Story           string   // what kind of story it belongs to, one of Stories
	Stalking        bool     // part of a course of stalking, by this suspect towards this victim
	Behaviours      []string // of section 2A(3), that the narrative says this suspect did
	Denied          []string // of the same, that it says were not done
}

// Generate calls yield with each record in order of when it was reported, and
// stops with yield's error when there is one. Only the plan is held in memory, some
// 30 bytes a record; records are made one at a time and let go. Above two million,
// people begin to share phone numbers they should not.
func Generate(o Options, yield func(report.Record, Truth) error) error {
	w, err := newWorld(o)
	if err != nil {
		return err
	}
	for i := range w.rows {
		t := w.tell(i)
		if err := yield(t.record, t.truth()); err != nil {
			return err
		}
	}
	return nil
}

// A world is a plan and what is needed to tell it.
type world struct {
	seed    uint64
	start   time.Time
	minutes uint32 // from start to Until
	year    int    // of Until
	stories []story
	rows    []row
	tales   int                // the first stories are those of the showcase
	courses int                // and those up to here of stalking
	shown   map[uint64]*person // people of showcase stories
	numbers [len(agencies)]int // records each agency has numbered so far
}

func newWorld(o Options) (*world, error) {
	if o.Records < 1 {
		return nil, errors.New("ask for 1 record or more")
	}
	if o.Years == 0 {
		o.Years = 2
	}
	if o.Years < 1 || o.Years > 20 {
		return nil, errors.New("a demo covers 1 to 20 years")
	}
	if o.Until.IsZero() {
		o.Until = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	}
	until := o.Until.UTC().Truncate(time.Minute)
	w := &world{seed: scramble(o.Seed + 1), start: until.AddDate(-o.Years, 0, 0), shown: map[uint64]*person{}}
	w.minutes = uint32(until.Sub(w.start) / time.Minute)
	w.year = until.Year()
	w.plan(o.Records)
	return w, nil
}

func (w *world) time(minute uint32) time.Time {
	return w.start.Add(time.Duration(minute) * time.Minute)
}
