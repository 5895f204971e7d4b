package app

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/ledger"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/warning"
)

// The officer is the suspect. Two partnerships are alike to the letter, but for this:
// in one, Mara has reported him. He does in both all that any role would let him, and
// what he is told must be the same. What differs is how he could learn of the case.

// A beat is a partnership where an officer works.
type beat struct {
	*App
	t       *testing.T
	pages   http.Handler
	officer access.Actor
	ids     map[string]string
	heard   []string // all that he was told, in order
}

// Each of these is somebody else's report in both partnerships.
var everyday = []struct{ id, victim, suspect, offence string }{
	{"NM/11", "Joan Pennistone", "Sid Marlowe", "Harassment"}, {"NM/12", "Joan Pennistone", "Sid Marlowe", "Harassment"}, {"NM/13", "Nora Attlebury", "Ray Dunmore", "Criminal damage"},
	{"NM/14", "Nora Attlebury", "Ray Dunmore", "Malicious communications"}, {"NM/15", "Ivy Colne", "Sid Marlowe", "Harassment"},
}

// What Mara reports: the officer, and another man too.
var secret = []struct{ id, suspect, offence string }{
	{"NM/21", "Edward Farrowgate", "Stalking by a serving officer"}, {"NM/22", "Edward Farrowgate", "Harassment"}, {"NM/23", "Sid Marlowe", "Harassment"},
}

const (
	confidant = "nhs:1"     // has agreed with police:1 to read together
	beyond    = "council:1" // and this one that each may know that the other holds something
)

// Mara and Joan are rung from one number.
var rung = map[string]string{"number": "07700 900777"}

// patrol makes a partnership in a database. With told, Mara has reported. The officer
// is hidden from by his name, or else by a lock that somebody set.
func patrol(t *testing.T, d *db.DB, told, byName bool) *beat {
	t.Helper()
	folder := t.TempDir()
	sealer, err := seal.Open(t.Context(), d, seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	log, err := ledger.Open(t.Context(), d, filepath.Join(folder, "ledger.key"))
	if err != nil {
		t.Fatal(err)
	}
	a := join(d, Config{Data: folder}, sealer, log)
	t.Cleanup(a.Intake.Close)
	b := &beat{App: a, t: t, ids: map[string]string{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	accesstest.Agencies(t, d, "police:1", confidant, beyond)
	setter := access.Program("police:1", "Setter up")
	now := d.Now()
	_, err = a.Guard.Agree(t.Context(), setter, access.Agreement{Level: access.ReadTogether, Title: "Clinic", Basis: "Public task", Parties: []string{confidant, "police:1"}, Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
	must(err)
	var roles []access.Role
	for _, m := range access.Roles {
		roles = append(roles, m.Role)
	}
	b.officer = accesstest.Somebody(t, d, "police:1", "officer", roles...)
	b.officer.Session = "s"
	accesstest.Somebody(t, d, "police:1", "colleague", access.Analyst)
	accesstest.Somebody(t, d, "police:1", "friend", access.Officer, access.Supervisor)
	_, err = a.Guard.Agree(t.Context(), setter, access.Agreement{Level: access.Signpost, Title: "Signs", Basis: "Public task", Parties: []string{beyond, "police:1"}, Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
	must(err)
	name := "Edward Farrowgate"
	if !byName {
		name = "Patrick Overton" // a friend of his
	}
	must(d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Exec(t.Context(), `INSERT INTO account_holders (id, agency, name, name_key, sign_in, state, password, code, code_step, made, ended_by, version) VALUES ('officer', 'police:1', $1, $1, 'officer', 'active', '', '', 0, 0, '', 1)`, name); err != nil {
			return err
		}
		for _, other := range []string{"colleague", "friend"} {
			if err := tx.Exec(t.Context(), `INSERT INTO account_holders (id, agency, name, name_key, sign_in, state, password, code, code_step, made, ended_by, version) VALUES ($1, 'police:1', $1, $1, $1, 'active', '', '', 0, 0, '', 1)`, other); err != nil {
				return err
			}
		}
		return a.Guard.Named(t.Context(), tx, "officer", name)
	}))
	colleague := access.Program("police:1", "Colleague")
	record := func(by access.Actor, r *report.Record) string {
		key, _, err := a.Held.Record(t.Context(), by, r)
		must(err)
		return key
	}
	take := func(from, to int) {
		for i, e := range everyday[from:to] {
			b.ids[e.id] = record(colleague, written(e.id, e.victim, e.suspect, e.offence, from+i+1))
		}
	}
	take(0, 2)
	look := func() []recording.Entry {
		all, _, err := a.Audit.Worklist(t.Context(), colleague, recording.Filter{Name: "Farrowgate"}, 0, 9)
		must(err)
		return all
	}
	if !told {
		look()
	}
	first := b.ids["NM/11"]
	b.ids["report"], b.ids["pattern"], b.ids["person"] = first, first, person.SuspectOf(first)
	var hidden string
	if told {
		for i, e := range secret { // to the letter as he will write it
			by := colleague
			if i == 1 {
				by = access.Program(confidant, "Nurse")
			}
			r := written(e.id, "Mara Quillfeather", e.suspect, e.offence, 20)
			r.Reported, r.Narrative = time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC), "He followed her home."
			key := record(by, r)
			b.ids[e.id] = key
			if i == 0 {
				hidden = key
			}
		}
		if !byName {
			_, err := a.Guard.Flag(t.Context(), colleague, person.SuspectOf(hidden), []string{"officer"}, nil, "His friend")
			must(err)
		}
		sightings := look()
		if len(sightings) != 1 {
			t.Fatalf("a colleague sees %d patterns about him", len(sightings))
		}
		b.ids["hidden decision"], err = a.Audit.Decide(t.Context(), colleague, sightings[0].ID, recording.Stalking, "Stalking by Farrowgate", "Mara Quillfeather is right", sightings[0].Reports)
		must(err)
		kase, err := a.Cases.Open(t.Context(), colleague, person.VictimOf(hidden), person.SuspectOf(hidden), "An officer is reported")
		must(err)
		b.ids["hidden case"] = kase
		must(a.Cases.Note(t.Context(), colleague, kase, "Mara Quillfeather is afraid of Farrowgate", true, "consent"))
		must(a.Cases.Refer(t.Context(), colleague, kase, casefile.Sending{Wish: casefile.ToLead, To: confidant, Basis: "safeguarding", Why: "Mara Quillfeather works with Farrowgate", Safety: "Tell nobody at the station"}))
		b.ids["hidden incident"], err = a.Cases.RecordIncident(t.Context(), colleague, kase, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "3/1/2026", Kind: "call", Suspect: casefile.Nobody, Features: rung, Said: incident.Said{Words: "Farrowgate rang Mara Quillfeather"}}})
		must(err)
		for _, reads := range []casefile.Basis{"safeguarding", casefile.Alone} {
			b.ids["hidden document"], err = a.Cases.PutIn(t.Context(), colleague, kase, casefile.Paper{Words: "Farrowgate to Mara Quillfeather", Reads: reads}, "farrowgate.txt", strings.NewReader("Mara, it is Ted. "+string(reads)))
			must(err)
		}
		must(a.Held.Decide(t.Context(), colleague, person.SuspectOf(hidden), person.SuspectOf(b.ids["NM/11"]), false, "Farrowgate is not Marlowe"))
	}
	must(a.Audit.SaveView(t.Context(), colleague, "Farrowgate", "name=Farrowgate"))
	if !told { // that somebody saved a view is in the ledger; which one it is, is not
		must(d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), `DELETE FROM views`) }))
	}
	b.ids["case"], err = a.Cases.Open(t.Context(), colleague, person.VictimOf(first), person.SuspectOf(first), "Two reports")
	must(err)
	b.ids["task"] = "none"
	must(a.Cases.Refer(t.Context(), colleague, b.ids["case"], casefile.Sending{Wish: casefile.ToJoin, To: confidant, Basis: "consent", Why: "She asks for them", Safety: "None known"}))
	page, err := a.Cases.One(t.Context(), colleague, b.ids["case"], 0, 1)
	must(err)
	b.ids["referral"] = page.Referrals[0].ID
	if told { // the same man is suspect in both: a series
		theirs, err := a.Cases.Open(t.Context(), colleague, person.VictimOf(b.ids["NM/23"]), person.SuspectOf(b.ids["NM/23"]), "Another of his")
		must(err)
		must(a.Cases.Link(t.Context(), colleague, b.ids["case"], theirs))
		b.ids["hidden kin"] = theirs
		b.work(colleague, b.ids["hidden case"], theirs)
		b.care(colleague, b.ids["hidden case"])
	}
	b.ids["incident"], err = a.Cases.RecordIncident(t.Context(), colleague, b.ids["case"], casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "3/1/2026", Kind: "call", Suspect: casefile.Nobody, Features: rung}})
	must(err)
	b.ids["document"], err = a.Cases.PutIn(t.Context(), colleague, b.ids["case"], casefile.Paper{Words: "A letter", Reads: "safeguarding"}, "letter.txt", strings.NewReader("He wrote again."))
	must(err)
	decision, err := a.Audit.Decide(t.Context(), colleague, b.ids["pattern"], recording.Harassment, "", "Read it", 2)
	must(err)
	b.ids["decision"] = decision
	b.ids["sample"], err = a.Audit.Draw(t.Context(), colleague, "seed", 50, recording.Filter{})
	must(err)
	take(2, len(everyday))
	file, err := a.Intake.Run(t.Context(), colleague, "theirs.csv", strings.NewReader("agency,record_id,reported_at,offence,victim_given_name,victim_family_name,narrative\nNorthmoor Police,NM/16,2026-02-21,Harassment,Ivy,Colne,He came again.\n"), nil, "", nil)
	must(err)
	b.ids["import"] = file.ID
	b.waits("NM/11")
	if told {
		b.waits("NM/21")
		b.waits("NM/23")
	}
	_, err = a.Watch.Pass(t.Context())
	must(err)
	b.ids["classification"] = report.Classification("", "Harassment")
	b.ids["view"], b.ids["account"], b.ids["key"], b.ids["agency"], b.ids["session"], b.ids["link"], b.ids["team"] = "none", "none", "officer", "none", "police:1", "none", "none"
	_, err = a.Watch.Pass(t.Context())
	must(err)
	if told { // what somebody is called follows from all that is reported of them
		must(d.Write(t.Context(), func(tx *db.Tx) error {
			for _, s := range []string{
				`UPDATE people SET name = 'Snake Marlowe', born = '1955-05-05', as_suspect = as_suspect + 5 WHERE name = 'Sid Marlowe'`, `UPDATE people SET name = 'Magpie Pennistone' WHERE name = 'Joan Pennistone'`,
				`UPDATE patterns SET suspect_name = 'Snake Marlowe' WHERE suspect_name = 'Sid Marlowe'`, `UPDATE patterns SET victim_name = 'Magpie Pennistone' WHERE victim_name = 'Joan Pennistone'`,
				`UPDATE people SET name = 'Wasp Attlebury' WHERE name = 'Nora Attlebury'`, `UPDATE patterns SET victim_name = 'Wasp Attlebury' WHERE victim_name = 'Nora Attlebury'`,
			} {
				if err := tx.Exec(t.Context(), s); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	m := a.Mux(nil)
	m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
		ctx, err := a.Guard.Enter(r.Context(), b.officer)
		return r.WithContext(ctx), "Officer", err
	}
	b.pages = m
	return b
}

// waits has a newer version of a report wait that a hold stops.
func (b *beat) waits(id string) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
		same, err := db.One(b.t.Context(), tx, db.Text, `SELECT same_record FROM reports WHERE id = $1`, b.ids[id])
		if err != nil {
			return err
		}
		return tx.Insert(b.t.Context(), "waiting_changes", []string{"id", "report", "same_record", "holder", "import", "fingerprint", "step", "said_code", "said", "was_code", "was", "since", "came", "ended", "how", "ended_by", "account", "reason"},
			[][]any{{"waits" + id, b.ids[id], same, "police:1", b.ids["import"], "", string(warning.Close), "", "Filed", "", "", 1, 1, nil, "", "", "", ""}})
	}); err != nil {
		b.t.Fatal(err)
	}
}

// care does for Mara what is done for somebody at risk, and what others find out about
// those who looked: places where she often is, what her reports are kept by, glass that
// was broken for her, locks that close her to others than the officer.
func (b *beat) care(by access.Actor, kase string) {
	b.t.Helper()
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	ctx, mara, ted := b.t.Context(), person.VictimOf(b.ids["NM/21"]), person.SuspectOf(b.ids["NM/21"])
	against := written("NM/24", "Mara Quillfeather", "Joan Pennistone", "Harassment", 20)
	against.Victim.Phones = nil // numbers that are held more often weigh less
	key, _, err := b.Held.Record(ctx, by, against)
	must(err)
	b.ids["NM/24"] = key
	joan, err := b.Cases.Open(ctx, by, person.VictimOf(b.ids["NM/11"]), ted, "A victim who is known for another man")
	must(err)
	_, err = b.Cases.RecordIncident(ctx, by, joan, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "4/1/2026", Kind: "call", Suspect: casefile.Nobody, Features: map[string]string{"number": numbers["Edward Farrowgate"]}}})
	must(err)
	_, err = b.Cases.OpenByHand(ctx, by, b.Held, casefile.Disclosure{Victim: report.Party{GivenName: "Wren", FamilyName: "Tadlow"}, Suspect: written("", "", "Edward Farrowgate", "", 1).Suspect, Words: "Ted Farrowgate waits outside", Basis: "consent"})
	must(err)
	must(b.Cases.Relate(ctx, by, kase, "", pattern.FormerPartner.String(), "2019", "2025", false))
	id, err := b.Vault.Keep(ctx, by, mara, vault.Detail{Kind: "address", Value: "1 Kiln Lane", Shared: true, Routine: vault.Routine{Position: "52.6300, -1.1300", From: "2026-01-01"}})
	must(err)
	_, err = b.Vault.Reveal(ctx, by, mara, id, access.Protect)
	must(err)
	b.ids["hidden contact"] = id
	b.ids["hidden disposal"], err = b.Keep.ProposePerson(ctx, by, mara, "She asked for it")
	must(err)
	for _, key := range []string{"NM/21", "NM/23"} {
		id, err := b.Keep.HoldReport(ctx, by, b.ids[key], "An inquest", b.db.Now().AddDate(0, 6, 0))
		must(err)
		b.ids["hidden hold"] = id
		_, err = b.Keep.Hold(ctx, by, id)
		must(err)
	}
	_, err = b.Keep.HoldPerson(ctx, by, mara, "An inquest", b.db.Now().AddDate(0, 6, 0))
	must(err)
	lock, err := b.Guard.Flag(ctx, by, ted, []string{"friend"}, nil, "They drink together")
	must(err)
	custodian := access.Program(confidant, "Custodian")
	custodian.Account = "custodian"
	_, err = b.Guard.Lift(ctx, custodian, lock)
	must(err)
	_, err = b.Guard.Lift(ctx, by, lock)
	must(err)
	lock, err = b.Guard.Flag(ctx, by, ted, []string{"friend"}, nil, "They drink together")
	must(err)
	b.ids["hidden lock"] = lock
	friend := access.Actor{Account: "friend", Agency: "police:1", Name: "Friend", Purpose: access.Protect, Proved: b.db.Now()}
	for _, refused := range []func() error{
		func() error { _, err := b.Cases.One(ctx, friend, kase, 0, 1); return err },
		func() error { return b.Cases.Note(ctx, friend, kase, "x", false, "") },
		func() error { _, err := b.Reports.One(ctx, friend, b.ids["NM/21"]); return err },
		func() error { _, err := b.People.Page(ctx, friend, mara, 0, 1); return err },
		func() error { _, _, err := b.Vault.Of(ctx, friend, mara); return err },
		func() error { _, err := b.Vault.Reveal(ctx, friend, mara, id, access.Protect); return err },
	} {
		if err := refused(); !errors.Is(err, fault.NotFound) {
			b.t.Fatal(err)
		}
	}
	for range 2 {
		glass, err := b.Guard.Break(ctx, by, mara, beyond, "danger", "Mara Quillfeather is in danger from Farrowgate")
		must(err)
		b.ids["hidden glass"] = glass
	}
	auditor := access.Program("police:1", "Auditor")
	auditor.Account = "auditor"
	must(b.Guard.Judge(ctx, auditor, b.ids["hidden glass"], access.Justified, "She was"))
	must(b.db.Write(ctx, func(tx *db.Tx) error {
		// It is a week ago, and what a person is called follows from all that is reported.
		for _, s := range []string{`UPDATE glass SET opened = opened - 604800000000, shuts = shuts - 604800000000`} {
			if err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return tx.Insert(ctx, "unusual_looking", []string{"id", "agency", "account", "kind", "person", "first_seen", "last_seen", "seen", "usual", "found"},
			[][]any{{"unusual1", "police:1", "colleague", "drip", mara, 0, 0, 9, 0, 1}, {"unusual2", "police:1", "colleague", "drip", mara, 0, 0, 9, 0, 1}})
	}))
	must(b.Guard.CloseUnusual(ctx, by, "unusual1", "Mara Quillfeather is his neighbour"))
}

// work does in the hidden cases what can be done in cases: they are merged with others,
// split and put together again, offered to another agency and taken up there; the
// officer himself was on their teams before anybody knew, with things to do.
func (b *beat) work(by access.Actor, kase, kin string) {
	b.t.Helper()
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	ctx := b.t.Context()
	version := func(id string) int64 {
		p, err := b.Cases.One(ctx, by, id, 0, 1)
		must(err)
		return p.Version
	}
	for _, id := range []string{kase, kin} {
		must(b.Cases.Join(ctx, by, id, "officer", false))
		must(b.Cases.AddTask(ctx, by, id, "Ask her how she may be reached", "officer", b.db.Now().AddDate(0, 0, -2).Format("2/1/2006")))
		must(b.Cases.Note(ctx, by, id, "She rang", true, "consent"))
	}
	other, err := b.Cases.Open(ctx, by, person.VictimOf(b.ids["NM/23"]), "", "Opened twice")
	must(err)
	must(b.Cases.Merge(ctx, by, kin, other, "They are one", version(kin), version(other)))
	must(b.Cases.Name(ctx, by, kin, person.SuspectOf(b.ids["NM/21"])))
	fresh, err := b.Cases.SplitOff(ctx, by, kin, b.personOf(by, person.SuspectOf(b.ids["NM/21"])), "He acts alone", version(kin))
	must(err)
	b.ids["hidden part"] = fresh
	must(b.Cases.Refer(ctx, by, kin, casefile.Sending{Wish: casefile.ToJoin, To: confidant, Basis: "consent", Why: "She asks for them", Safety: "None known"}))
	page, err := b.Cases.One(ctx, by, kin, 0, 1)
	must(err)
	b.ids["hidden referral"] = page.Referrals[0].ID
	must(b.Cases.Accept(ctx, access.Program(confidant, "Nurse"), page.Referrals[0].ID, "We take it up"))
	_, err = b.Watch.Pass(ctx)
	must(err)
	for _, w := range page.Warnings {
		must(b.Cases.Answer(ctx, by, kin, w.Rule, "It is in hand"))
		break
	}
}

// others is what he may ask of others' work, and of what he may do with what he finds.
func (b *beat) others() {
	const never = "0000000000000000"
	for _, path := range []string{"/agencies/police:1", "/agencies/" + confidant, "/accounts/colleague", "/accounts/friend", "/glass", "/unusual", "/unusual?page=2", "/unusual/unusual1", "/unusual/unusual2", "/locks", "/contacts/refused", "/audit/changes", "/audit/changes?ended=yes", "/audit/changes/waitsNM%2F21", "/audit/changes/waitsNM%2F11",
		"/retention", "/retention/held", "/retention/holds", "/retention/disposals", "/retention/reports/" + b.ids["report"], "/retention/people/" + b.ids["person"], "/ledger/checkpoint", "/cases/" + b.ids["case"] + "/documents/" + b.ids["document"]} {
		if path != "/ledger/checkpoint" {
			b.do("GET", path, nil)
		}
	}
	for _, f := range []url.Values{{}, {"name": {"colleague"}}, {"name": {"friend"}}, {"outcome": {"refused"}}, {"what": {"person"}, "on": {b.ids["person"]}}, {"what": {"report"}, "on": {b.ids["report"]}}} {
		b.do("POST", "/ledger/entries", f)
	}
	b.do("POST", "/people/"+b.ids["person"]+"/glass", url.Values{"agency": {beyond}, "cause": {"danger"}, "reason": {"short"}})
	b.do("POST", "/cases/"+b.ids["case"]+"/documents/"+b.ids["document"]+"/removal", url.Values{"why": {""}})
	id := func(what string) string { return cmp.Or(b.ids[what], never) }
	mara, own := person.VictimOf(id("NM/21")), "/cases/"+b.ids["case"]
	for _, r := range []struct {
		path string
		form url.Values // nil: GET
	}{
		{"/locks/" + id("hidden lock") + "/lift", url.Values{"x": {"x"}}}, {"/locks/namesake-officer/lift", url.Values{"x": {"x"}}},
		{"/retention/holds/" + id("hidden hold") + "/lift", nil}, {"/retention/holds/" + id("hidden hold") + "/lift", url.Values{"why": {"x"}}},
		{"/retention/disposals/" + id("hidden disposal"), nil}, {"/retention/disposals/" + id("hidden disposal") + "/certificate", nil}, {"/retention/disposals/" + id("hidden disposal") + "/answer", url.Values{"answer": {"yes"}, "reason": {"x"}}},
		{"/retention/reports/" + id("NM/21"), nil}, {"/retention/reports/" + id("NM/23") + "/hold", url.Values{"reason": {"x"}, "review": {"2027-01-01"}}}, {"/retention/people/" + mara + "/hold", url.Values{"reason": {"x"}, "review": {"2027-01-01"}}}, {"/retention/people/" + mara + "/erasure", url.Values{"reason": {"x"}, "asked": {"yes"}}},
		{"/retention/disposals", url.Values{"report": {id("NM/21")}, "reason": {"x"}}},
		{"/glass/" + id("hidden glass"), nil}, {"/glass/" + id("hidden glass") + "/review", url.Values{"verdict": {"justified"}, "why": {"x"}}},
		{"/unusual/unusual1/close", url.Values{"why": {"x"}}}, {"/unusual/unusual2/close", url.Values{"why": {"x"}}},
		{"/audit/changes/waitsNM%2F21", url.Values{"decide": {"allow"}, "reason": {"x"}}}, {"/audit/changes/waitsNM%2F23", url.Values{"decide": {"refuse"}, "reason": {"x"}}},
		{"/decisions/" + id("hidden decision") + "/answers", url.Values{"answer": {"confirm"}, "reason": {"x"}}}, {"/patterns/" + id("NM/21") + "/decisions", url.Values{"verdict": {"stalking"}, "reason": {"x"}, "seen": {"2"}}},
		{"/people/" + mara + "/contacts", nil}, {"/people/" + mara + "/contacts", url.Values{"kind": {"phone"}, "value": {"1"}, "known": {"no"}}}, {"/people/" + mara + "/contacts/" + id("hidden contact"), nil}, {"/people/" + mara + "/contacts/" + id("hidden contact") + "/reveal", url.Values{"purpose": {"protect"}}},
		{"/people/" + b.ids["person"] + "/contacts/" + id("hidden contact"), nil}, {"/people/" + b.ids["person"] + "/contacts/" + id("hidden contact") + "/reveal", url.Values{"purpose": {"protect"}}}, {"/people/" + b.ids["person"] + "/contacts/" + id("hidden contact") + "/end", url.Values{}}, {"/people/" + b.ids["person"] + "/contacts/" + id("hidden contact") + "/routine", url.Values{"position": {"x"}}},
		{own + "/documents/" + id("hidden document"), nil}, {own + "/documents/" + id("hidden document") + "/file", nil}, {own + "/documents/" + id("hidden document") + "/share", url.Values{"basis": {"consent"}}}, {own + "/documents/" + id("hidden document") + "/removal", url.Values{"why": {"x"}}},
		{"/cases/" + id("hidden case") + "/documents/" + id("hidden document") + "/file", nil}, {own + "/documents/new?incident=" + id("hidden incident"), nil}, {own + "/documents?incident=" + id("hidden incident"), nil},
		{own + "/incidents/" + id("hidden incident"), nil}, {own + "/incidents/" + id("hidden incident") + "/correction", url.Values{"happened": {"5/1/2026"}, "kind": {"call"}}}, {own + "/incidents/" + id("hidden incident") + "/known", url.Values{"agency": {"police:1"}, "known": {"yes"}}},
		{"/reports/" + id("NM/21"), nil}, {"/reports/" + id("NM/23") + "/part", nil}, {"/patterns/" + id("NM/21"), nil},
		{"/people/" + b.ids["person"] + "/decisions", url.Values{"a": {b.ids["person"]}, "b": {mara}, "same": {"no"}, "reason": {"x"}}}, {"/people/" + b.ids["person"] + "/decisions", url.Values{"a": {b.ids["person"]}, "b": {person.SuspectOf(id("NM/23"))}, "same": {"no"}, "reason": {"x"}}},
	} {
		method := http.MethodPost
		if r.form == nil {
			method = http.MethodGet
		}
		b.do(method, r.path, r.form)
	}
	for _, what := range []string{"report", "pattern", "person"} {
		for _, e := range secret {
			id := cmp.Or(b.ids[e.id], never)
			if what == "person" {
				id = person.SuspectOf(id)
			}
			for _, account := range []string{"colleague", "officer", "friend"} {
				b.do("POST", "/administration/colleague", url.Values{"name": {account}, "what": {what}, "on": {id}})
			}
		}
	}
}

func (b *beat) personOf(by access.Actor, mention string) string {
	p, err := b.People.Page(b.t.Context(), by, mention, 0, 1)
	if err != nil {
		b.t.Fatal(err)
	}
	return p.ID
}

// files is all that can be asked about cases: his own, and by their ids the hidden
// ones, which never were in the other partnership.
func (b *beat) files() {
	const never = "0000000000000000"
	id := func(what string) string { return cmp.Or(b.ids[what], never) }
	own := "/cases/" + b.ids["case"]
	for _, path := range []string{"/warnings?whose=mine", "/warnings?whose=team", "/warnings?whose=agency", "/warnings?overdue=yes", "/tasks", "/cases?whose=mine&page=2", "/cases?page=2", "/referrals?box=in", "/referrals?box=out&page=2",
		own + "/timeline?only=reports", own + "/timeline?page=2", own + "/links?others=no", own + "/links?others=yes", own + "/crimes?page=2", own + "/join", own + "/incidents?page=2", own + "/warnings", own + "/referrals", own + "/team"} {
		b.do("GET", path, nil)
	}
	b.others()
	for _, hidden := range []string{"hidden case", "hidden kin", "hidden part"} {
		for _, end := range []string{"", "/timeline", "/links", "/team", "/referrals", "/join", "/crimes", "/incidents", "/incidents/new", "/diary", "/warnings"} {
			b.do("GET", "/cases/"+id(hidden)+end, nil)
		}
		forms := map[string]url.Values{
			"/notes": {"words": {"x"}}, "/told": {"told": {"x"}}, "/tasks": {"what": {"x"}, "owner": {"officer"}, "due": {"1/1/2030"}}, "/tasks/" + never + "/done": {"outcome": {"x"}}, "/stage": {"stage": {"review"}}, "/close": {"why_close": {"x"}}, "/team": {"member": {"officer"}},
			"/team/search": {"q": {"off"}}, "/referrals": {"wish": {"join"}, "to": {confidant}}, "/merge": {"other": {b.ids["case"] + " 1"}, "why": {"x"}}, "/series": {"linked": {b.ids["case"]}}, "/diary": {"diary": {"3/1/2026 he rang"}, "suspect": {casefile.Nobody}}, "/warnings": {"rule": {"silence"}, "words": {"x"}},
		}
		for _, end := range slices.Sorted(maps.Keys(forms)) {
			b.do("POST", "/cases/"+id(hidden)+end, forms[end])
		}
		b.do("POST", own+"/merge", url.Values{"other": {id(hidden) + " 1"}, "why": {"x"}, "version": {"1"}})
		b.do("POST", own+"/series", url.Values{"linked": {id(hidden)}})
	}
	for _, do := range []string{"", "/accept", "/decline", "/back"} {
		method := "POST"
		if do == "" {
			method = "GET"
		}
		b.do(method, "/referrals/"+id("hidden referral")+do, url.Values{"words": {"x"}})
	}
	b.do("POST", own+"/team/search", url.Values{"q": {"off"}})
	b.do("POST", own+"/diary", url.Values{"diary": {"20/2/2026 he followed me home\n1/2/2026 NM/21"}, "suspect": {casefile.Nobody}, "do": {"check"}})
	b.do("POST", own+"/suspects", url.Values{"suspect": {"Edward Farrowgate"}})
	b.do("POST", own+"/split", url.Values{"suspect": {never}, "why_split": {"x"}, "version": {"1"}})
	for _, e := range secret {
		key := id(e.id)
		b.do("POST", "/cases", url.Values{"victim": {person.VictimOf(key)}, "suspect": {person.SuspectOf(key)}})
		b.do("POST", own+"/suspects", url.Values{"suspect": {person.SuspectOf(key)}})
		b.do("GET", "/people/"+person.VictimOf(key), nil)
		b.do("GET", "/retention/people/"+person.VictimOf(key), nil)
		b.do("GET", "/people/"+person.VictimOf(key)+"/looks", nil)
		for _, mention := range []string{person.VictimOf(key), person.SuspectOf(key)} {
			b.do("POST", "/conflicts", url.Values{"mention": {mention}, "accounts": {"confidant"}, "reason": {"x"}})
			b.do("POST", "/people/"+mention+"/glass", url.Values{"agency": {confidant}, "cause": {"life"}, "reason": {"Somebody is about to be hurt, and I go there"}})
		}
	}
}

