package app

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/account/accountweb"
	"clew/internal/agency"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/vault"
	"clew/internal/web"
	"clew/internal/when"
)

// DemoAgency is where most people of the demo work, and what holds its records.
const DemoAgency = "Northmoor Police"

// A part is somebody of the demo to come in as.
type part struct {
	SignIn, Name, Does string
	role               access.Role
}

// companies are the agencies of the demo with their people. All are invented, and
// come in at a click in the demo alone.
var companies = []struct {
	Name  string
	kind  agency.Kind
	parts []part
}{
	{DemoAgency, "police", []part{
		{"priya", "Priya Raman", "Analyst: runs the sweep and reads the worklist", access.Analyst},
		{"tom", "Tom Hollin", "Crime registrar: decides how a course of conduct should be recorded", access.Registrar},
		{"grace", "Grace Adeyinka", "Stalking champion: second person on a decision", access.Champion},
		{"sam", "Sam Keogh", "Call handler: records a report and is told what it is part of", access.CallHandler},
		{"dev", "Dev Marlowe", "Officer: finds people, patterns and contact details", access.Officer},
		{"ruth", "Ruth Kimber", "Supervisor: also answers decisions and sees who looked", access.Supervisor},
		{"owen", "Owen Sharrock", "Professional standards: locks, unusual looking", access.Custodian},
		{"maud", "Maud Lister", "Records manager: how long reports are kept, holds, disposal", access.RecordsManager},
		{"femi", "Femi Bell", "Auditor: reads who did and saw what, and no record", access.Auditor},
		{"nadia", "Nadia Osei", "Administrator: invites people and gives them their work; sees no record", access.Administrator},
	}},
	{"Northmoor Independent Advocacy", "advocacy", []part{
		{"ceri", "Ceri Vaughan", "Advocacy manager: reads what the agencies share", access.AdvocacyManager},
		{"isla", "Isla Moon", "Independent stalking advocate: contact details in confidence", access.Advocate},
		{"bron", "Bronwen Hale", "Custodian: lifts locks together with the police’s", access.Custodian},
	}},
	{"Northmoor Crown Prosecutors", "cps", []part{{"leo", "Leo Whitcombe", "Prosecutor: reads patterns and their reports", access.Prosecutor}}},
	{"St Orrin's Hospitals NHS Trust", "nhs", []part{{"ama", "Ama Darko", "Health practitioner: records a report, finds people", access.Health}}},
	{"Probation Northmoor", "probation", []part{{"kit", "Kit Rowntree", "Probation practitioner: records a report, finds people", access.Probation}}},
	{"Beacon Hill Academy", "school", []part{{"joan", "Joan Tilley", "School practitioner: records a report", access.School}}},
	{"Northmoor Council", "council", []part{{"asif", "Asif Khan", "Clinic coordinator: reads the worklist", access.Coordinator}}},
	{"Northmoor Police and Crime Commissioner", "pcc", []part{{"vera", "Vera Lund", "Commissioner’s analyst: sees figures and no record", access.Commissioner}}},
}

