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
	FlagConflict        Action = "lock a conflict of interest"
	BreakGlass          Action = "break the glass before another agency’s safety summary"
	ReviewGlass         Action = "review breakings of the glass"
	ManageLocks         Action = "lift a conflict lock"
	ReadRetention       Action = "read what is due for disposal"
	ManageRetention     Action = "say how long reports are kept"
	SetHold             Action = "set a legal hold"
	ProposeDisposal     Action = "propose a disposal"
	CheckDisposal       Action = "check a disposal as second person"
	EraseReports        Action = "erase reports" // the program itself, when two people have said so
	ReadLedger          Action = "read who did and saw what"
	ReadLooks           Action = "read who looked at a person"
	ReadUnusual         Action = "read unusual looking"
	CloseUnusual        Action = "close an item of unusual looking"
	ExplainAccess       Action = "explain what a colleague may do"
	ReadHealth          Action = "read how the system is"
	ManageOwnAccount    Action = "manage one’s own account"
	ReadContacts        Action = "read which contact details are held"
	KeepContact         Action = "keep contact details"
	RevealContact       Action = "reveal a contact detail"
	Replay              Action = "replay a chronology"
	OpenCase            Action = "open a case"
	ReadCase            Action = "read a case"
	WorkCase            Action = "work on a case"
	LeadCase            Action = "lead a case"
	CloseCase           Action = "close or reopen a case"
	ReadLaw             Action = "read the law"
	CorrectLaw          Action = "correct the law"
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
	advising = []Role{Advocate, AdvocacyManager}
	policing = []Role{Officer, Supervisor}
	reaching = slices.Concat(advising, policing) // who may have to reach a victim
	leading  = []Role{Officer, Supervisor, Champion, Advocate, AdvocacyManager, Coordinator}
	joining  = slices.Concat(leading, []Role{Prosecutor, Health, Probation})
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
	{FlagConflict, ledger.Alteration, append([]Role{Custodian}, readers...), false},
	{BreakGlass, ledger.Consultation, []Role{Officer, Supervisor, Champion, Advocate, AdvocacyManager}, true},
	{ReviewGlass, ledger.Alteration, []Role{Auditor, Custodian}, false},
	{ManageLocks, ledger.Alteration, []Role{Custodian}, true},
	{ReadRetention, ledger.Consultation, []Role{RecordsManager, Registrar, Supervisor}, false},
	{ManageRetention, ledger.Alteration, []Role{RecordsManager, Administrator}, true},
	{SetHold, ledger.Alteration, []Role{RecordsManager, Supervisor}, false},
	{ProposeDisposal, ledger.Alteration, []Role{RecordsManager}, false},
	{CheckDisposal, ledger.Alteration, []Role{RecordsManager, Registrar}, true},
	{EraseReports, ledger.Erasure, []Role{}, false},
	{ReadLedger, ledger.Consultation, []Role{Auditor}, false},
	{ReadLooks, ledger.Consultation, []Role{Supervisor, Champion, AdvocacyManager, Auditor}, false},
	{ReadUnusual, ledger.Consultation, []Role{Auditor, Custodian}, false},
	{CloseUnusual, ledger.Alteration, []Role{Auditor, Custodian}, false},
	{ExplainAccess, ledger.Consultation, []Role{Administrator}, false},
	{ReadHealth, ledger.Consultation, []Role{Operator, Administrator, Auditor}, false},
	{ManageOwnAccount, ledger.Alteration, nil, false},
	{ReadContacts, ledger.Consultation, reaching, false},
	{KeepContact, ledger.Alteration, reaching, false},
	{RevealContact, ledger.Consultation, reaching, false},
	{Replay, ledger.Consultation, []Role{Supervisor, Champion, Analyst, Registrar, AdvocacyManager, Coordinator, PanelMember}, false},
	{OpenCase, ledger.Collection, leading, false},
	{ReadCase, ledger.Consultation, joining, false},
	{WorkCase, ledger.Alteration, joining, false},
	{LeadCase, ledger.Alteration, leading, false},
	{CloseCase, ledger.Alteration, []Role{Supervisor, Champion, AdvocacyManager}, false},
	{ReadLaw, ledger.Consultation, everyRole(), false},
	{CorrectLaw, ledger.Alteration, []Role{Administrator}, true},
}

// everyRole is whoever has any role at all.
func everyRole() (all []Role) {
	for _, m := range Roles {
		all = append(all, m.Role)
	}
	return all
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
	Roles []Role // in force
	Pool  Pool   // whose reports may be read together with those of Actor.Agency
	Now   time.Time
}

// An Object is what is asked about.
type Object struct {
	Holder string // the agency that holds it; empty: no single agency does
	Shut   bool   // a conflict lock closes it to whoever asks
	Shared bool   // a contact detail: open to the police of the pool as well as to the holder’s advocates
	Apart  bool   // a case that is there for its team alone, and whoever asks is not on it
}

// Is reports whether the subject has any of some roles in force.
func (s *Subject) Is(roles ...Role) bool {
	return slices.ContainsFunc(s.Roles, func(have Role) bool { return slices.Contains(roles, have) })
}

// MayReach are the two ways to a contact detail: as an advocate of the agency that
// holds it, and, of one that is shared, as police of the pool.
func (s *Subject) MayReach() (asAdvocate, asPolice bool) {
	return s.Is(advising...), s.Is(policing...)
}

func confided(s *Subject, o Object) bool {
	advocate, police := s.MayReach()
	return advocate && s.Agency == o.Holder || police && o.Shared
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
	KeptApart   Reason = "kept apart for a team that whoever asks is not on"
	Confided    Reason = "kept in confidence by the agency that holds it"
	NotTheirs   Reason = "begun by somebody else"
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
	case !s.Is(r.roles...):
		return Decision{Reason: NoRole}
	case o.Holder != "" && !slices.Contains(s.Pool.Agencies, o.Holder):
		return Decision{Reason: OtherAgency, Secret: true}
	case o.Apart:
		return Decision{Reason: KeptApart, Secret: true}
	case a == RevealContact && o.Holder != "" && !confided(s, o):
		return Decision{Reason: Confided, Secret: true}
	case r.fresh && s.Now.Sub(s.Proved) > Fresh:
		return Decision{Reason: NotFresh}
	}
	return Decision{Allowed: true, Reason: ByRole}
}
