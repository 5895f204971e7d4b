package casefile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/casefile/picture"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
	"clew/internal/warning"
	"clew/internal/when"
)

// The kinds of what is on a timeline and is no step.
const (
	Warned Kind = "warning" // an early warning was raised, and stands
	Stood  Kind = "stood"   // one that stood, and stands no more
	Worse  Kind = "worse"   // conduct grew worse
)

// An Item is one thing on the timeline of a case: Drawn is what the picture is made
// of, the rest is what the list says beside it.
type Item struct {
	Drawn picture.Item
	Event
	Suspect string   // of conduct or a turn: the person's id, if anybody is said
	Says    []string // of conduct: what was done, felt and changed
	Was     Standing // of a warning that stands no more
	says    pattern.Says
}

// A Standing is an early warning that stood in a case.
type Standing struct {
	Rule    string
	Raised  time.Time // when what raised it was known
	Cleared time.Time // when it was found to stand no more
	Why     string    // as a page says it
	Short   string    // the same in a word or two
	By      string    // who answered it, if somebody set it aside
}

// Only says which things a timeline is narrowed to.
type Only string

// What a timeline may be narrowed to.
const (
	OnlyReports Only = "reports"
	OnlyDone    Only = "done" // what agencies did
)

// A Sieve narrows a timeline. The zero Sieve lets everything through.
type Sieve struct {
	Suspect  int    // 1 is the first of the case, 0 all
	Lane     string // a code of picture.Lanes
	From, To string // days, as dates are written
	Only     Only
}

// A Timeline is all that happened in a case along time.
type Timeline struct {
	Case
	All     []Item // in order of time, what has no date last
	Picture picture.Timeline
	Pace    Pace
	Now     time.Time
}

// A Pace says how conduct comes now, against before.
type Pace struct {
	Conduct     int // reports and incidents
	Late, Early int // in the PaceDays days that end with the last of them, and in as many before
	Graves      int // picture.Grave
	FirstGrave  time.Time
	Last        time.Time // the newest conduct
}

// PaceDays is how long a Pace looks back, twice.
const PaceDays = 90

// A source is where things on a timeline come from.
type source func(ctx context.Context, v *db.View, sight *access.Sight, c *Case) ([]Item, error)

// Timeline is what happened in a case, as far as the actor may see it.
func (s *Store) Timeline(ctx context.Context, by access.Actor, id string, f Sieve) (t Timeline, err error) {
	var from, to when.Moment
	var wrong fault.Messages
	for _, x := range []struct {
		text, field, says string
		to                *when.Moment
	}{{f.From, "from", "Enter the first day, such as 27/3/2026", &from}, {f.To, "to", "Enter the last day, such as 27/3/2026", &to}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = when.Parse(x.text); err != nil || !x.to.Known() {
			wrong.Add(x.field, x.says)
		}
	}
	if err := wrong.Err(); err != nil {
		return t, err
	}
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if t.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		for _, of := range []source{s.reported, s.keptByHand, s.took, s.raised, s.stood} {
			some, err := of(ctx, v, sight, &t.Case)
			if err != nil {
				return err
			}
			t.All = append(t.All, some...)
		}
		t.All = append(t.All, turns(&t.Case, t.All)...)
		answered(t.All)
		t.All = slices.DeleteFunc(t.All, func(x Item) bool { return !f.lets(&x, &t.Case, from, to) })
		inTime(t.All)
		t.Now, t.Pace = v.Now, paceOf(t.All)
		drawn := make([]picture.Item, len(t.All))
		for i := range t.All {
			drawn[i] = t.All[i].Drawn
		}
		t.Picture = picture.Draw(drawn)
		return nil
	})
	return t, err
}

// lets reports whether an item goes through the sieve.
func (f *Sieve) lets(x *Item, c *Case, from, to when.Moment) bool {
	if n := f.Suspect - 1; n >= 0 && n < len(c.Suspects) && x.Suspect != "" && x.Suspect != c.Suspects[n].ID {
		return false
	}
	if l, ok := picture.LaneOf(f.Lane); ok && x.Drawn.Kind == picture.Conduct && !(x.Drawn.Lanes.Has(l) || x.Drawn.Lanes == 0 && l == picture.Other) {
		return false
	}
	if (from.Known() || to.Known()) && x.Drawn.From.IsZero() || from.Known() && x.Drawn.To.Before(from.From) || to.Known() && !x.Drawn.From.Before(to.To) {
		return false
	}
	switch f.Only {
	case OnlyReports:
		return x.Drawn.Kind == picture.Conduct
	case OnlyDone:
		return x.Drawn.Kind == picture.Done
	}
	return true
}

