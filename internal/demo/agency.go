package demo

import (
	"strconv"

	"clew/internal/report"
)

// An agency of the county of Northmoor. None of them exists.
type agency struct {
	name     string
	mark     string // begins its references
	register register
	capitals bool // writes family names in capitals
	british  bool // writes dates as 31/12/1990
}

const (
	northmoor = iota
	marsdyke
	hospitals
	millBrow
	harbourStreet
	coldrigg
	lapwing
	beaconHill
	college
	uni
	homes
	ollen
	advocacy
	probationNorthmoor
	buses
)

var agencies = [...]agency{
	northmoor:          {"Northmoor Police", "NM", police, true, false},
	marsdyke:           {"Marsdyke Constabulary", "MD", police, false, true},
	hospitals:          {"St Orrin's Hospitals NHS Trust", "SOH", hospital, true, true},
	millBrow:           {"Mill Brow Surgery", "MBS", gp, false, true},
	harbourStreet:      {"Harbour Street Medical Centre", "HSM", gp, false, true},
	coldrigg:           {"Coldrigg Health Centre", "CHC", gp, false, true},
	lapwing:            {"Lapwing Primary School", "LPS", school, false, true},
	beaconHill:         {"Beacon Hill Academy", "BHA", school, false, true},
	college:            {"Northmoor College", "NC", university, false, true},
	uni:                {"University of Tarnmouth", "UT", university, false, true},
	homes:              {"Northmoor Homes", "NH", housing, false, true},
	ollen:              {"Ollen Housing Association", "OHA", housing, false, true},
	advocacy:           {"Northmoor Independent Advocacy", "NIA", isac, false, false},
	probationNorthmoor: {"Probation Northmoor", "PN", probation, true, true},
	buses:              {"Northmoor Buses", "NB", bus, false, true},
}

// Agencies names every agency that may hold a record.
func Agencies() (all []string) {
	for _, a := range agencies {
		all = append(all, a.name)
	}
	return all
}

// A via is the agency and kind of record by which something comes to be known.
type via struct {
	agency int
	kind   report.Kind
}

// number makes the next record id an agency gives out. Ids are unique within
// the agency and rise as its records do.
func (w *world) number(v via, minute uint32) string {
	a := &agencies[v.agency]
	n := w.numbers[v.agency] + 1
	w.numbers[v.agency] = n
	t := w.time(minute)
	switch {
	case v.kind == report.Call:
		return "LOG-" + t.Format("20060102") + "-" + padded(uint64(n), 5)
	case v.kind == report.Intelligence:
		return "INT/" + strconv.Itoa(t.Year()) + "/" + padded(uint64(n), 6)
	case v.kind == report.FoundProperty:
		return "FP" + t.Format("06") + padded(uint64(n), 6)
	case a.register == police:
		return a.mark + "/" + t.Format("2006") + "/" + padded(uint64(n), 7)
	case a.register == gp || a.register == hospital:
		return a.mark + "-" + padded(uint64(n), 7)
	}
	return a.mark + t.Format("06") + "-" + padded(uint64(n), 5)
}

// office reports whether an agency works office hours only.
func (v via) office() bool {
	switch agencies[v.agency].register {
	case police, hospital, bus:
		return false
	}
	return true
}
