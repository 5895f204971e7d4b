package patternweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/recording"
)

// typed is a form for a report by Mara about Eddie.
func typed(do string) url.Values {
	return url.Values{
		"do": {do}, "agency": {"St Orrin's Hospital"}, "record_id": {"SO/4"}, "kind": {"referral"}, "reported_at": {"3/5/2026 10:15"}, "occurred_from": {"~1/5/2026"},
		"narrative": {"She says Eddie watches the ward from his car.\n\nShe cannot sleep."}, "relationship": {"former-partner"}, "place": {"Car park"}, "count": {"2"},
		"victim_given_name": {"Mara"}, "victim_family_name": {"Quillfeather"}, "victim_dob": {"2/4/1991"}, "victim_phone": {"07700 900101; 07700 900109"},
		"suspect_given_name": {"Eddie"}, "suspect_vehicle": {"AB12 CDE"},
	}
}

func TestNewReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a := h.Get(t, "/reports/new")
		h.want(a, 200, "Record a report", "Check what this is part of", "Save report")
		h.golden("new", a)

		h.course()
		a = h.Post(t, "/reports", typed("check"))
		h.want(a, 200, "What this is part of", "This is the 4th report by this victim about this suspect, from 3 agencies.", "Nothing has been saved",
			"Suggests stalking, not recorded", "Ask now, or say why not", "Another person reports the same suspect", "Joan Pennistone", "The suspect also reports the victim", "!The report is saved")
		for field, want := range typed("") {
			if got := value(a.Body, field); field != "do" && got != want[0] {
				t.Errorf("%s became %q, want %q", field, got, want[0])
			}
		}
		h.golden("new-checked", a)
		if all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 5); err != nil || all[0].Reports != 3 {
			t.Errorf("checking kept something: %+v, %v", all, err)
		}
		if !strings.Contains(a.Body, "St Orrin") || strings.Contains(h.Get(t, "/worklist").Body, "St Orrin") {
			t.Error("checking kept the agency")
		}
	})
}

func TestCheckWithLittle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		h.want(h.Post(t, "/reports", url.Values{"do": {"check"}}), 200, "does not name both a victim and a suspect", "Its words show none")
		h.want(h.Post(t, "/reports", url.Values{"do": {"check"}, "suspect_given_name": {"Edward"}, "suspect_family_name": {"Farrowgate"}, "suspect_dob": {"11/9/1988"}, "suspect_phone": {"07700900202"}}), 200,
			"does not name both", "Suspect: Edward Farrowgate", "How this was weighed", "Other people report the same suspect", "Mara Quillfeather", "Joan Pennistone")
		h.want(h.Post(t, "/reports", url.Values{"do": {"check"}, "victim_given_name": {"Nia"}, "victim_family_name": {"Breakspear"}, "suspect_given_name": {"Orlo"}, "suspect_family_name": {"Vantongeren"}, "narrative": {"He followed her."}}), 200,
			"This is the first report by this victim about this suspect.", "No day was given", "By itself it is one occasion", "Only one occasion is on record. Ask about earlier incidents", "Following")
		a := h.Post(t, "/reports", url.Values{"do": {"check"}, "occurred_from": {"soon"}, "count": {"many"}, "suspect_given_name": {"Eddie"}})
		h.want(a, 422, "There is a problem", "The date is not understood", "How many times is a whole number", "does not name both")
		if value(a.Body, "occurred_from") != "soon" || value(a.Body, "count") != "many" {
			t.Error("what cannot be read is lost")
		}
	})
}

func TestSaveReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		h.as("Sam Keogh")
		a := h.Post(t, "/reports", url.Values{"do": {"save"}, "occurred_to": {"31/2/2026"}, "occurred_from": {"5/1/2026"}, "offence": {"Harassment"}})
		h.want(a, 422, "Enter the reference of the report", "Enter the agency that holds it", "Enter when it was reported", "February 2026 has no day 31", "Say what happened, or who is involved")
		if value(a.Body, "offence") != "Harassment" {
			t.Error("what was typed is lost")
		}
		if order := reading(a.Body); strings.Index(order, "Enter the agency") > strings.Index(order, "Enter the reference") || strings.Index(order, "Enter when it was reported") > strings.Index(order, "February 2026 has") {
			t.Error("the messages are not in the order of the page")
		}
		for field, wrong := range map[string][2]string{
			"reported_at": {"5/2026", "Enter the day it was reported"}, "occurred_to": {"1/1/2020", "It ended before it began"}, "count": {"0", "How many times"},
		} {
			f := typed("save")
			f.Set(field, wrong[0])
			a := h.Post(t, "/reports", f)
			h.want(a, 422, wrong[1])
			if value(a.Body, field) != wrong[0] {
				t.Errorf("%s %q is lost", field, wrong[0])
			}
		}
		f := typed("save")
		f.Set("reported_at", "1/1/2099")
		h.want(h.Post(t, "/reports", f), 422, "in the future")

		a = h.Post(t, "/reports", typed("save"))
		h.want(a, http.StatusSeeOther)
		if !strings.HasPrefix(a.Location, "/reports/") || !strings.HasSuffix(a.Location, "/part") {
			t.Fatalf("saved, and sent to %s", a.Location)
		}
		part := h.Get(t, a.Location)
		h.want(part, 200, "The report is saved", "This is the 4th report by this victim about this suspect, from 3 agencies.", "Open the pattern and decide", "same phone", "one person reports both", "Together", "!Nothing has been saved")
		h.golden("part", part)
		h.want(h.Post(t, "/reports", typed("save")), 422, "This report is held already, word for word")

		held := h.pattern(strings.TrimSuffix(strings.TrimPrefix(a.Location, "/reports/"), "/part"))
		last := held.Newest[0].Record
		if last.By != "Sam Keogh" || last.Kind != "referral" || last.Count != 2 || last.From.String() != "~2026-05-01" || len(last.Victim.Phones) != 2 || last.Suspect.Vehicles[0] != "AB12 CDE" || !strings.Contains(last.Narrative, "\n\n") {
			t.Errorf("kept as %+v", last)
		}
	})
}

// TestSaveLittle keeps what is hardly more than a reference.
func TestSaveLittle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a := h.Post(t, "/reports", url.Values{"do": {"save"}, "agency": {"Hask Housing"}, "record_id": {"H-1"}, "reported_at": {"2026-05-03"}, "suspect_given_name": {"Eddie"}})
		h.want(a, http.StatusSeeOther)
		h.want(h.Get(t, a.Location), 200, "does not name both a victim and a suspect", "No other report is held to name this person")
		h.want(h.Get(t, "/reports/none/part"), 404)
	})
}

// TestPartLater looks at a report again when others have come in since, and at one
// that was corrected.
func TestPartLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		p := h.pattern(id)
		h.want(h.Get(t, "/reports/"+id+"/part"), 200, "This is the first report by this victim about this suspect.", "2 reports have come in since.")
		h.want(h.Get(t, "/reports/"+p.Others[0].Report+"/part"), 200, "This is the first report by this victim about this suspect. The suspect is named in 3 other reports already.", "!come in since")
		corrected := h.record(wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home from work and tried the door."))
		if a := h.Get(t, "/reports/"+id+"/part"); a.Status != 303 || a.Location != "/reports/"+corrected+"/part" {
			t.Errorf("a report that was corrected: %d to %s", a.Status, a.Location)
		}
	})
}