// inTime puts items in order of time; those without a date come last. What is at one
// time stays in the order of its source.
func inTime(all []Item) {
	slices.SortStableFunc(all, func(a, b Item) int {
		x, y := &a.Drawn, &b.Drawn
		if x.From.IsZero() != y.From.IsZero() {
			return cmp.Compare(btoi(x.From.IsZero()), btoi(y.From.IsZero()))
		}
		return cmp.Or(x.From.Compare(y.From), x.To.Compare(y.To), cmp.Compare(x.Kind, y.Kind))
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func paceOf(all []Item) (p Pace) {
	for i := range all {
		x := &all[i].Drawn
		if x.Kind != picture.Conduct {
			continue
		}
		p.Conduct++
		if x.Weight == picture.Grave {
			p.Graves++
			if !x.From.IsZero() && (p.FirstGrave.IsZero() || x.From.Before(p.FirstGrave)) {
				p.FirstGrave = x.From
			}
		}
		if x.To.After(p.Last) {
			p.Last = x.To
		}
	}
	late, early := p.Last.AddDate(0, 0, -PaceDays), p.Last.AddDate(0, 0, -2*PaceDays)
	for i := range all {
		switch x := &all[i].Drawn; {
		case x.Kind != picture.Conduct || x.From.IsZero():
		case x.To.After(late):
			p.Late++
		case x.To.After(early):
			p.Early++
		}
	}
	return p
}

// turns are where the conduct of each suspect grew worse.
func turns(c *Case, items []Item) (all []Item) {
	for _, p := range c.Suspects {
		var accounts []pattern.Account
		for i := range items {
			if x := &items[i]; x.Suspect == p.ID && x.Drawn.Kind == picture.Conduct && !x.Drawn.From.IsZero() {
				accounts = append(accounts, pattern.Account{Key: x.ID, ID: x.Name, Agency: x.Agency, Reported: x.At, From: x.Drawn.From, To: x.Drawn.To, Count: x.Drawn.Times, Says: x.says})
			}
		}
		if len(accounts) == 0 {
			continue
		}
		course := pattern.Compose(accounts, pattern.Context{})
		if e := course.Escalation; e != nil {
			at := course.Occasions[e.Occasion].From
			all = append(all, Item{Drawn: picture.Item{Kind: picture.Turn, From: at, To: at, Short: "grew worse"}, Event: Event{Kind: Worse, At: at, Words: e.Words}, Suspect: p.ID})
		}
	}
	return all
}

// reported are the reports of the victim about each suspect, as they stand.
func (s *Store) reported(ctx context.Context, v *db.View, sight *access.Sight, c *Case) (all []Item, err error) {
	if c.Victim.ID == "" {
		return nil, nil
	}
	for _, p := range c.Suspects {
		accounts, err := pattern.AccountsOf(ctx, v, sight, c.Victim.ID, p.ID)
		if err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		newest := make(map[[2]string]int, len(accounts)) // of the versions of a record
		for i := range accounts {
			newest[[2]string{accounts[i].Agency, accounts[i].ID}] = i
		}
		for i := range accounts {
			a := &accounts[i]
			if newest[[2]string{a.Agency, a.ID}] != i {
				continue
			}
			all = append(all, Item{
				Drawn:   picture.Item{Kind: picture.Conduct, From: a.From, To: a.To, Lanes: lanesOf(a.Says), Weight: weightOf(a.Says), Times: max(a.Count, int(a.Says.Days))},
				Event:   Event{Kind: Reported, ID: a.Key, At: a.Reported, Agency: a.Agency, Name: a.ID, About: a.Title},
				Suspect: p.ID, Says: pattern.Saying(a), says: a.Says,
			})
		}
	}
	return all, nil
}

// keptByHand are the incidents that the actor may read.
func (s *Store) keptByHand(ctx context.Context, v *db.View, sight *access.Sight, c *Case) ([]Item, error) {
	of := reader(sight, c)
	incidents, err := incident.Of(ctx, v, of)
	if err != nil || len(incidents) == 0 {
		return nil, err
	}
	facts, err := incident.Facts(ctx, v, of)
	if err != nil {
		return nil, err
	}
	who := c.suspectOfMention()
	felt := map[string]pattern.Says{}
	for i := range facts {
		if f := &facts[i]; f.Kind == incident.Impact && !f.Gone {
			says := felt[f.Incident]
			says.Fear, says.Impact = max(says.Fear, fears[f.Fear]), says.Impact|setOf(narrate.Impacts, f.Impact)
			felt[f.Incident] = says
		}
	}
	all := make([]Item, 0, len(incidents))
	for i := range slices.Backward(incidents) { // the latest is first
		n := &incidents[i]
		says := felt[n.ID]
		says.Behaviours, says.Acts = setOf(narrate.Behaviours, n.Behaviours), setOf(narrate.Acts, n.Acts)
		lanes := lanesOf(says)
		if n.Channel == "online" || n.Channel == "social" {
			lanes |= picture.In(picture.Online)
		}
		x := Item{
			Drawn:   picture.Item{Kind: picture.Conduct, Lanes: lanes, Weight: weightOf(says), Times: n.Times},
			Event:   Event{Kind: Happened, ID: n.ID, At: n.Entered, Agency: n.Agency, Name: n.Name, About: n.Kind, Happened: n.Happened.String(), Own: n.Basis == ""},
			Suspect: who[n.Suspect], Says: pattern.Saying(&pattern.Account{Says: says}), says: says,
		}
		if n.Happened.Known() {
			x.Drawn.From, x.Drawn.To = n.Happened.From, n.Happened.To.Add(-time.Microsecond)
			if n.Until.Known() {
				x.Drawn.To = n.Until.To.Add(-time.Microsecond)
			}
		}
		all = append(all, x)
	}
	return all, nil
}

// suspectOfMention is which suspect of a case each mention of them stands for.
func (c *Case) suspectOfMention() map[string]string {
	who := map[string]string{}
	for person, all := range c.mentions {
		for _, m := range all {
			who[m] = person
		}
	}
	return who
}

// fears are what was said of fear, as narratives are read for it.
var fears = map[warning.Fear]pattern.Fear{warning.Alarm: pattern.Alarm, warning.Distress: pattern.Distress, warning.Violence: pattern.Violence}

func setOf[T ~string](all []T, names []string) pattern.Set {
	some := make([]T, len(names))
	for i, n := range names {
		some[i] = T(n)
	}
	return pattern.SetOf(all, some...)
}

// took are the steps that say what agencies did.
func (s *Store) took(ctx context.Context, v *db.View, sight *access.Sight, c *Case) ([]Item, error) {
	kinds := []string{string(Did), string(Opened), string(Closed), string(Reopened), string(Staged), string(ToldVictim), string(PutIn), string(Related)}
	scan := func(r db.Row) (x Item, err error) {
		var at int64
		if err := r.Scan(&x.ID, &x.Kind, &x.Agency, &x.Name, &x.About, &at); err != nil {
			return x, err
		}
		x.At = time.UnixMicro(at).UTC()
		x.Drawn = picture.Item{Kind: picture.Done, From: x.At, To: x.At, Short: shorts[string(x.Kind)]}
		switch x.Kind {
		case Staged:
			x.Drawn.Short = strings.ToLower(Stage(x.About).Name())
		case Related: // drawn on the day they parted, which is when it grows dangerous
			if err := x.relate(); err != nil {
				return x, fmt.Errorf("relation %s: %w", x.ID, err)
			}
			if m, err := when.Parse(x.On); err == nil && m.Known() {
				x.Drawn.From, x.Drawn.To, x.Drawn.Short = m.From, m.To.Add(-time.Microsecond), "they parted"
			}
		case Did:
			var d done
			if err := json.Unmarshal([]byte(x.About), &d); err != nil {
				return x, fmt.Errorf("deed %s: %w", x.ID, err)
			}
			x.About, x.On = d.Deed, d.On
			m, err := when.Parse(d.On)
			if err != nil {
				return x, fmt.Errorf("deed %s: %w", x.ID, err)
			}
			if m.Known() {
				x.Drawn.From, x.Drawn.To = m.From, m.To.Add(-time.Microsecond)
			}
			x.Drawn.Short = cmp.Or(shorts[d.Deed], DeedName(d.Deed))
		}
		return x, nil
	}
	args := append([]any{c.ID, sight.Agency}, db.Args(kinds)...)
	all, err := db.All(ctx, v, scan, `SELECT id, kind, agency, name, about, at FROM case_steps WHERE `+within("case_id", "$1")+` AND (shared = 1 OR agency = $2) AND kind IN (`+db.List(3, len(kinds))+`) ORDER BY at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("what was done: %w", err)
	}
	steps := make([]*Event, len(all))
	for i := range all {
		steps[i] = &all[i].Event
	}
	return all, s.documentWords(ctx, v, sight, c, steps)
}

// shorts are the few words beside a line for what was done.
var shorts = map[string]string{
	string(Opened): "case opened", string(Closed): "case closed", string(Reopened): "opened again", string(ToldVictim): "victim told", string(PutIn): "document", string(Related): "relationship",
	"assessment:made": "risk assessed", "assessment:refused": "assessment refused", "offer:accepted": "advocate accepted", "offer:declined": "advocate declined",
	"warning:words-of-advice": "words of advice", "warning:harassment-warning": "warning notice", "arrest:suspect": "arrest", "order:SPO": "stalking order served",
	"order:interim-SPO": "interim order served", "order:restraining": "restraining order", "order:non-molestation": "non-molestation order", "order:bail": "bail conditions",
	"decision:spo": "decided: order", "decision:search": "decided: search", "decision:breach": "decided: breach", "decision:arrest": "decided: arrest",
	"decision:grade": "decided: how grave", "decision:not-stalking": "decided: not stalking",
}

// raised are the early warnings that stand.
func (s *Store) raised(ctx context.Context, v *db.View, sight *access.Sight, c *Case) (all []Item, err error) {
	if !c.Closed.IsZero() {
		return nil, nil
	}
	warnings, err := s.warn(ctx, v, sight, c, v.Now)
	if err != nil {
		return nil, err
	}
	for i := range warnings {
		w := &warnings[i]
		all = append(all, Item{
			Drawn: picture.Item{Kind: picture.Warned, From: w.Raised, To: w.Raised, Short: strings.ReplaceAll(w.Rule, "-", " ")},
			Event: Event{Kind: Warned, ID: w.Rule + w.Key, At: w.Raised, Words: w.Says},
		})
	}
	return all, nil
}

// stood are the early warnings that stood before and stand no more.
func (s *Store) stood(ctx context.Context, v *db.View, sight *access.Sight, c *Case) (all []Item, err error) {
	if s.Before == nil {
		return nil, nil
	}
	before, err := s.Before(ctx, v, c)
	if err != nil {
		return nil, fmt.Errorf("warnings that stood: %w", err)
	}
	for _, w := range before {
		all = append(all, Item{
			Drawn: picture.Item{Kind: picture.Warned, From: w.Raised, To: w.Raised, Short: strings.ReplaceAll(w.Rule, "-", " ") + ", " + w.Short},
			Event: Event{Kind: Stood, At: w.Raised, Words: RuleName(w.Rule) + "."},
			Was:   w,
		})
	}
	return all, nil
}

// answered says of warnings that stood who set them aside: whoever did so last while
// they did.
func answered(all []Item) {
	for i := range all {
		w := &all[i]
		if w.Kind != Stood {
			continue
		}
		var last time.Time
		for j := range all {
			x := &all[j]
			if x.Kind == Did && x.About == answer+w.Was.Rule && !x.At.Before(w.Was.Raised) && !x.At.After(w.Was.Cleared) && x.At.After(last) {
				last, w.Was.By = x.At, x.Name
			}
		}
	}
}

// What narratives say, by the lane it belongs in.
var laneSigns = []struct {
	lane       picture.Lane
	behaviours pattern.Set
	acts       pattern.Set
}{
	{picture.Threat, 0, acts("threat", "assault", "weapon", "image-threat")},
	{picture.Entry, ways("loitering"), acts("knock", "visit", "drive-by", "entry", "stolen-key", "exclusion-breach")},
	{picture.Property, ways("interfering"), acts("damage", "theft", "fire", "animal-harm")},
	{picture.Following, ways("following", "watching"), acts("tracker", "camera")},
	{picture.Online, ways("publishing", "monitoring"), acts("account-takeover", "fake-account", "stalkerware", "image-threat")},
	{picture.Contact, ways("contacting"), acts("gift", "letter", "voicemail", "message", "call", "third-party-contact", "spoofed-number", "unwanted-delivery")},
	{picture.Other, ways("other"), acts("false-report")},
}

var (
	graveActs = acts("threat", "assault", "weapon", "image-threat", "entry", "stolen-key", "fire")
	nearActs  = acts("knock", "visit", "drive-by", "exclusion-breach", "damage", "theft", "animal-harm", "tracker", "camera", "stalkerware", "account-takeover")
	nearWays  = ways("following", "loitering", "watching", "interfering")
)

func ways(names ...narrate.Behaviour) pattern.Set { return pattern.SetOf(narrate.Behaviours, names...) }
func acts(names ...narrate.Act) pattern.Set       { return pattern.SetOf(narrate.Acts, names...) }

func lanesOf(says pattern.Says) (all picture.Set) {
	for _, s := range laneSigns {
		if says.Behaviours&s.behaviours != 0 || says.Acts&s.acts != 0 {
			all |= picture.In(s.lane)
		}
	}
	if says.Threat {
		all |= picture.In(picture.Threat)
	}
	return all
}

func weightOf(says pattern.Says) picture.Weight {
	switch {
	case says.Threat, says.Fear == pattern.Violence, says.Acts&graveActs != 0:
		return picture.Grave
	case says.Fear > pattern.NoFear, says.Impact != 0, says.Acts&nearActs != 0, says.Behaviours&nearWays != 0:
		return picture.Near
	}
	return picture.Distant
}
