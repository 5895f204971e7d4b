package webtest_test

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
)

// word writes a few words of markup.
func word(html string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, html); return err })
}

// inside gives children to a component.
func inside(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

// every is a page with every component, as it is after a form was sent with
// something wrong.
func every() templ.Component {
	faults := fault.Invalid{
		{Field: "victim", Text: "Enter the name of the person it was done to"}, {Field: "happened-day", Text: "Enter the day, or say that it is not known"},
		{Field: "channel", Text: "Choose how it was done"}, {Field: "account", Text: "Write what happened"},
	}
	wrong := func(field string) govuk.ErrorMessage { return govuk.Wrong(faults, field) }
	summary := govuk.SummaryList{Rows: []govuk.Row{
		govuk.Fact("Reported by", "Northshire Police", govuk.Change("#", "who reported it")),
		govuk.Fact("Relationship", "Former partner, until some time in 2023", govuk.Change("#", "the relationship")),
		{Key: govuk.Cell{Text: "Recorded as"}, Value: govuk.Cell{HTML: govuk.Tag{Text: "Harassment", Classes: "govuk-tag--yellow"}}},
	}}
	card := summary
	card.Card = govuk.Card{Title: govuk.Title{Text: "Report 14"}, Actions: govuk.Actions{Items: []govuk.Action{{Text: "Withdraw", Href: "#"}}}}
	table := govuk.Table{
		Caption: "Reports of this pattern", CaptionClasses: "govuk-table__caption--m", Reflow: true, Classes: "clew-table--dense",
		Head: govuk.Cells("When", "Agency", "Recorded as", "What it says"),
		Rows: [][]govuk.Cell{
			govuk.Cells("3 March 2026", "Northshire Police", "Harassment", "Waited outside her work; messages from a new number"),
			govuk.Cells("About 9 March 2026", "Northshire University", "Not a crime", "Asked the office for her timetable"),
			govuk.Cells("12 March 2026, night", "Northshire Police", "Malicious communications", "Forty-one calls, silent or from withheld numbers"),
		},
	}
	scrolls := table
	scrolls.Reflow, scrolls.Scroll, scrolls.Caption = false, "Reports, as a wide table", "The same, scrolling"
	return inside(govuk.Page(govuk.Frame{Title: "Components", Section: "reports", Wide: true, Faults: faults, Back: "/"}),
		word(`<h1 class="govuk-heading-xl">Every component</h1><p class="govuk-body-l">This page holds all that pages are made of, in all its states.</p>`),
		govuk.SubNavigation{Label: "Of this pattern", Items: []govuk.SubItem{{Text: "Summary", Href: "/", Active: true}, {Text: "Timeline", Href: "/"}, {Text: "People", Href: "/"}, {Text: "Elements", Href: "/"}}},
		word(`<div class="clew-next"><h2 class="govuk-heading-m">Next: check that these are the same person</h2><p class="govuk-body">Two numbers and a date of birth agree. The surname is spelt in two ways.</p>`),
		govuk.Button{Text: "Compare the two"}, word(`</div>`),
		word(`<dl class="clew-figures"><div><dt>Rows read</dt><dd>12,480</dd></div><div><dt>Stalking, not recorded</dt><dd>37</dd></div><div><dt>People</dt><dd>9,114</dd></div><div><dt>Set aside</dt><dd>6</dd></div></dl>`),
		word(`<p class="govuk-body">`), govuk.Tag{Text: "Recorded", Classes: "govuk-tag--green"}, word(" "), govuk.Tag{Text: "Not recorded", Classes: "govuk-tag--red"}, word(" "), govuk.Tag{Text: "To check"}, word(" "), govuk.Badge{Text: "Breach", Classes: "moj-badge--red"}, word(" "), govuk.Badge{Text: "Cyber", Classes: "moj-badge--purple"}, word(`</p>`),
		govuk.WarningText{Text: "You can be fined if you do not tell the court."},
		govuk.InsetText{Text: "The order says that he must not contact her by any means."},
		inside(govuk.Details{SummaryText: "Why these belong together"}, word(`<ul class="govuk-list govuk-list--bullet"><li>The same mobile number in four reports</li><li>The same street in two</li></ul>`)),
		word(`<form action="/every" method="post" novalidate><div class="clew-text">`),
		govuk.Input{Name: "victim", Label: govuk.Label{Text: "Who it was done to"}, Hint: govuk.Hint{Text: "As she gave her name"}, ErrorMessage: wrong("victim")},
		govuk.Input{Name: "crime", Label: govuk.Label{Text: "Crime number"}, Value: "42NS/10117/26", Classes: "govuk-input--width-10", Prefix: govuk.Affix{Text: "No."}},
		govuk.DateInput{ID: "happened", NamePrefix: "happened", Fieldset: govuk.Fieldset{Legend: govuk.Legend{Text: "When it happened", Classes: "govuk-fieldset__legend--m"}}, Hint: govuk.Hint{Text: "For example, 27 3 2026"}, ErrorMessage: wrong("happened-day"), Values: map[string]string{"happened-month": "3", "happened-year": "2026"}, Items: []govuk.DateItem{{Name: "day", Error: true}, {Name: "month"}, {Name: "year"}}},
		govuk.Radios{Name: "channel", Fieldset: govuk.Fieldset{Legend: govuk.Legend{Text: "How it was done", Classes: "govuk-fieldset__legend--m"}}, ErrorMessage: wrong("channel"), Items: []govuk.Radio{
			{Value: "phone", Text: "By telephone", Conditional: govuk.Input{Name: "number", Label: govuk.Label{Text: "From which number"}, Inputmode: "tel", Classes: "govuk-input--width-20"}},
			{Value: "online", Text: "Online", Hint: govuk.Hint{Text: "Messages, posts, new accounts, tracking"}}, {Divider: "or"}, {Value: "unknown", Text: "It is not known"},
		}},
		govuk.Checkboxes{Name: "fear", Values: []string{"violence"}, Fieldset: govuk.Fieldset{Legend: govuk.Legend{Text: "What she feared", Classes: "govuk-fieldset__legend--m"}}, Items: []govuk.Checkbox{
			{Value: "violence", Text: "That violence would be used"}, {Value: "distress", Text: "Serious alarm or distress"}, {Divider: "or"}, {Value: "none", Text: "Nothing that is written down", Behaviour: "exclusive"},
		}},
		govuk.Select{Name: "agency", Label: govuk.Label{Text: "Agency"}, Value: "nsu", Items: []govuk.Option{{Value: "", Text: "Choose an agency"}, {Value: "nsp", Text: "Northshire Police"}, {Value: "nsu", Text: "Northshire University"}}},
		govuk.Textarea{Name: "account", Label: govuk.Label{Text: "What happened"}, Rows: 4, ErrorMessage: wrong("account")},
		govuk.CharacterCount{Name: "note", Label: govuk.Label{Text: "Note for colleagues"}, Maxlength: 400, Value: "Call before four."},
		govuk.FileUpload{Name: "extract", Label: govuk.Label{Text: "Extract"}, Hint: govuk.Hint{Text: "A CSV or XLSX file of up to 50 MB"}},
		word(`<div class="govuk-button-group">`), govuk.Button{Text: "Keep this report", PreventDoubleClick: true}, govuk.Button{Text: "Save for later", Classes: "govuk-button--secondary"}, govuk.Button{Text: "Withdraw", Classes: "govuk-button--warning"}, govuk.Button{Text: "Not yet", Disabled: true}, word(`<a class="govuk-link" href="/">Cancel</a></div></div></form>`),
		table, scrolls, summary, card,
		govuk.TaskList{Items: []govuk.Task{{Title: govuk.Cell{Text: "Risk"}, Href: "#", Status: govuk.Status{Tag: govuk.Tag{Text: "Incomplete", Classes: "govuk-tag--blue"}}}, {Title: govuk.Cell{Text: "Safety plan"}, Hint: govuk.Content{Text: "With her advocate"}, Status: govuk.Status{Text: "Cannot start yet"}}}},
		govuk.Timeline{HeadingLevel: 3, Items: []govuk.Event{
			{Label: govuk.Content{Text: "Waited outside her work"}, Byline: "Northshire Police", When: "3 March 2026, about 5:30pm", Datetime: "2026-03-03", Text: "He stood across the road for an hour and left when a colleague came out."},
			{Label: govuk.Content{Text: "Forty-one calls"}, Byline: "Northshire Police", When: "Night of 12 March 2026", Datetime: "2026-03-12", Text: "Silent, or from withheld numbers."},
		}},
		word(picture),
		govuk.Progress{URL: "/progress", Text: "120 of 400 rows read", Value: 120, Max: 400},
		govuk.Panel{TitleText: "Report kept", HeadingLevel: 2, Text: "It is part of pattern 7"},
		govuk.NotificationBanner{Text: "Two reports came in since you opened this page", DisableAutoFocus: new(true)},
		web.Page{Number: 4, Size: 50}.Links((&http.Request{URL: mustURL("/reports?kind=crime&page=4")}), 612),
	)
}

// list is a page of a list with filters beside it, after something was done.
func list() templ.Component {
	return inside(govuk.Page(govuk.Frame{Title: "Reports", Section: "reports", Wide: true, Done: "The report is kept", Trail: []govuk.Crumb{{Text: "Work", Href: "/"}, {Text: "Imports", Href: "/"}}}),
		word(`<h1 class="govuk-heading-l">Reports</h1>`),
		govuk.Search{Action: "/list", Label: govuk.Label{Text: "Find a report", Classes: "govuk-label--s"}, Hint: govuk.Hint{Text: "A name, a number, a place or a reference"}},
		word(`<div class="clew-filtered">`),
		inside(govuk.Filter{Action: "/list", Clear: "/list", Chosen: []govuk.Chosen{{Text: "Northshire Police", Href: "/list?agency="}}},
			govuk.Select{Name: "agency", Label: govuk.Label{Text: "Agency"}, Value: "nsp", Items: []govuk.Option{{Value: "", Text: "Any"}, {Value: "nsp", Text: "Northshire Police"}}},
			govuk.Checkboxes{Name: "finding", Classes: "govuk-checkboxes--small", Fieldset: govuk.Fieldset{Legend: govuk.Legend{Text: "What the records suggest", Classes: "govuk-fieldset__legend--s"}}, Items: []govuk.Checkbox{{Value: "a", Text: "Stalking, not recorded (37)"}, {Value: "b", Text: "Stalking, recorded (12)"}}},
		),
		word(`<div><p class="clew-meta">112 reports, newest first</p><ol class="clew-entries">
<li><h2 class="govuk-heading-s"><a class="govuk-link" href="/">Silent calls and a letter</a></h2><p class="clew-meta">12 March 2026 · Northshire Police · Harassment</p><p class="govuk-body">Part of a pattern of eleven occasions since October.</p></li>
<li><h2 class="govuk-heading-s"><a class="govuk-link" href="/">Asked for a timetable</a></h2><p class="clew-meta">About 9 March 2026 · Northshire University · Not a crime</p></li></ol>`),
		web.Page{Number: 1, Size: 50}.Links((&http.Request{URL: mustURL("/list")}), 112),
		word(`</div></div>`),
	)
}

const picture = `<div class="clew-timeline" tabindex="0" role="region" aria-label="Timeline: 3 occasions"><svg viewBox="0 0 720 102" width="720" height="102" role="img" aria-labelledby="p1 p2"><title id="p1">3 occasions from 3 March 2026 to 2 June 2026</title><desc id="p2">Three occasions in three lanes.</desc>
<line class="clew-timeline__lane" x1="150" x2="720" y1="13" y2="13"></line><text class="clew-timeline__name" x="0" y="18">phone</text>
<line class="clew-timeline__lane" x1="150" x2="720" y1="39" y2="39"></line><text class="clew-timeline__name" x="0" y="44">online</text>
<line class="clew-timeline__lane" x1="150" x2="720" y1="65" y2="65"></line><text class="clew-timeline__name" x="0" y="70">in person</text>
<line class="clew-timeline__tick" x1="320" x2="320" y1="0" y2="84"></line><text class="clew-timeline__date" x="320" y="98">Apr 2026</text>
<line class="clew-timeline__tick" x1="490" x2="490" y1="0" y2="84"></line><text class="clew-timeline__date" x="490" y="98">May 2026</text>
<line class="clew-timeline__turn" x1="420" x2="420" y1="0" y2="78"></line>
<circle class="clew-timeline__mark" cx="170" cy="65" r="5"></circle><circle class="clew-timeline__mark" cx="260" cy="13" r="9"></circle><circle class="clew-timeline__mark clew-timeline__mark--recorded" cx="430" cy="39" r="6"></circle><circle class="clew-timeline__grave" cx="600" cy="65" r="9"></circle><circle class="clew-timeline__mark" cx="600" cy="65" r="6"></circle></svg></div>`
