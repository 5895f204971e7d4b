package warning

// A rule is one of the twenty. What it says, when it held and how severe it is
// are in rules.csv; what it looks at is here.
type rule struct {
	id       string
	severity Severity // as held on the day that is asked about
	hears    []Kind   // facts that may change its answer; nil: all
	across   bool     // facts of other pairs may too
	answers  []string // subjects of decisions that answer it
	stops    []Step
	raise    func(v *view, r *rule) []finding
}

// rules are in the order of docs/design/early-warnings.md. A rule that needs what
// another found comes after it.
var rules = []rule{courseOfConduct, formerPartner, otherVictims, contactAfterWarning, escalation, fearOrImpact, noCurrentAssessment,
	unlinkedReports, compromise, findNearRoutinePlace, wantedWithOrder, victimPenalised, outsideBodyNotTold, enquiryNotMade,
	noAdvocateOffer, effort, silence, manyVictims, powersNotConsidered, unsafeClosure}

// conducts are the kinds that say what the suspect did and whether that concerns.
var conducts = []Kind{OfIncident, OfReport, OfOrder, OfDecision}

func hearing(more ...Kind) []Kind { return append(append([]Kind{}, conducts...), more...) }

func one(f finding, ok bool) []finding {
	if !ok {
		return nil
	}
	return []finding{f}
}
