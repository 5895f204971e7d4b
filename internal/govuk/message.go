package govuk

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// An ErrorSummary stands at the top of a page that was sent with something wrong,
// and links to each thing that is.
type ErrorSummary struct {
	TitleText        string
	TitleHTML        templ.Component
	DescriptionText  string
	DescriptionHTML  templ.Component
	ErrorList        []ErrorItem
	DisableAutoFocus *bool
	Classes          string
	Attributes       Attributes
}

// An ErrorItem is one thing that is wrong; Href leads to it.
type ErrorItem struct {
	Text       string
	HTML       templ.Component
	Href       string
	Attributes Attributes
}

// A NotificationBanner tells of something that is not about this page: by its
// Text, by HTML, or by its children. Type "success" says that something is done.
type NotificationBanner struct {
	Type              string
	Text              string
	HTML              templ.Component
	TitleText         string // "Success" or "Important" when empty
	TitleHTML         templ.Component
	TitleHeadingLevel int // 2 when 0
	TitleID           string
	Role              string
	DisableAutoFocus  *bool
	Classes           string
	Attributes        Attributes
}

func (n NotificationBanner) title() string {
	if n.Type == "success" {
		return or(n.TitleText, "Success")
	}
	return or(n.TitleText, "Important")
}

func (n NotificationBanner) role() string {
	if n.Type == "success" {
		return or(n.Role, "alert")
	}
	return or(n.Role, "region")
}

func (n NotificationBanner) titleID() string {
	return or(n.TitleID, "govuk-notification-banner-title")
}

func (n NotificationBanner) heading() templ.Component {
	level := n.TitleHeadingLevel
	if level == 0 {
		level = 2
	}
	return heading(level, Attributes{"class": "govuk-notification-banner__title", "id": n.titleID()}, content(n.title(), n.TitleHTML))
}

// A WarningText warns of what may follow.
type WarningText struct {
	Text             string
	HTML             templ.Component
	IconFallbackText string // "Warning" when empty
	Classes          string
	Attributes       Attributes
}

// InsetText sets words apart: Text, HTML or children.
type InsetText struct {
	ID         string
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

// Details hide more until they are asked for: Text, HTML or children.
type Details struct {
	ID          string
	SummaryText string
	SummaryHTML templ.Component
	Text        string
	HTML        templ.Component
	Open        bool
	Classes     string
	Attributes  Attributes
}

// A Panel says that something is done, on a page of its own. With the class
// "govuk-panel--interruption" it stops somebody who should read it first, and
// Actions lead on.
type Panel struct {
	TitleText    string
	TitleHTML    templ.Component
	HeadingLevel int // 1 when 0
	Text         string
	HTML         templ.Component
	Actions      PanelActions
	Classes      string
	Attributes   Attributes
}

// PanelActions are the buttons and links of an interruption.
type PanelActions struct {
	Items      []PanelAction
	Classes    string
	Attributes Attributes
}

// A PanelAction is a link, or without Href or of Type "button" a button.
type PanelAction struct {
	Text, Href, Type string
	Classes          string
	Attributes       Attributes
}

func (a PanelAction) isButton() bool { return a.Href == "" || a.Type == "button" }

func (a PanelAction) button() Button {
	return Button{Text: a.Text, Type: or(a.Type, "button"), Href: a.Href, Classes: words("govuk-button--inverse", a.Classes), Attributes: a.Attributes}
}

func (p Panel) interrupts() bool { return strings.Contains(p.Classes, "govuk-panel--interruption") }

func (p Panel) classes() string {
	return words("govuk-panel", when(!p.interrupts(), "govuk-panel--confirmation"), p.Classes)
}

func (p Panel) heading() templ.Component {
	return heading(max(p.HeadingLevel, 1), Attributes{"class": "govuk-panel__title"}, content(p.TitleText, p.TitleHTML))
}

// A PhaseBanner says on every page how far the service has come.
type PhaseBanner struct {
	Tag        Tag
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

func (p PhaseBanner) tag() Tag {
	t := p.Tag
	t.Classes = words("govuk-phase-banner__content__tag", t.Classes)
	return t
}

func (e ErrorSummary) Render(ctx context.Context, w io.Writer) error { return e.view().Render(ctx, w) }
func (n NotificationBanner) Render(ctx context.Context, w io.Writer) error {
	return n.view().Render(ctx, w)
}
func (t WarningText) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }
func (t InsetText) Render(ctx context.Context, w io.Writer) error   { return t.view().Render(ctx, w) }
func (d Details) Render(ctx context.Context, w io.Writer) error     { return d.view().Render(ctx, w) }
func (p Panel) Render(ctx context.Context, w io.Writer) error       { return p.view().Render(ctx, w) }
func (p PhaseBanner) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }
