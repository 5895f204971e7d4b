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

func deciding(seen, verdict, classification, reason string) url.Values {
	return url.Values{"seen": {seen}, "verdict": {verdict}, "classification": {classification}, "reason": {reason}}
}

func TestDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		to := "/patterns/" + id + "/decisions"

		h.as("Ann Reader")
		a := h.Post(t, to, deciding("3", "stalking", "Stalking (section 2A)", ""))
		h.want(a, 422, "Say why, so that a second person can follow", "!Select what you decide")
		if value(a.Body, "verdict") != "stalking" || value(a.Body, "classification") != "Stalking (section 2A)" {
			t.Error("what was typed is lost")
		}
		a = h.Post(t, to, deciding("3", "", "", ""))
		h.want(a, 422, "Error: Pattern", "Select what you decide", "Say why, so that a second person can follow")
		h.golden("pattern-wrong", a)

		a = h.Post(t, to, deciding("3", "stalking", "Stalking (section 2A)", "Followed and rung"))
		if a.Status != http.StatusSeeOther || a.Location != "/patterns/"+id+"#decisions" {
			t.Fatalf("decided: %d to %s", a.Status, a.Location)
		}
		a = h.Get(t, "/patterns/"+id)
		h.want(a, 200, "Your decision is kept", "Next: somebody else confirms", "Stalking (section 2A)", "This decision is yours", "Read 3 reports", "!What do you decide?", "!Do you agree?")
		h.as("Bo Second")
		a = h.Get(t, "/patterns/"+id)
		h.want(a, 200, "Next: confirm or disagree", "Do you agree?", "!Your decision is kept")
		h.golden("pattern-decided", a)
		h.want(h.Get(t, "/worklist?state=decided"), 200, "1 pattern", "Waits for a second person")
	})
}

func TestAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Ann Reader"), id, recording.Stalking, "", "Followed", 3)
		if err != nil {
			t.Fatal(err)
		}
		to := "/decisions/" + dec + "/answers"
		h.want(h.Post(t, "/decisions/none/answers", url.Values{"answer": {"confirmed"}}), 404)
		h.as("Ann Reader")
		h.want(h.Post(t, to, url.Values{"answer": {"confirmed"}}), 422, "A second person must confirm: this decision is your own")
		h.as("Bo Second")
		a := h.Post(t, to, url.Values{"answer": {""}, "reason": {"I wonder"}})
		h.want(a, 422, "Select whether you agree")
		if value(a.Body, "reason") != "I wonder" {
			t.Errorf("the reason became %q", value(a.Body, "reason"))
		}
		a = h.Post(t, to, url.Values{"answer": {"disagreed"}, "reason": {""}})
		h.want(a, 422, "Say why")
		if chosen(a.Body, "answer") != "disagreed" || !strings.Contains(a.Body, `href="#reason-`+dec+`"`) || !strings.Contains(a.Body, `id="reason-`+dec+`"`) {
			t.Error("the message does not lead to its field, or the answer is lost")
		}
		a = h.Post(t, to, url.Values{"answer": {"confirmed"}, "reason": {"I read it the same way"}})
		if a.Status != http.StatusSeeOther || a.Location != "/patterns/"+id+"#decisions" {
			t.Fatalf("answered: %d to %s", a.Status, a.Location)
		}
		h.want(h.Get(t, "/patterns/"+id), 200, "Your answer is kept", "Next: have the records put right", "Tell Northmoor Police and Hask Housing", "Bo Second confirmed this", "Take this decision back", "!Do you agree?")

		h.as("Cy Third")
		a = h.Post(t, to, url.Values{"answer": {"disagreed"}, "reason": {"Not to my mind"}})
		h.want(a, 409, "Somebody answered before you", "What you wrote", "Disagreed", "Not to my mind", "Bo Second confirmed this")
		a = h.Post(t, to, url.Values{"answer": {"undone"}, "reason": {""}})
		h.want(a, 422, "Say why")
		if !strings.Contains(a.Body, `href="#undo-`+dec+`"`) {
			t.Error("the message does not lead to why it is taken back")
		}
		h.want(h.Post(t, to, url.Values{"answer": {"undone"}, "reason": {"New facts"}}), http.StatusSeeOther)
		a = h.Get(t, "/patterns/"+id)
		h.want(a, 200, "Taken back", "New facts", "What do you decide?", "Next: decide how this should be recorded")
		h.golden("pattern-undone", a)
	})
}

// TestDecideMeanwhile decides about what has changed since it was read: nothing is
// kept, and nothing that was typed is lost.
func TestDecideMeanwhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		h.as("Ann Reader")
		h.record(wrote("Northmoor Police", "NM/20", "2026-05-01T10:00", mara, ed, "He was outside again."))
		a := h.Post(t, "/patterns/"+id+"/decisions", deciding("3", "harassment-only", "Harassment", "Three only"))
		h.want(a, 409, "This pattern has changed since you opened it", "It had 3 reports then and has 4 now", "NM/20", "What do you decide?")
		if value(a.Body, "verdict") != "harassment-only" || value(a.Body, "classification") != "Harassment" || value(a.Body, "reason") != "Three only" || value(a.Body, "seen") != "4" {
			t.Error("what was typed is lost, or would be refused again")
		}
		h.golden("pattern-grown", a)

		h.as("Bo Second")
		h.want(h.Post(t, "/patterns/"+id+"/decisions", deciding("4", "stalking", "", "Followed and rung")), http.StatusSeeOther)
		h.as("Ann Reader")
		a = h.Post(t, "/patterns/"+id+"/decisions", deciding("4", "harassment-only", "Harassment", "No following that I see"))
		h.want(a, 409, "Bo Second decided while you were reading", "What Bo Second decided", "Followed and rung", "What you wrote", "It is harassment in law only", "Do you agree?")
		if value(a.Body, "reason") != "No following that I see" {
			t.Errorf("the reason is not in the form to answer with: %q", value(a.Body, "reason"))
		}
		h.golden("pattern-meanwhile", a)
		h.as("Bo Second")
		h.want(h.Post(t, "/patterns/"+id+"/decisions", deciding("4", "stalking", "", "Pressed twice")), 409, "You have decided this already", "Pressed twice", "!decided while you were reading")

		h.record(wrote("Northmoor Police", "NM/21", "2026-05-02T20:00", mara, ed, "He was outside again."))
		h.want(h.Get(t, "/patterns/"+id), 200, "Next: look again", "1 report has come in", "Read 4 reports; 1 has come in since")
		h.want(h.Get(t, "/worklist?with=grown"), 200, "1 report since")
	})
}

// TestDecideOnWhatIsNoPattern keeps what was typed when the pattern is gone.
func TestDecideOnWhatIsNoPattern(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		h.as("Ann Reader")
		single := h.record(wrote("Northmoor Police", "NM/30", "2026-05-01T10:00", joan, mara, "She shouted."))
		a := h.Post(t, "/patterns/"+single+"/decisions", deciding("2", "stalking", "", "All of it"))
		h.want(a, 409, "no longer held as one pattern", "All of it")
		h.want(h.Post(t, "/patterns/none/decisions", deciding("2", "stalking", "", "All of it")), 404)
	})
}
