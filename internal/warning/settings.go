package warning

import (
	"slices"
	"strings"
	"time"
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
}

// Defaults are the settings of a partnership that chose none.
var Defaults = Settings{
	AssessWithin: 24 * time.Hour, EscalationFloor: 3, EscalationTimes: 2, ImpactWithin: 24 * time.Hour, CompromiseWithin: 24 * time.Hour,
	NearMetres: 1000, FindWithin: 4 * time.Hour, WantedLevels: []int{2, 4, 7}, OfferWorkingDays: 2, TellWorkingDays: 2, SeriesWorkingDays: 2,
	EffortKM: 100, EffortTimes: 2, SilenceDays: 14, PowersDays: 5, RecentDays: 365,
	Specialists:   []string{"specialist", "stalking", "champion", "spoc", "single point of contact", "coordinator"},
	Juniors:       []string{"constable", "pc", "dc", "pcso", "call handler", "call-handler"},
	LawfulContact: []string{"creditor", "debt-collector", "debt collector", "bailiff", "enforcement agent", "enforcement-agent", "business", "landlord", "official"},
}

const day = 24 * time.Hour

func (s *Settings) specialist(rank string) bool {
	rank = strings.ToLower(rank)
	return slices.ContainsFunc(s.Specialists, func(w string) bool { return strings.Contains(rank, w) })
}

func (s *Settings) junior(rank string) bool {
	return slices.Contains(s.Juniors, strings.ToLower(strings.TrimSpace(rank)))
}
