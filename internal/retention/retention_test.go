package retention_test

import (
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/retention"
)

func (h house) due(t testing.TB, part retention.Part) (keys []string) {
	t.Helper()
	all, total, err := h.keep.DueNow(t.Context(), ann, part, 0, 50)
	if err != nil || total != len(all) {
		t.Fatalf("%d listed of %d, %v", len(all), total, err)
	}
	for _, i := range all {
		keys = append(keys, i.Key)
	}
	return keys
}

func only(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
}

// TestDue asks what is due as schedules, corrections and new reports say.
func TestDue(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		d, err := db.Open(t.Context(), where, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		h := built(t, d)
		ago := func(years, days int) string { return now.AddDate(-years, 0, -days).Format(time.DateOnly) }
		old := h.record(t, wrote("NM/1", ago(7, 0), mara, ed, "Purse taken."))
		stalking := wrote("NM/2", ago(7, 1), joan, gil, "He followed her.")
		stalking.OffenceCode, stalking.Offence = "8Q", "Stalking"
		st := h.record(t, stalking)
		h.record(t, wrote("NM/3", ago(5, 0), report.Party{GivenName: "Vera", FamilyName: "Marlow", Born: "1/1/1960"}, report.Party{}, "Purse taken."))
		only(t, "6 years for what is not stalking, 10 for what is", h.due(t, retention.Due), old)

		own := access.Program(accesstest.Agency, "Setter")
		set := func(kind report.Kind, class retention.Class, years int) error {
			return h.keep.SetSchedule(t.Context(), own, kind, class, years, now.Add(time.Minute), "Decision 7 of the records board")
		}
		invalid(t, h.keep.SetSchedule(t.Context(), own, "", retention.Other, 5, now.AddDate(0, 0, -2), "Board"), "since")
		invalid(t, set("letter", retention.Other, 5), "kind")
		invalid(t, set("", retention.Other, 101), "years")
		if err := set("", retention.Stalking, 7); err != nil {
			t.Fatal(err)
		}
		only(t, "not in force yet", h.due(t, retention.Due), old)
		now = now.Add(2 * time.Minute)
		only(t, "the agency’s own schedule, from its day on", h.due(t, retention.Due), st, old)
		if err := set(report.Crime, retention.Stalking, 0); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Minute)
		only(t, "one for the kind beats one for any", h.due(t, retention.Due), old)
		h.record(t, wrote("NM/4", ago(1, 0), mara, report.Party{}, "Somebody rang her."))
		only(t, "she came to notice again", h.due(t, retention.Due))
		nhs := accesstest.Somebody(t, d, "school:1", "Sid", access.RecordsManager)
		if all, _, err := h.keep.DueNow(t.Context(), nhs, retention.Due, 0, 50); err != nil || len(all) != 0 {
			t.Errorf("another agency is told %v, %v", all, err)
		}
	})
}

// TestHoldBeatsAll sets holds on a record and on a person: neither schedule nor
// request erases what they keep, and a hold that comes late still counts.
func TestHoldBeatsAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first := h.record(t, wrote("NM/1", "2015-01-05", mara, ed, "He followed her home."))
		other := h.record(t, wrote("NM/2", "2015-02-05", joan, gil, "He followed her home."))
		review := d.Now().AddDate(1, 0, 0)
		_, err := h.keep.HoldReport(t.Context(), ann, first, "", review)
		invalid(t, err, "reason")
		_, err = h.keep.HoldReport(t.Context(), ann, first, "Trial", d.Now())
		invalid(t, err, "review")
		hold := must[string](t)(h.keep.HoldReport(t.Context(), ann, first, "Crown Court trial", review))
		only(t, "due", h.due(t, retention.Due), other)
		only(t, "held", h.due(t, retention.Kept), first)
		_, err = h.keep.ProposeDue(t.Context(), ann, []string{first}, "Old")
		wants(t, err, fault.Conflict)
		_, err = h.keep.ProposePerson(t.Context(), ann, person.VictimOf(first), "Asked in writing")
		invalid(t, err, "reason")

		// Of a person: a report that comes later is kept, too; so is what is proposed already.
		id := must[string](t)(h.keep.ProposeDue(t.Context(), ann, []string{other}, "Its time is over"))
		only(t, "due when it is proposed", h.due(t, retention.Due))
		_, err = h.keep.ProposeDue(t.Context(), ann, []string{other}, "Its time is over")
		wants(t, err, fault.Conflict)
		must[string](t)(h.keep.HoldPerson(t.Context(), ann, person.SuspectOf(other), "Appeal", review))
		h.agree(t, id)
		if _, err := h.reports.One(t.Context(), ann, other); err != nil {
			t.Errorf("a held report: %v", err)
		}
		c := must[retention.Certificate](t)(h.keep.Certificate(t.Context(), ann, id))
		if c.Erased != 0 || c.Kept["A legal hold keeps it"] != 1 {
			t.Errorf("certificate: %+v", c)
		}
		late := h.record(t, wrote("NM/3", "2015-03-05", joan, gil, "He followed her again."))
		if held, err := isHeld(t, h, late); err != nil || !held {
			t.Errorf("a report of somebody held that came later is held %v, %v", held, err)
		}
		if err := h.keep.Lift(t.Context(), ann, hold, "Acquitted"); err != nil {
			t.Fatal(err)
		}
		wants(t, h.keep.Lift(t.Context(), ann, hold, "Acquitted"), fault.Conflict)
		only(t, "due when the hold is lifted", h.due(t, retention.Due), first)
		h.agree(t, must[string](t)(h.keep.ProposeDue(t.Context(), ann, []string{first}, "Its time is over")))
		wants(t, second(h.reports.One(t.Context(), ann, first)), fault.NotFound)
		if n := h.number(t, `SELECT count(*) FROM holds WHERE reason = 'Crown Court trial'`); n != 0 {
			t.Error("what was written of the hold is left")
		}
	})
}