// cast makes the people of the demo, and their agencies.
func (a *App) cast(ctx context.Context) error {
	var parties []string
	for _, c := range companies {
		parties = append(parties, c.Name)
		err := a.Agencies.Add(ctx, access.Program(DemoAgency, "Demo"), agency.Agency{ID: c.Name, Name: c.Name, Kind: c.kind})
		if _, there := errors.AsType[fault.Invalid](err); err != nil && !there {
			return err
		}
	}
	now := a.db.Now()
	_, err := a.Guard.Agree(ctx, access.Program(DemoAgency, "Demo"), access.Agreement{
		Level: access.ReadTogether, Title: "Northmoor stalking partnership", Basis: "Substantial public interest: safeguarding of individuals at risk, and the prevention of unlawful acts (invented)",
		Parties: parties, Since: now.AddDate(0, -1, 0), Review: now.AddDate(0, 11, 0), Until: now.AddDate(2, 11, 0)})
	if _, there := errors.AsType[fault.Invalid](err); err != nil && !there {
		return err
	}
	for _, c := range companies {
		for _, p := range c.parts {
			if err := a.Accounts.Cast(ctx, account.Guest{Name: p.Name, SignIn: p.SignIn, Agency: c.Name, Roles: []access.Role{p.role}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// plays reports whether somebody of the demo signs in as that.
func plays(signIn string) bool {
	for _, c := range companies {
		if slices.ContainsFunc(c.parts, func(p part) bool { return p.SignIn == signIn }) {
			return true
		}
	}
	return false
}

// comeIn opens a session for somebody of the demo.
func (a *App) comeIn(w http.ResponseWriter, r *http.Request) error {
	as := web.Text(r, "as")
	if !plays(as) {
		return fault.NotFound
	}
	signed, err := a.Accounts.ComeIn(r.Context(), as, accountweb.VisitorOf(r))
	if err != nil {
		return err
	}
	accountweb.Enter(w, r, signed)
	return web.See(w, r, web.Going(w, r))
}

// Begin has people of the demo open a few cases and put them to each other, once its
// reports are in: some of it before, some now. The clock is right from then on.
func (a *App) Begin(ctx context.Context) error {
	defer a.catchUp()
	as := map[string]access.Actor{}
	for _, c := range companies {
		for _, p := range c.parts {
			by, err := a.played(ctx, p.SignIn)
			if err != nil {
				return err
			}
			as[p.SignIn] = by
		}
	}
	ruth, isla := as["ruth"], as["isla"]
	pressing, _, err := a.Audit.Worklist(ctx, ruth, recording.Filter{Finding: pattern.NotRecorded}, 0, 12)
	if err != nil {
		return err
	}
	var cases, victims []string
	for i := 0; i < len(pressing) && len(cases) < 4; i++ {
		p := &pressing[i]
		id, err := a.Cases.Open(ctx, ruth, p.Victim, p.Suspect, "From the worklist: several agencies hold reports about the same two people.")
		if errors.Is(err, fault.NotFound) {
			continue // nobody is named
		}
		if err := errors.Join(err, a.Cases.Join(ctx, ruth, id, isla.Account, false)); err != nil {
			return err
		}
		cases, victims = append(cases, id), append(victims, p.Victim)
	}
	if err := a.castBefore(ctx, as, cases); err != nil {
		return err
	}
	a.catchUp()
	day := func(days int) string { return a.db.Now().AddDate(0, 0, days).In(when.London).Format("2/1/2006") }
	for i, id := range cases {
		for _, err := range []error{
			a.Cases.AddTask(ctx, ruth, id, []string{"Ask her how she may be reached safely", "Ask for the call data of the numbers she gave", "Decide whether to apply for a stalking protection order", "Tell her what happens next"}[i], []string{ruth.Account, isla.Account}[i%2], day(i*2-1)),
			a.Cases.Note(ctx, isla, id, "She will speak to us. She asks that nobody rings the house.", true, "consent"),
			a.castDiary(ctx, isla, id, day),
			a.castDocuments(ctx, isla, ruth, id, day),
			a.castFind(ctx, isla, ruth, i+1, id, victims[i], day),
		} {
			if err != nil {
				return err
			}
		}
	}
	return a.castNow(ctx, as, cases)
}

// catchUp puts the clock right.
func (a *App) catchUp() { a.ago.Store(0) }

// played is somebody of the demo at work.
func (a *App) played(ctx context.Context, signIn string) (by access.Actor, err error) {
	err = a.db.Read(ctx, func(v *db.View) error {
		by, err = db.One(ctx, v, func(r db.Row) (x access.Actor, err error) { return x, r.Scan(&x.Account, &x.Agency, &x.Name) },
			`SELECT id, agency, name FROM account_holders WHERE sign_in = $1`, signIn)
		by.Purpose = access.Protect
		return err
	})
	return by, err
}

// castBefore is what was put to other agencies some days ago: one was accepted, one
// declined, and one nobody answered.
func (a *App) castBefore(ctx context.Context, as map[string]access.Actor, cases []string) error {
	sent := []casefile.Sending{
		{Wish: casefile.ToJoin, To: as["kit"].Agency, Basis: "crime", Why: "The suspect is said to be on licence. Please say what its conditions are.", Safety: "The suspect does not know of the reports. Do not raise them."},
		{Wish: casefile.ToJoin, To: as["ama"].Agency, Basis: "consent", Why: "The victim came to the emergency department twice, afraid to go home.", Safety: "A relative of the suspect works on the ward. Speak away from it."},
		{Wish: casefile.ToJoin, To: as["leo"].Agency, Basis: "crime", Why: "Early advice on whether the reports are one course of conduct.", Safety: "None known."},
	}
	for i, id := range cases[:min(len(cases), len(sent))] {
		if err := a.Cases.Refer(ctx, as["ruth"], id, sent[i]); err != nil {
			return err
		}
		page, err := a.Cases.One(ctx, as["ruth"], id, 0, 1)
		if err != nil {
			return err
		}
		switch i {
		case 1:
			err = a.Cases.Accept(ctx, as["ama"], page.Referrals[0].ID, "We can see the victim on Tuesdays.")
		case 2:
			err = a.Cases.Decline(ctx, as["leo"], page.Referrals[0].ID, "There is no interview yet. Send it again once there is.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// castNow is what waits today: a case offered to another agency, and two cases of one
// suspect as a series.
func (a *App) castNow(ctx context.Context, as map[string]access.Actor, cases []string) error {
	ruth := as["ruth"]
	if len(cases) > 3 {
		offer := casefile.Sending{Wish: casefile.ToLead, To: as["ceri"].Agency, Basis: "consent", Why: "Nothing is left for the police to do, and the victim asks to stay with her advocate.", Safety: "Never ring the house. Text between ten and three."}
		ask := casefile.Sending{Wish: casefile.ToJoin, To: as["asif"].Agency, Basis: "safeguarding", Why: "For the next clinic: four agencies hold a part of it.", Safety: "None known."}
		if err := errors.Join(a.Cases.Refer(ctx, ruth, cases[3], offer), a.Cases.Refer(ctx, ruth, cases[2], ask)); err != nil {
			return err
		}
	}
	others, _, err := a.Audit.Worklist(ctx, ruth, recording.Filter{Others: true}, 0, 50)
	if err != nil {
		return err
	}
	for i := range others {
		for j := range others[:i] {
			one, two := &others[j], &others[i]
			if one.Suspect != two.Suspect || one.Victim == two.Victim {
				continue
			}
			first, err := a.Cases.Open(ctx, ruth, one.Victim, one.Suspect, "From the worklist: other people report the same suspect.")
			if errors.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			second, err := a.Cases.Open(ctx, ruth, two.Victim, two.Suspect, "The same suspect, and somebody else who reports it.")
			if err != nil {
				return err
			}
			return a.Cases.Link(ctx, ruth, first, second)
		}
	}
	return nil
}

// castFind has the first case know of a find near where its victim often is, out at sea
// like all places of the demo, and the second and third of one number.
func (a *App) castFind(ctx context.Context, isla, ruth access.Actor, nth int, id, victim string, day func(int) string) error {
	find := casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: day(-1), Kind: incident.Find, Suspect: casefile.Nobody, Acts: []string{"weapon"}, Said: incident.Said{Words: "A walker found a rucksack with a knife and cable ties in the hedge by the lane.", At: "54.3031, -3.9159"}}}
	switch nth {
	case 1:
		if _, err := a.Vault.Keep(ctx, isla, victim, vault.Detail{Kind: "routine", Value: "The stable at the end of the lane, where she keeps a horse", Note: "Early mornings, and all of Sunday", Routine: vault.Routine{Position: "54.3010, -3.9120"}}); err != nil {
			return err
		}
	case 2, 3:
		find.Draft = incident.Draft{Happened: day(-nth), Kind: "call", Suspect: casefile.Nobody, Features: map[string]string{"number": "07700 900461"}, Said: incident.Said{Words: "A call in the night from a number she does not know. Somebody breathed."}}
	default:
		return nil
	}
	_, err := a.Cases.RecordIncident(ctx, ruth, id, find)
	return err
}

// castDiary keeps what the victim of a case told an advocate of, and nobody reported.
func (a *App) castDiary(ctx context.Context, by access.Actor, id string, day func(int) string) error {
	c, _, err := a.Cases.ReadDiary(ctx, by, id, casefile.Diary{})
	if err != nil || len(c.Suspects) == 0 {
		return err
	}
	_, _, err = a.Cases.KeepDiary(ctx, by, id, casefile.Diary{Suspect: c.Suspects[0].ID, Reads: "consent", Paste: id,
		Text: day(-9) + " 22:10 called four times, said nothing\n" + day(-6) + " flowers on the step, no card\n~" + day(-4) + " drove past the house twice\n"})
	return err
}

// castDocuments puts what an advocate and the police were given with a case.
func (a *App) castDocuments(ctx context.Context, advocate, officer access.Actor, id string, day func(int) string) error {
	_, err := a.Cases.PutIn(ctx, advocate, id, casefile.Paper{Words: "Her list of the calls", Reads: "consent"}, "calls.csv", strings.NewReader("when,from,what\n"+day(-9)+" 22:10,number withheld,said nothing\n"+day(-9)+" 22:25,number withheld,breathing\n"))
	if err != nil {
		return err
	}
	_, err = a.Cases.PutIn(ctx, officer, id, casefile.Paper{Words: "Letter asking the phone company for call data", Reads: casefile.Alone}, "letter-to-provider.txt", strings.NewReader("Please send us the call data for the number in this case from "+day(-30)+" to "+day(0)+".\n"))
	return err
}
