package web

import (
	"net/http"
	"net/url"
	"strconv"

	"clew/internal/govuk"
)

// PageSize is how many things a page lists. More are slow to read and to load.
const PageSize = 50

// mostPages keeps a number that somebody typed within what a database can skip.
const mostPages = 1_000_000

// A Page is which part of a list to show. Number counts from 1.
type Page struct {
	Number, Size int
}

// PageOf is the page asked for by ?page=2. What is no page is the first.
func PageOf(r *http.Request) Page {
	n, ok := Number(r, "page")
	if !ok || n < 1 {
		n = 1
	}
	return Page{min(n, mostPages), PageSize}
}

// Offset is how many things come before the page.
func (p Page) Offset() int { return (p.Number - 1) * p.Size }

// Limit is how many things the page has at most.
func (p Page) Limit() int { return p.Size }

// Of is the number of pages that hold that many things: at least one.
func (p Page) Of(total int) int { return max(1, (total+p.Size-1)/p.Size) }

// Past reports that there are things, but none so far down the list.
func (p Page) Past(total int) bool { return p.Number > p.Of(total) }

// Links lead to the other pages of a list of that many things, keeping the rest
// of the query. A list of one page has none: check HasLinks first.
func (p Page) Links(r *http.Request, total int) govuk.Pagination {
	last := p.Of(total)
	at := min(p.Number, last)
	to := func(n int) string {
		q := url.Values{}
		for k, v := range r.URL.Query() {
			q[k] = v
		}
		q.Del("page")
		if n > 1 {
			q.Set("page", strconv.Itoa(n))
		}
		if len(q) == 0 {
			return r.URL.Path
		}
		return r.URL.Path + "?" + q.Encode()
	}
	var links govuk.Pagination
	if at > 1 {
		links.Previous.Href = to(at - 1)
	}
	if at < last {
		links.Next.Href = to(at + 1)
	}
	before := 0
	for _, n := range []int{1, at - 1, at, at + 1, last} {
		if n <= before || n > last {
			continue
		}
		if n > before+1 {
			links.Items = append(links.Items, govuk.PageItem{Ellipsis: true})
		}
		links.Items = append(links.Items, govuk.PageItem{Number: strconv.Itoa(n), Href: to(n), Current: n == at})
		before = n
	}
	return links
}

// HasLinks reports whether a list of that many things needs more than one page.
func (p Page) HasLinks(total int) bool { return p.Of(total) > 1 }
