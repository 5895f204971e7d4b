package app

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/account/accountweb"
	"clew/internal/agency"
	"clew/internal/fault"
	"clew/internal/web"
)

// The agencies of the demo whose people come in.
const (
	northmoor = DemoAgency
	haven     = "Northmoor Independent Advocacy"
)

// DemoAgency is where most people of the demo work, and what holds its records.
const DemoAgency = "Northmoor Police"

// A part is somebody of the demo to come in as.
type part struct {
	SignIn, Name, Does string
	agency             string
	roles              []access.Role
}

// parts are invented, and come in at a click in the demo alone.
var parts = []part{
	{"priya", "Priya Raman", "Analyst, Northmoor Police: runs the sweep and reads the worklist", northmoor, []access.Role{access.Analyst}},
	{"tom", "Tom Hollin", "Crime registrar: decides how a course of conduct should be recorded", northmoor, []access.Role{access.Registrar}},
	{"grace", "Grace Adeyinka", "Stalking champion: second person on a decision", northmoor, []access.Role{access.Champion}},
	{"sam", "Sam Keogh", "Call handler: records a report and is told what it is part of", northmoor, []access.Role{access.CallHandler}},
	{"ceri", "Ceri Vaughan", "Advocacy manager, Northmoor Independent Advocacy", haven, []access.Role{access.Advocate, access.AdvocacyManager}},
	{"nadia", "Nadia Osei", "Administrator: invites people and gives them their work; sees no record", northmoor, []access.Role{access.Administrator}},
}

// cast makes the people of the demo, and their agencies.
func (a *App) cast(ctx context.Context) error {
	for _, g := range []agency.Agency{{ID: northmoor, Name: northmoor, Kind: "police"}, {ID: haven, Name: haven, Kind: "advocacy"}} {
		err := a.Agencies.Add(ctx, access.Program(northmoor, "Demo"), g)
		if _, there := errors.AsType[fault.Invalid](err); err != nil && !there {
			return err
		}
	}
	now := a.db.Now()
	_, err := a.Guard.Agree(ctx, access.Program(northmoor, "Demo"), access.Agreement{
		Level: access.ReadTogether, Title: "Northmoor stalking partnership", Basis: "Substantial public interest: safeguarding of individuals at risk, and the prevention of unlawful acts (invented)",
		Parties: []string{northmoor, haven}, Since: now.AddDate(0, -1, 0), Review: now.AddDate(0, 11, 0), Until: now.AddDate(2, 11, 0)})
	if _, there := errors.AsType[fault.Invalid](err); err != nil && !there {
		return err
	}
	for _, p := range parts {
		if err := a.Accounts.Cast(ctx, account.Guest{Name: p.Name, SignIn: p.SignIn, Agency: p.agency, Roles: p.roles}); err != nil {
			return err
		}
	}
	return nil
}

// comeIn opens a session for somebody of the demo.
func (a *App) comeIn(w http.ResponseWriter, r *http.Request) error {
	as := web.Text(r, "as")
	if !slices.ContainsFunc(parts, func(p part) bool { return p.SignIn == as }) {
		return fault.NotFound
	}
	signed, err := a.Accounts.ComeIn(r.Context(), as, accountweb.VisitorOf(r))
	if err != nil {
		return err
	}
	accountweb.Enter(w, r, signed)
	return web.See(w, r, web.Going(w, r))
}