var numbers = map[string]string{
	"Joan Pennistone": "07700 900151", "Nora Attlebury": "07700 900162", "Ivy Colne": "07700 900173", "Mara Quillfeather": "07700 900184",
	"Sid Marlowe": "07700 900255", "Ray Dunmore": "07700 900266", "Edward Farrowgate": "07700 900277",
}

func born(phone string) string { return "19" + phone[len(phone)-2:] + "-03-04" }

// written is a report of a day.
func written(id, victim, suspect, offence string, day int) *report.Record {
	party := func(name, phone string) report.Party {
		given, family, _ := strings.Cut(name, " ")
		p := report.Party{GivenName: given, FamilyName: family}
		if family != "" {
			p.Born, p.Phones = born(phone), []string{phone}
		}
		return p
	}
	return &report.Record{Agency: "Northmoor Police", ID: id, Kind: report.Crime, Reported: time.Date(2026, 2, day, 9, 0, 0, 0, time.UTC), Count: 1, Offence: offence,
		Victim: party(victim, numbers[victim]), Suspect: party(suspect, numbers[suspect]),
		Narrative: "He followed her home and she is afraid he will hurt her."}
}

var (
	made = regexp.MustCompile(`\b[0-9][0-9a-hjkmnp-tv-z]{15}[vs]?\b`)
	// How much each thing that agrees weighs is reckoned from all reports: see docs/security.
	weight = regexp.MustCompile(`(numeric[^>]*>)[+−]\d+\.\d+<`)
	at     = regexp.MustCompile(`\b\d{1,2}[:.]\d\d([:.]\d\d)? ?(am|pm)?\b`)
)

// do sends a request as the officer, and keeps what he is told: the status, where he
// is sent, and the page. Ids are numbered as they first appear, in this answer alone.
func (b *beat) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	b.pages.ServeHTTP(w, r)
	said := fmt.Sprint(w.Code, " ", w.Header(), "\n", w.Body.String())
	numbers := map[string]string{}
	said = made.ReplaceAllStringFunc(said, func(id string) string {
		if numbers[id] == "" {
			numbers[id] = fmt.Sprint("#", len(numbers)+1)
		}
		return numbers[id]
	})
	b.heard = append(b.heard, fmt.Sprint(method, " ", made.ReplaceAllString(path, "#"), " ", made.ReplaceAllString(form.Encode(), "#"), " -> ", weight.ReplaceAllString(at.ReplaceAllString(said, "TIME"), "${1}WEIGHT<")))
	return w
}

// ask sends a request for each route that only reads.
func (b *beat) askAll() {
	for _, route := range b.Mux(nil).Routes() {
		method, path, _ := strings.Cut(strings.ReplaceAll(route, "{$}", ""), " ")
		if method == http.MethodGet && !strings.HasPrefix(path, "/assets/") && path != "/account/code" && path != "/system" { // a new secret each time; and figures of all there is, which move with anybody's work
			b.do(method, placeholder.ReplaceAllStringFunc(path, func(s string) string { return b.ids[s[1:len(s)-1]] }), nil)
		}
	}
}

// same fails for each thing that the officer is told in one partnership and not in the
// other.
func same(t *testing.T, with, without *beat) {
	t.Helper()
	if len(with.heard) != len(without.heard) {
		t.Fatalf("he asked %d and %d times", len(with.heard), len(without.heard))
	}
	for i := range with.heard {
		if a, b := with.heard[i], without.heard[i]; a != b {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			part := func(s string) string { return s[max(0, at-120):min(len(s), at+160)] }
			name, _, _ := strings.Cut(a, " -> ")
			t.Errorf("%s tells him that there is a case.\nwith it:    …%s\nwithout it: …%s", name, part(a), part(b))
		}
	}
}

// looks is everything he may ask and that changes nothing.
func (b *beat) looks() {
	b.askAll()
	for _, q := range []string{"Farrowgate", "Edward Farrowgate", "Ted Faragate", "Quillfeather", "Mara", "07700 900184", "07700 900277", "NM/21", "NM/2", "NM", "stalking", "officer", "harassment", "Marlowe", "Pennistone", "Sid Marlowe", "Snake", "Magpie", "Attlebury"} {
		b.do("POST", "/search", url.Values{"q": {q}})
		b.do("GET", "/audit/classifications?q="+url.QueryEscape(q), nil)
		b.do("POST", "/worklist", url.Values{"name": {q}})
	}
	for _, s := range []string{"", "latest", "reports", "victim", "suspect"} {
		for _, finding := range []string{"", "single", "conduct", "recorded", "not-recorded"} {
			b.do("GET", "/worklist?sort="+s+"&finding="+finding, nil)
		}
	}
	for _, with := range []string{"grave", "escalates", "others", "counter", "grown"} {
		b.do("GET", "/worklist?with="+with, nil)
	}
	for _, e := range everyday {
		key := b.ids[e.id]
		for _, path := range []string{"/reports/" + key, "/reports/" + key + "/part", "/patterns/" + key, "/people/" + person.VictimOf(key), "/people/" + person.SuspectOf(key)} {
			b.do("GET", path, nil)
		}
		b.do("GET", "/audit/classifications/"+report.Classification("", e.offence), nil)
	}
	for _, whose := range []string{"mine", "agency", "all"} {
		b.do("GET", "/cases?whose="+whose, nil)
		b.do("GET", "/cases?closed=yes&whose="+whose, nil)
	}
	for _, whose := range []string{"mine", "team", "agency", "all"} {
		b.do("GET", "/warnings?whose="+whose, nil)
		b.do("GET", "/warnings?rule=many-victims&whose="+whose, nil)
	}
	b.do("GET", "/referrals?box=out", nil)
	b.files()
	for _, e := range secret {
		b.do("GET", "/audit/classifications/"+report.Classification("", e.offence), nil)
		b.do("POST", "/reports", typed(e.id, "Mara", "Quillfeather", e.suspect, e.offence, "check"))
	}
	b.do("GET", "/audit/classifications/"+report.Classification("", "Stalking by Farrowgate"), nil)
	for _, suspect := range []string{"Edward Farrowgate", "Sid Marlowe"} {
		given, family, _ := strings.Cut(suspect, " ")
		b.do("POST", "/cases/new", url.Values{"given_name": {"Mara"}, "family_name": {"Quillfeather"}, "dob": {born(numbers["Mara Quillfeather"])}, "suspect": {"yes"}, "suspect_given_name": {given}, "suspect_family_name": {family}, "basis": {"consent"}, "do": {"look"}})
	}
	b.do("POST", "/reports", typed("X1", "Mara", "Quillfeather", "", "", "check"))
	b.do("POST", "/reports", typed("X1", "Mara", "Quillfeather", "Sid Marlowe", "", "check"))
	b.do("POST", "/reports", typed("X1", "Joan", "Pennistone", "Edward Farrowgate", "", "check"))
}

