package chronology

import (
	"time"

	"clew/internal/warning"
)

// The JSON of a replay (docs/formats.md). Times are UTC, RFC 3339.
type (
	// Document is one file, replayed.
	Document struct {
		Clew    string       `json:"clew"` // replay/1
		File    string       `json:"file"`
		Title   string       `json:"title"`
		RulesOf string       `json:"rules_of"`
		Moments []MomentJSON `json:"moments"`
		Stand   []RaisedJSON `json:"standing"`
		Expect  []ExpectJSON `json:"expect"`
		Notices []string     `json:"notices"`
	}
	// MomentJSON is one moment at which something changed.
	MomentJSON struct {
		At        time.Time      `json:"at"`
		Known     []FactJSON     `json:"known"`
		Raised    []RaisedJSON   `json:"raised"`
		Rose      []RaisedJSON   `json:"rose"`
		Cleared   []ClearedJSON  `json:"cleared"`
		Signposts []SignpostJSON `json:"signposts"`
		Standing  []string       `json:"standing"`
	}
	// FactJSON is a fact in plain words.
	FactJSON struct {
		ID    string `json:"id"`
		Words string `json:"words"`
	}
	// RaisedJSON is a warning that stands.
	RaisedJSON struct {
		Rule     string           `json:"rule"`
		Pair     string           `json:"pair"`
		Severity warning.Severity `json:"severity"`
		Level    int              `json:"level"`
		Again    bool             `json:"again"`
		Raised   time.Time        `json:"raised"`
		By       *time.Time       `json:"by"`
		Says     string           `json:"says"`
		Do       string           `json:"do"`
		Clears   string           `json:"clears"`
		Stops    []warning.Step   `json:"stops"`
		Facts    []FactJSON       `json:"facts"`
	}
	// ClearedJSON is a warning that no longer stands.
	ClearedJSON struct {
		Rule string `json:"rule"`
		Pair string `json:"pair"`
		By   string `json:"by"` // the id of what cleared it, if something did
		Why  string `json:"why"`
	}
	// SignpostJSON is an agency that holds something.
	SignpostJSON struct {
		Pair   string `json:"pair"`
		Agency string `json:"agency"`
	}
	// ExpectJSON is how an expectation came out.
	ExpectJSON struct {
		Line  int      `json:"line"`
		At    string   `json:"at"`
		Met   bool     `json:"met"`
		Wrong []string `json:"wrong"`
	}
)

// Fact is an event by its id, nil when there is none.
func (c *Chronology) Fact(id string) *warning.Fact {
	for i := range c.Facts {
		if c.Facts[i].ID == id {
			return &c.Facts[i]
		}
	}
	return nil
}

// PairWords names the two of a pair.
func (c *Chronology) PairWords(id string) string {
	for _, p := range c.Case.Pairs {
		if p.ID == id {
			return c.name(p.Victim) + " and " + c.name(p.Suspect)
		}
	}
	return id
}

func (c *Chronology) name(id string) string {
	if p := c.Case.People[id]; p.Name != "" {
		return p.Name
	}
	return id
}

// JSON is a replay as other programs read it.
func (c *Chronology) JSON(r *Replay, file, by string) Document {
	d := Document{Clew: "replay/1", File: file, Title: c.Title, RulesOf: by, Moments: []MomentJSON{}, Stand: []RaisedJSON{}, Expect: []ExpectJSON{}, Notices: c.Notices}
	if d.Notices == nil {
		d.Notices = []string{}
	}
	for _, m := range r.Moments {
		j := MomentJSON{At: m.At, Known: []FactJSON{}, Raised: []RaisedJSON{}, Rose: []RaisedJSON{}, Cleared: []ClearedJSON{}, Signposts: []SignpostJSON{}, Standing: []string{}}
		for _, f := range m.Known {
			j.Known = append(j.Known, FactJSON{f.ID, f.Words()})
		}
		for _, x := range m.Changes {
			switch x.Was {
			case warning.Cleared:
				j.Cleared = append(j.Cleared, ClearedJSON{x.Warning.Rule, x.Warning.Pair, x.Fact, x.Why})
			case warning.Rose:
				j.Rose = append(j.Rose, c.raised(&x.Warning))
			default:
				j.Raised = append(j.Raised, c.raised(&x.Warning))
			}
		}
		for _, s := range m.Signposts {
			j.Signposts = append(j.Signposts, SignpostJSON{s.Pair, s.Agency})
		}
		for _, w := range m.Standing {
			j.Standing = append(j.Standing, w.Rule)
		}
		d.Moments = append(d.Moments, j)
	}
	for i := range r.Last.Standing {
		d.Stand = append(d.Stand, c.raised(&r.Last.Standing[i]))
	}
	for _, f := range r.Findings {
		j := ExpectJSON{f.Line, f.At.String(), len(f.Wrong) == 0, f.Wrong}
		if j.Wrong == nil {
			j.Wrong = []string{}
		}
		d.Expect = append(d.Expect, j)
	}
	return d
}

func (c *Chronology) raised(w *warning.Warning) RaisedJSON {
	j := RaisedJSON{w.Rule, w.Pair, w.Severity, w.Level, w.Again, w.Raised, nil, w.Says, w.Do, w.Clears, w.Stops, []FactJSON{}}
	if !w.By.IsZero() {
		j.By = &w.By
	}
	if j.Stops == nil {
		j.Stops = []warning.Step{}
	}
	for _, id := range w.Facts {
		if f := c.Fact(id); f != nil {
			j.Facts = append(j.Facts, FactJSON{id, f.Words()})
		}
	}
	return j
}
