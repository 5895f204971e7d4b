package govuk

import (
	"context"

	"clew/internal/fault"
)

// A Frame is what one page says about itself.
type Frame struct {
	// Title is the title in the browser, and so in its history and on the screen
	// behind somebody's back: never a name, never what happened.
	Title string
	// Section is the NavItem this page belongs to.
	Section string
	// Actor is who is using Clew; when empty, whoever the Visit says.
	Actor string
	// Wide gives the page the width of the screen, for tables and pictures.
	Wide bool
	// Back is the page before. Trail is the way here, without this page.
	Back  string
	Trail []Crumb
	// Faults are what was wrong with what was sent: a summary at the top.
	Faults fault.Invalid
	// Done says what has just been done, after a redirect.
	Done string
	// Refresh is after how many seconds to load the page again where there are no
	// scripts. With scripts, a [data-poll] element does it.
	Refresh int
	// Lang is the language of the page, "en" when empty.
	Lang string
}

// A Site is what all pages of an installation have in common.
type Site struct {
	Nav []NavItem
	// Notice is what every page must say of this installation, such as that it is
	// a copy for one computer. Nothing when empty.
	Notice string
	// Account is the page of one's own account, and SignOut where its session is
	// ended, in a program that people sign in to. Who is not signed in sees no Nav.
	Account, SignOut string
	// Foot are the links at the bottom.
	Foot []NavItem
}

// A NavItem is one section of the service.
type NavItem struct{ Text, Href, Section string }

// LoopbackNotice is the Notice of a program that only this computer can reach.
const LoopbackNotice = "This copy listens on this computer only"

// A Visit is where a page is drawn and for whom.
type Visit struct {
	Site  *Site
	Actor string
	Nav   []NavItem // open to the actor; nil: those of the site
}

type visitKey struct{}

// WithVisit returns a context in which Page draws for a visit.
func WithVisit(ctx context.Context, v Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

func visitOf(ctx context.Context) Visit {
	v, _ := ctx.Value(visitKey{}).(Visit)
	if v.Site == nil {
		v.Site = &Site{}
	}
	return v
}

func (f Frame) title() string {
	t := "Clew"
	if f.Title != "" {
		t = f.Title + " – Clew"
	}
	if len(f.Faults) > 0 {
		t = "Error: " + t
	}
	return t
}

// sections are those open to the visitor: none, where people sign in and this one
// has not.
func (v *Visit) sections() []NavItem {
	switch {
	case v.Nav != nil:
		return v.Nav
	case v.Site.Account != "" && v.Actor == "":
		return nil
	}
	return v.Site.Nav
}

func navigation(items []NavItem, section string) ServiceNavigation {
	n := ServiceNavigation{NavigationLabel: "Menu", Classes: "clew-navigation"}
	for _, i := range items {
		n.Navigation = append(n.Navigation, NavigationItem{Text: i.Text, Href: i.Href, Active: i.Section != "" && i.Section == section})
	}
	return n
}