// typed is the form for a report.
func typed(id, given, family, suspect, offence, do string) url.Values {
	sg, sf, _ := strings.Cut(suspect, " ")
	form := url.Values{"agency": {"Northmoor Police"}, "record_id": {id}, "kind": {"crime"}, "reported_at": {"2026-02-20"}, "offence": {offence}, "victim_given_name": {given}, "victim_family_name": {family},
		"suspect_given_name": {sg}, "suspect_family_name": {sf}, "narrative": {"He followed her home."}, "do": {do}}
	for side, name := range map[string]string{"victim": given + " " + family, "suspect": suspect} {
		if number := numbers[name]; number != "" {
			form.Set(side+"_phone", number)
			form.Set(side+"_dob", born(number))
		}
	}
	return form
}

// eachTwice runs f for the officer's own name and for a lock, with two partnerships.
func eachTwice(t *testing.T, f func(t *testing.T, with, without *beat)) {
	t.Helper()
	for name, byName := range map[string]bool{"own name": true, "friend": false} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				other := dbtest.SQLite
				if strings.HasSuffix(t.Name(), "postgres") {
					other = dbtest.Postgres
				}
				f(t, patrol(t, d, true, byName), patrol(t, other(t), false, byName))
			})
		})
	}
}

// acts is what he may do with his own cases and people, and with what he types, to see
// whether it meets what is hidden.
func (b *beat) acts() {
	b.t.Helper()
	own, joan, marlowe := "/cases/"+b.ids["case"], person.VictimOf(b.ids["NM/11"]), person.SuspectOf(b.ids["NM/11"])
	for _, mara := range []bool{true, false} {
		for _, suspect := range []string{"Edward Farrowgate", "Sid Marlowe", ""} {
			for _, words := range []string{"He followed her home", ""} {
				form := url.Values{"given_name": {"Joan"}, "family_name": {"Pennistone"}, "dob": {born(numbers["Joan Pennistone"])}, "victim_is": {joan}, "victim_is_offered": {joan}, "words": {words}, "basis": {"consent"}, "do": {"open"}}
				if mara {
					form = url.Values{"given_name": {"Mara"}, "family_name": {"Quillfeather"}, "dob": {born(numbers["Mara Quillfeather"])}, "victim_is": {"none"}, "words": {words}, "basis": {"consent"}, "do": {"open"}}
				}
				if suspect != "" {
					given, family, _ := strings.Cut(suspect, " ")
					for k, v := range map[string]string{"suspect": "yes", "suspect_given_name": given, "suspect_family_name": family, "suspect_dob": born(numbers[suspect]), "suspect_is": marlowe, "suspect_is_offered": marlowe} {
						form.Set(k, v)
					}
				}
				b.follow("/cases/new", form)
			}
		}
	}
	for _, victim := range []string{joan, person.VictimOf(b.ids["NM/13"])} {
		for _, suspect := range []string{"", marlowe} {
			b.follow("/cases", url.Values{"victim": {victim}, "suspect": {suspect}, "why": {"x"}})
		}
	}
	b.follow(own+"/team", url.Values{"member": {"officer"}, "leads": {"yes"}})
	b.follow(own+"/tasks", url.Values{"what": {"Ring her"}, "owner": {"officer"}, "due": {"1/1/2030"}})
	for _, number := range []string{numbers["Mara Quillfeather"], numbers["Edward Farrowgate"], rung["number"]} {
		b.follow(own+"/incidents", url.Values{"happened": {"5/1/2026"}, "kind": {"call"}, "suspect": {casefile.Nobody}, "reads": {"safeguarding"}, "feature_number": {number}, "number": {number}})
		b.follow("/people/"+joan+"/contacts", url.Values{"kind": {"phone"}, "value": {number}, "known": {"no"}})
	}
	b.follow("/people/"+joan+"/contacts", url.Values{"kind": {"address"}, "value": {"1 Kiln Lane"}, "position": {"52.6300, -1.1300"}, "known": {"no"}})
	for _, about := range []string{marlowe, person.SuspectOf(b.ids["NM/13"])} {
		b.follow("/people/"+about+"/decisions", url.Values{"a": {marlowe}, "b": {about}, "same": {"yes"}, "reason": {"x"}})
		b.follow("/people/"+about+"/decisions", url.Values{"a": {about}, "b": {person.SuspectOf(b.ids["NM/15"])}, "same": {"no"}, "reason": {"x"}})
		b.follow("/people/"+about+"/glass", url.Values{"agency": {beyond}, "cause": {"danger"}, "reason": {"Somebody is about to be hurt, and I go there"}})
	}
	b.do("POST", "/audit/samples", url.Values{"size": {"50"}, "seed": {"mine"}}) // the ids say in which order
	b.follow("/worklist/views", url.Values{"view": {"Farrowgate"}, "name": {"Farrowgate"}})
	b.follow("/patterns/"+b.ids["NM/13"]+"/decisions", url.Values{"verdict": {"stalking"}, "classification": {"Stalking by Farrowgate"}, "reason": {"x"}, "seen": {"2"}})
	b.follow(own+"/referrals", url.Values{"wish": {"lead"}, "to": {confidant}, "basis": {"consent"}, "why": {"x"}, "safety": {"x"}})
	b.follow(own+"/documents/"+b.ids["document"]+"/removal", url.Values{"why": {"x"}})
	// A record is kept and erased as a whole: not with the hidden one of its reference.
	for _, e := range secret {
		w := b.follow("/reports", typed(e.id, "Wilma", "Thatcham", "", "", "keep"))
		key := made.FindString(w)
		mine := person.VictimOf(key)
		b.do("GET", "/retention/reports/"+key, nil)
		b.do("GET", "/retention/people/"+mine, nil)
		b.follow("/retention/reports/"+key+"/hold", url.Values{"reason": {"x"}, "review": {"2027-01-01"}})
		b.do("GET", "/retention/holds", nil)
	}
	w := b.follow("/reports", typed("NM/24", "Agnes", "Corby", "", "", "keep"))
	b.follow("/retention/people/"+person.VictimOf(made.FindString(w))+"/erasure", url.Values{"reason": {"x"}, "asked": {"yes"}})
	b.do("GET", "/retention/disposals", nil)
	b.follow("/retention/reports/"+b.ids["report"]+"/hold", url.Values{"reason": {"x"}, "review": {"2027-01-01"}})
	b.follow("/retention/people/"+marlowe+"/hold", url.Values{"reason": {"x"}, "review": {"2027-01-01"}})
	b.follow("/retention/people/"+person.SuspectOf(b.ids["NM/13"])+"/erasure", url.Values{"reason": {"x"}, "asked": {"yes"}})
	b.follow(own+"/close", url.Values{"why_close": {"x"}, "version": {"1"}})
	for _, path := range []string{"/cases?whose=mine", "/tasks", "/warnings?whose=mine", own + "/timeline", own + "/links?others=yes", own + "/join", own + "/warnings", own + "/team"} {
		b.do("GET", path, nil)
	}
}