func second[T any](_ T, err error) error { return err }

func isHeld(t *testing.T, h house, key string) (held bool, err error) {
	t.Helper()
	err = h.db.Read(t.Context(), func(v *db.View) error {
		held, err = retention.IsHeld(t.Context(), v, nil, key)
		return err
	})
	return held, err
}

// TestTwoPeople has the proposer, somebody of another agency and people without the
// role try to check a disposal.
func TestTwoPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first := h.record(t, wrote("NM/1", "2015-01-05", mara, ed, "He followed her home."))
		manager := accesstest.Somebody(t, d, accesstest.Agency, "Mo", access.RecordsManager)
		colleague := accesstest.Somebody(t, d, accesstest.Agency, "Cy", access.Registrar)
		officer := accesstest.Somebody(t, d, accesstest.Agency, "Ola", access.Officer)
		stranger := accesstest.Somebody(t, d, "nhs:1", "Sid", access.RecordsManager)
		_, err := h.keep.ProposeDue(t.Context(), officer, []string{first}, "Old")
		wants(t, err, fault.Forbidden)
		_, err = h.keep.ProposeDue(t.Context(), stranger, []string{first}, "Old")
		wants(t, err, fault.NotFound)
		for _, reason := range []string{"Quillfeather asked", "see nm/1", "rang 07700 900101"} {
			_, err = h.keep.ProposePerson(t.Context(), ann, person.VictimOf(first), reason)
			invalid(t, err, "reason")
		}
		_, err = h.keep.ProposeDue(t.Context(), manager, nil, "Old")
		invalid(t, err, "report")
		id := must[string](t)(h.keep.ProposeDue(t.Context(), manager, []string{first}, "Its time is over"))
		invalid(t, h.keep.Check(t.Context(), manager, id, true, "Fine"), "answer")
		wants(t, h.keep.Check(t.Context(), stranger, id, true, "Fine"), fault.NotFound)
		wants(t, h.keep.Check(t.Context(), officer, id, true, "Fine"), fault.Forbidden)
		invalid(t, h.keep.Check(t.Context(), colleague, id, true, ""), "reason")
		invalid(t, h.keep.Check(t.Context(), colleague, id, true, "Farrowgate is dead"), "reason")
		tired := colleague
		tired.Proved = d.Now().Add(-time.Hour)
		wants(t, h.keep.Check(t.Context(), tired, id, true, "Fine"), access.ErrNotFresh)
		if err := h.keep.Check(t.Context(), colleague, id, false, "A claim may come"); err != nil {
			t.Fatal(err)
		}
		wants(t, h.keep.Check(t.Context(), colleague, id, true, "Fine"), fault.Conflict)
		if err := h.keep.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.reports.One(t.Context(), ann, first); err != nil {
			t.Errorf("refused, and erased: %v", err)
		}
		only(t, "refused, it is due again", h.due(t, retention.Due), first)
		one, items, err := h.keep.One(t.Context(), manager, id, 0, 50)
		if err != nil || one.State != retention.Refused || len(items) != 1 || items[0].Record != "NM/1" {
			t.Errorf("%+v, %+v, %v", one, items, err)
		}
		_, _, err = h.keep.One(t.Context(), stranger, id, 0, 50)
		wants(t, err, fault.NotFound)
	})
}
