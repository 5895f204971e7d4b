package warning

import (
	"slices"
	"strings"
	"time"

	"clew/internal/law"
)

// Settings are the days, distances and words a partnership may choose. Defaults are
// what early-warnings.md of the docs gives, with why.
type Settings struct {
	AssessWithin      time.Duration // of a report, a stalking risk assessment
	EscalationFloor   int           // incidents in 7 days, at least
	EscalationTimes   int           // and at least so many times the weekly rate of the 28 days before
	ImpactWithin      time.Duration // to link fear or impact to the elements
	CompromiseWithin  time.Duration // for a safety step
	NearMetres        float64       // from a find to a home or routine place
	FindWithin        time.Duration // to review it together
	WantedLevels      []int         // days without an attempt at which the level rises
	OfferWorkingDays  int           // of a report, an advocate
	TellWorkingDays   int           // an outside body
	SeriesWorkingDays int           // to consider one linked series
	EffortKM          float64       // travelled
	EffortTimes       int           // so often
	SilenceDays       int           // without contact from the victim
	PowersDays        int           // for a decision on an SPO or on search
	RecentDays        int           // a case is recent so long after it is closed
	Specialists       []string      // words in a rank or role that mean specialist review
	Juniors           []string      // ranks that cannot clear a hold
	LawfulContact     []string      // relationships that give a lawful reason to be in touch
	Calendar          law.Calendar  // which days are worked
}

// Defaults are the settings of a partnership that chose none.
var Defaults = Settings{
	AssessWithin: 24 * time.Hour, EscalationFloor: 3, EscalationTimes: 2, ImpactWithin: 24 * time.Hour, CompromiseWithin: 24 * time.Hour,
	NearMetres: 1000, FindWithin: 4 * time.Hour, WantedLevels: []int{2, 4, 7}, OfferWorkingDays: 2, TellWorkingDays: 2, SeriesWorkingDays: 2,
	EffortKM: 100, EffortTimes: 2, SilenceDays: 14, PowersDays: 5, RecentDays: 365,
	Specialists:   []string{"specialist", "stalking", "champion", "spoc", "single point of contact", "coordinator"},
	Juniors:       []string{"constable", "pc", "dc", "pcso", "call handler", "call-handler"},
	LawfulContact: []string{"creditor", "debt-collector", "debt collector", "bailiff", "enforcement agent", "enforcement-agent", "business", "landlord", "official"},
	Calendar:      (&law.Book{Tables: law.Shipped()}).Calendar(),
}

// SettingsOf are the settings that a book of the law holds on the day of t.
func SettingsOf(b *law.Book, t time.Time) Settings {
	n := func(key string) int { return b.Number("warning-settings", key, "value", t) }
	hours := func(key string) time.Duration { return time.Duration(n(key)) * time.Hour }
	s := Defaults
	s.AssessWithin, s.ImpactWithin, s.CompromiseWithin, s.FindWithin = hours("assess-within"), hours("impact-within"), hours("compromise-within"), hours("find-within")
	s.EscalationFloor, s.EscalationTimes = n("escalation-floor"), n("escalation-times")
	s.NearMetres, s.EffortKM, s.EffortTimes = float64(n("near")), float64(n("effort-distance")), n("effort-times")
	s.WantedLevels = []int{n("wanted-level-2"), n("wanted-level-3"), n("wanted-level-4")}
	s.OfferWorkingDays, s.TellWorkingDays, s.SeriesWorkingDays = n("offer-within"), n("tell-within"), n("series-within")
	s.Calendar = b.Calendar()
	s.SilenceDays, s.PowersDays, s.RecentDays = n("silence"), n("powers-within"), n("recent")
	return s
}

const day = 24 * time.Hour

func (s *Settings) specialist(rank string) bool {
	rank = strings.ToLower(rank)
	return slices.ContainsFunc(s.Specialists, func(w string) bool { return strings.Contains(rank, w) })
}

func (s *Settings) junior(rank string) bool {
	return slices.Contains(s.Juniors, strings.ToLower(strings.TrimSpace(rank)))
}
