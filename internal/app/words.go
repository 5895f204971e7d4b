package app

import (
	"context"
	"fmt"
	"strings"

	"clew/internal/access"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/when"
	"clew/internal/words"
)

func (v welcome) empty() bool {
	total := v.Imports
	for _, n := range v.Counts {
		total += n
	}
	return total == 0
}

func (v welcome) unrecorded() string {
	if v.Counts[pattern.NotRecorded] == 1 {
		return "pattern of reports suggests stalking, and no agency has recorded it as stalking."
	}
	return "patterns of reports suggest stalking, and no agency has recorded them as stalking."
}

// waits reports whether anything waits for whoever looks.
func (v welcome) waits() bool { return len(v.Cases) > 0 || len(v.lines()) > 0 }

// A line is what waits, and where.
type line struct{ href, name string }

func (v welcome) lines() (all []line) {
	if v.Todo > 0 {
		said := words.Count(v.Todo, "task of yours", "tasks of yours")
		if v.Late {
			said += ", the first of them overdue"
		}
		all = append(all, line{"/tasks", said})
	}
	if v.Asked > 0 {
		said := words.Count(v.Asked, "referral waits", "referrals wait") + " for an answer from your agency"
		if v.Overdue > 0 {
			said += fmt.Sprintf(", %d overdue", v.Overdue)
		}
		all = append(all, line{"/referrals", said})
	}
	if v.Waiting > 0 {
		all = append(all, line{"/worklist?state=decided", words.Count(v.Waiting, "decision waits", "decisions wait") + " for a second person"})
	}
	if v.Changes > 0 {
		all = append(all, line{"/audit/changes", words.Count(v.Changes, "change to a report is", "changes to reports are") + " held up until somebody senior decides"})
	}
	return all
}

// A task is something to do, for whom it is their work.
type task struct {
	action           access.Action
	href, name, does string
}

// tasksOf are those of whoever looks, the most frequent first.
func tasksOf(ctx context.Context) (all []task) {
	for _, t := range []task{
		{access.ReadCase, "/cases", "Cases", "What must be done, by whom and by when."},
		{access.RecordReport, "/reports/new", "Record a report", "You are told at once what it is part of."},
		{access.FindPeople, "/search", "Search", "People by name, number or address; reports by reference."},
		{access.ReadAccuracy, "/audit", "How well stalking is recorded", "Figures from samples, and how sure they are."},
		{access.Replay, "/replay", "Replay a chronology", "For training: what would have been warned of, and when."},
		{access.ManageAccounts, "/accounts", "People", "Invite colleagues, give them their work, end an account."},
		{access.ReadLedger, "/ledger/entries", "Who did and saw what", "Every act and every look of your agency’s people."},
		{access.ReadRetention, "/retention", "Retention", "What is due to go, what a legal hold keeps, disposals."},
		{access.ReadUnusual, "/unusual", "Unusual looking", "Looking that is unlike that of colleagues, to be reviewed."},
		{access.ReadHealth, "/system", "System", "How Clew itself is: its database, keys, ledger, backups and jobs."},
		{access.ManageLocks, "/locks", "Conflicts of interest", "What is closed to whom, and lifting it together."},
	} {
		if access.Offers(ctx, t.action) {
			all = append(all, t)
		}
	}
	return all
}

type total struct{ name, value string }

func (v welcome) totals() (all []total) {
	for _, f := range []struct {
		finding pattern.Finding
		name    string
	}{{pattern.NotRecorded, "Suggests stalking, not recorded"}, {pattern.Recorded, "Stalking is recorded"}, {pattern.Conduct, "Other repeats"}, {pattern.Single, "One occasion, several records"}} {
		all = append(all, total{f.name, fmt.Sprint(v.Counts[f.finding])})
	}
	return all
}

func facts(e recording.Entry) string {
	parts := []string{fmt.Sprintf("%d reports", e.Reports), fmt.Sprintf("%d agencies", e.Agencies), "last " + when.DayOf(e.Latest)}
	if e.Agencies == 1 {
		parts[1] = "1 agency"
	}
	if e.Relationship != pattern.Unsaid {
		parts = append(parts, e.Relationship.Words())
	}
	return strings.Join(parts, " · ")
}

// first is the reason that says what was done, or the first there is.
func first(why []string) string {
	if len(why) > 1 {
		return why[1]
	}
	return strings.Join(why, " ")
}
