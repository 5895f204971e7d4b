package app

import (
	"errors"
	"net/http"
	"strings"

	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web"
)

// A hall is where people come in: the first page, and who they say they are.
type hall struct {
	audit   *recording.Store
	reports *report.Store
	demo    bool
}

// A role is somebody of the demo to come in as.
type role struct{ Name, Does string }

// roles are invented, and come in at a click in the demo alone.
var roles = []role{
	{"Priya Raman", "Analyst, Northmoor Police: runs the sweep and reads the worklist"},
	{"Tom Hollin", "Crime registrar: decides how a course of conduct should be recorded"},
	{"Grace Adeyinka", "Stalking champion: second person on a decision"},
	{"Sam Keogh", "Call handler: records a report and is told what it is part of"},
	{"Ceri Vaughan", "Independent stalking advocate, Northmoor Haven"},
}

// A welcome is what the first page shows.
type welcome struct {
	Demo     bool
	Actor    string
	Counts   map[pattern.Finding]int
	Pressing []recording.Entry // not recorded, and nobody has decided
	Waiting  int               // decisions that wait for a second person
	Imports  int
	Done     string
}

func (h hall) show(w http.ResponseWriter, r *http.Request) error {
	v := welcome{Demo: h.demo, Actor: web.Actor(r)}
	if web.Flashed(w, r) == "named" {
		v.Done = "Thank you. What you do from now on is kept under your name."
	}
	var err error
	if v.Counts, err = h.audit.Findings(r.Context()); err != nil {
		return err
	}
	if v.Pressing, _, err = h.audit.Worklist(r.Context(), recording.Filter{Finding: pattern.NotRecorded}, 0, 5); err != nil {
		return err
	}
	if v.Waiting, err = h.audit.Waiting(r.Context()); err != nil {
		return err
	}
	if _, v.Imports, err = h.reports.Imports(r.Context(), 0, 1); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, hallPage(v))
}

func (h hall) showName(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, namePage(h.demo, web.Actor(r), nil))
}

func (h hall) setName(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimSpace(web.Text(r, "name"))
	err := web.SetActor(w, r, name)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		return web.Render(w, r, http.StatusUnprocessableEntity, namePage(h.demo, name, invalid))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "named")
	return web.See(w, r, "/")
}
