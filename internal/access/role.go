package access

import "slices"

// A Role is what somebody's work is. A person may have several, each from a day
// and until a day.
type Role string

// The roles, as agencies use them.
const (
	Analyst         Role = "analyst"
	Registrar       Role = "registrar"
	Champion        Role = "champion"
	Supervisor      Role = "supervisor"
	Officer         Role = "officer"
	CallHandler     Role = "call-handler"
	Advocate        Role = "advocate"
	AdvocacyManager Role = "advocacy-manager"
	Prosecutor      Role = "prosecutor"
	Health          Role = "health"
	Probation       Role = "probation"
	School          Role = "school"
	Coordinator     Role = "coordinator"
	PanelMember     Role = "panel-member"
	Commissioner    Role = "commissioner"
	Custodian       Role = "custodian"
	RecordsManager  Role = "records-manager"
	Auditor         Role = "auditor"
	Administrator   Role = "administrator"
	Operator        Role = "operator"
)

// A Meaning says what a role is, in the words of whoever gives it.
type Meaning struct {
	Role        Role
	Name, Means string
}

// Roles are all roles, in the order a page offers them.
var Roles = []Meaning{
	{CallHandler, "Call handler", "records reports and is told what each is part of"},
	{Officer, "Officer", "records and reads reports, people and patterns"},
	{Supervisor, "Supervisor", "what an officer may do, and confirms decisions"},
	{Champion, "Stalking champion", "reads the worklist and confirms or refuses who is one person; second person on decisions"},
	{Analyst, "Analyst", "takes in extracts, reads the worklist, decides, draws audit samples"},
	{Registrar, "Crime registrar", "decides how courses of conduct should have been recorded; accuracy"},
	{Advocate, "Independent stalking advocate", "records and reads reports of the advocacy service"},
	{AdvocacyManager, "Advocacy manager", "what an advocate may do, and takes in the service’s extracts"},
	{Prosecutor, "Prosecutor", "reads patterns and the reports in them"},
	{Health, "Health practitioner", "records and reads reports of the health service"},
	{Probation, "Probation practitioner", "records and reads reports of the probation service"},
	{School, "School practitioner", "records reports and is told what each is part of"},
	{Coordinator, "Clinic coordinator", "reads the worklist and patterns, to prepare the clinic"},
	{PanelMember, "Scrutiny panel member", "sees no record; finished cases reach the panel without names"},
	{Commissioner, "Commissioner’s analyst", "sees accuracy figures and no record"},
	{Custodian, "Professional standards custodian", "lifts conflict locks, together with one of another agency"},
	{RecordsManager, "Records manager", "says how long reports are kept, sets legal holds, proposes and checks disposals"},
	{Auditor, "Auditor", "reads the record of who did and saw what, and no case"},
	{Administrator, "Administrator", "invites people and gives roles; sees no record"},
	{Operator, "System operator", "sees whether the system is well; sees no record"},
}

// Known reports whether there is such a role.
func (r Role) Known() bool {
	return slices.ContainsFunc(Roles, func(m Meaning) bool { return m.Role == r })
}

// Name is what people call the role.
func (r Role) Name() string {
	for _, m := range Roles {
		if m.Role == r {
			return m.Name
		}
	}
	return string(r)
}