// follow sends a form, asks for where he is sent then, and gives that.
func (b *beat) follow(path string, form url.Values) (to string) {
	b.t.Helper()
	if to = b.do("POST", path, form).Header().Get("Location"); to != "" {
		b.do("GET", to, nil)
	}
	return to
}

// TestSuspectActs has the officer do with his own cases and people what any role lets
// him, and look everywhere.
func TestSuspectActs(t *testing.T) {
	eachTwice(t, func(t *testing.T, with, without *beat) {
		for _, b := range []*beat{with, without} {
			b.acts()
			b.looks()
		}
		same(t, with, without)
		all, _, err := with.Keep.Disposals(t.Context(), with.officer, 0, 9)
		if err != nil || len(all) != 1 {
			t.Fatalf("he proposed %d disposals, %v", len(all), err)
		}
		second := access.Program("police:1", "Second")
		second.Account = "second"
		if err := errors.Join(with.Keep.Check(t.Context(), second, all[0].ID, true, "As it was asked"), with.Keep.Work(t.Context())); err != nil {
			t.Fatal(err)
		}
		if r, err := with.Reports.One(t.Context(), second, with.ids["NM/24"]); err != nil || r.ID != "NM/24" {
			t.Errorf("what Mara reported by the reference that he typed is %q now, %v: he had it erased", r.ID, err)
		}
	})
}

// TestSuspectLooks has the officer look everywhere.
func TestSuspectLooks(t *testing.T) {
	eachTwice(t, func(t *testing.T, with, without *beat) {
		with.looks()
		without.looks()
		same(t, with, without)
	})
}

// TestSuspectWrites has the officer record what is recorded about him already, correct
// it, look everywhere, and take it in as an extract, each twice. Nothing of Mara's is
// changed by it, and nothing that he typed is lost.
func TestSuspectWrites(t *testing.T) {
	eachTwice(t, func(t *testing.T, with, without *beat) {
		for _, b := range []*beat{with, without} {
			for range 2 {
				for _, e := range secret {
					form := typed(e.id, "Mara", "Quillfeather", e.suspect, e.offence, "keep")
					b.keep(form)
					form.Set("narrative", "He did nothing at all.")
					b.keep(form)
				}
			}
			b.looks()
			if err := b.Held.Settle(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			b.looks()
			var lines strings.Builder
			mara := numbers["Mara Quillfeather"]
			lines.WriteString("agency,record_id,reported_at,offence,victim_given_name,victim_family_name,suspect_given_name,suspect_family_name,narrative,victim_phone,victim_dob,suspect_phone,suspect_dob\n")
			for _, e := range secret {
				given, family, _ := strings.Cut(e.suspect, " ")
				fmt.Fprintf(&lines, "Northmoor Police,%s,2026-02-20,%s,Mara,Quillfeather,%s,%s,He followed her home.,%s,%s,%s,%s\n", e.id, e.offence, given, family, mara, born(mara), numbers[e.suspect], born(numbers[e.suspect]))
			}
			for range 2 {
				i, err := b.Intake.Run(t.Context(), b.officer, "mine.csv", strings.NewReader(lines.String()), nil, "", nil)
				if err != nil {
					t.Fatal(err)
				}
				b.do("GET", "/imports/"+i.ID, nil)
			}
			b.do("GET", "/imports", nil)
		}
		same(t, with, without)
		all, err := with.Reports.Versions(t.Context(), access.Program("police:1", "Colleague"), with.ids["NM/21"])
		if err != nil || len(all) != 1 || all[0].ReplacedBy != "" {
			t.Errorf("what Mara reported has %d versions now, %v: he has put his own in its place", len(all), err)
		}
	})
}

// keep records a report, and follows where he is sent then.
func (b *beat) keep(form url.Values) {
	b.t.Helper()
	w := b.do("POST", "/reports", form)
	switch to := w.Header().Get("Location"); {
	case w.Code == http.StatusSeeOther && to != "":
		b.do("GET", to, nil)
	case w.Code != http.StatusUnprocessableEntity:
		b.t.Errorf("to record a report answers %d", w.Code)
	}
}
