package access

import (
	"slices"
	"time"

	"clew/internal/ledger"
)

// An Action is one thing that can be done, named after the use-case.
type Action string

// The actions. Each has a row in the table below; one without is refused.
const (
	FindReports         Action = "find reports"
	ReadReport          Action = "read a report"
	RecordReport        Action = "record a report"
	ImportReports       Action = "take in an extract"
	ReadImports         Action = "read what was taken in"
	FindPeople          Action = "find people"
	ReadPerson          Action = "read a person"
	DecideIdentity      Action = "decide who is one person"
	ReadWorklist        Action = "read the worklist"
	SaveView            Action = "save a view of the worklist"
	ReadPattern         Action = "read a pattern"
	DecideRecording     Action = "decide how a pattern should be recorded"
	AnswerRecording     Action = "answer a decision as second person"
	DrawSample          Action = "draw an audit sample"
	ReadSample          Action = "read an audit sample"
	ReadAccuracy        Action = "read accuracy figures"
	ReadClassifications Action = "read classifications"
	ManageAccounts      Action = "manage the accounts of an agency"
	ManageAgencies      Action = "manage agencies"
	ManageAgreements    Action = "manage information-sharing agreements"
	ManageLocks         Action = "set and lift conflict locks"
	ReadLedger          Action = "read who did and saw what"
	ReadHealth          Action = "read how the system is"
	ManageOwnAccount    Action = "manage one’s own account"
)

// A rule says of an action what it is in law, who may do it, and whether a fresh
// proof of who is asking is wanted (see Fresh).
type rule struct {
	action Action
	verb   ledger.Verb
	roles  []Role // nil: everybody who is signed in
	fresh  bool
}

var (
	readers  = []Role{Officer, Supervisor, Champion, Analyst, Registrar, Advocate, AdvocacyManager, Prosecutor, Health, Probation, Coordinator}
	writers  = []Role{CallHandler, Officer, Supervisor, Champion, Analyst, Registrar, Advocate, AdvocacyManager, Health, Probation, School}
	auditing = []Role{Supervisor, Champion, Analyst, Registrar}
)

// rules is who may do what. It is read with docs/design/access.md beside it; what
// is not here nobody may do.
var rules = []rule{
	{FindReports, ledger.Consultation, readers, false},
	{ReadReport, ledger.Consultation, append([]Role{CallHandler, School}, readers...), false},
	{RecordReport, ledger.Collection, writers, false},
	{ImportReports, ledger.Collection, []Role{Analyst, Registrar, AdvocacyManager}, false},
	{ReadImports, ledger.Consultation, []Role{Analyst, Registrar, AdvocacyManager}, false},
	{FindPeople, ledger.Consultation, readers, false},
	{ReadPerson, ledger.Consultation, readers, false},
	{DecideIdentity, ledger.Combination, []Role{Supervisor, Champion, Analyst, Registrar, AdvocacyManager}, false},
	{ReadWorklist, ledger.Consultation, []Role{Supervisor, Champion, Analyst, Registrar, AdvocacyManager, Prosecutor, Coordinator}, false},
	{SaveView, ledger.Alteration, []Role{Supervisor, Champion, Analyst, Registrar, AdvocacyManager, Coordinator}, false},
	{ReadPattern, ledger.Consultation, readers, false},
	{DecideRecording, ledger.Alteration, auditing, false},
	{AnswerRecording, ledger.Alteration, auditing, false},
	{DrawSample, ledger.Alteration, []Role{Analyst, Registrar}, false},
	{ReadSample, ledger.Consultation, auditing, false},
	{ReadAccuracy, ledger.Consultation, append([]Role{Commissioner}, auditing...), false},
	{ReadClassifications, ledger.Consultation, auditing, false},
	{ManageAccounts, ledger.Alteration, []Role{Administrator}, true},
	{ManageAgencies, ledger.Alteration, []Role{Administrator}, true},
	{ManageAgreements, ledger.Alteration, []Role{Administrator}, true},
	{ManageLocks, ledger.Alteration, []Role{Custodian}, true},
	{ReadLedger, ledger.Consultation, []Role{Auditor}, false},
	{ReadHealth, ledger.Consultation, []Role{Operator, Administrator}, false},
	{ManageOwnAccount, ledger.Alteration, nil, false},
}

func ruleOf(a Action) (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.action == a })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// Fresh is how long a proof of who is asking lasts, for what could do most harm.
const Fresh = 15 * time.Minute

// A Subject is who asks, and what is known of them at that moment.
type Subject struct {
	Actor
	Roles []Role   // in force
	Pool  []string // agencies whose reports may be read together with those of Actor.Agency, that one among them
	Now   time.Time
}

// An Object is what is asked about.
type Object struct {
	Holder string // the agency that holds it; empty: no single agency does
	Shut   bool   // a conflict lock closes it to whoever asks
}

// A Reason says why a decision is as it is. It is for the ledger and for
// administrators; whoever asked is told no more than "not found" or "you may not".
type Reason string

// The reasons.
const (
	ByRole      Reason = "a role allows it"
	OwnAccount  Reason = "everybody may"
	ByProgram   Reason = "the program itself"
	NoRule      Reason = "no rule allows it to anybody"
	NoRole      Reason = "no role in force allows it"
	OtherAgency Reason = "held by an agency with no agreement in force"
	Locked      Reason = "a conflict of interest closes it"
	NotFresh    Reason = "a fresh proof of who is asking is wanted"
)

// A Decision is the answer to whether somebody may do something.
type Decision struct {
	Allowed bool
	Reason  Reason
	Secret  bool // refused, and that it exists is not to be known
}

// Decide says whether s may do a with o. It is pure: the same facts give the same
// answer. What is not allowed is refused, and a lock beats everything.
func Decide(s *Subject, a Action, o Object) Decision {
	r, ok := ruleOf(a)
	switch {
	case !ok:
		return Decision{Reason: NoRule}
	case s.Program:
		return Decision{Allowed: true, Reason: ByProgram}
	case o.Shut:
		return Decision{Reason: Locked, Secret: true}
	case r.roles == nil:
		return Decision{Allowed: true, Reason: OwnAccount}
	case !slices.ContainsFunc(s.Roles, func(have Role) bool { return slices.Contains(r.roles, have) }):
		return Decision{Reason: NoRole}
	case o.Holder != "" && !slices.Contains(s.Pool, o.Holder):
		return Decision{Reason: OtherAgency, Secret: true}
	case r.fresh && s.Now.Sub(s.Proved) > Fresh:
		return Decision{Reason: NotFresh}
	}
	return Decision{Allowed: true, Reason: ByRole}
}
