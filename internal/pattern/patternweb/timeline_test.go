package patternweb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
	"clew/internal/report"
	"clew/internal/web"
)

// told are n accounts over a number of days, by a fixed chance.
func told(n, days int, seed uint64) []pattern.Account {
	r := rand.New(rand.NewPCG(seed, 1))
	start := time.Date(2024, 3, 4, 9, 30, 0, 0, time.UTC)
	all := make([]pattern.Account, n)
	for i := range all {
		at := start.Add(time.Duration(r.IntN(days*24*60)) * time.Minute)
		all[i] = pattern.Account{
			Key: fmt.Sprintf("k%05d", i), ID: fmt.Sprintf("NM/2024/%05d", i), Agency: fmt.Sprint("Agency ", r.IntN(5)), Kind: report.Crime, Reported: at, From: at, To: at, Count: 1 + r.IntN(3)*r.IntN(20),
			Code: "195/94", Title: "Harassment", Family: law.Harassment, Relationship: pattern.FormerPartner,
			Says: pattern.Says{Behaviours: pattern.Set(r.IntN(128)), Acts: pattern.Set(r.IntN(1 << 20)), Threat: r.IntN(30) == 0, Fear: pattern.Fear(r.IntN(4))},
		}
		if r.IntN(4) == 0 {
			all[i].Family = law.Stalking
		}
	}
	return all
}

// TestTimelineHoldsEverything draws patterns of all sizes and looks for every
// occasion, within the frame.
func TestTimelineHoldsEverything(t *testing.T) {
	for _, c := range []struct{ reports, days int }{{1, 1}, {2, 1}, {2, 400}, {5, 30}, {40, 900}, {150, 200}, {400, 365}, {2000, 730}, {300, 5000}} {
		p := pattern.Compose(told(c.reports, c.days, uint64(c.reports)), pattern.Context{})
		line := draw(&p)
		counts := 0
		for _, m := range line.Marks {
			counts += m.count
			if m.X < leftEnd || m.X > rightEnd || m.Y-m.R < line.Top-1 || m.Y+m.R > line.Bottom+1 {
				t.Errorf("%d reports: a mark at %d,%d of %d is outside %d to %d, %d to %d", c.reports, m.X, m.Y, m.R, leftEnd, rightEnd, line.Top, line.Bottom)
			}
		}
		want := 0
		for i := range p.Occasions {
			want += p.Occasions[i].Count * len(lanesOf(&p.Occasions[i]))
		}
		if counts != want {
			t.Errorf("%d reports: the marks stand for %d occasions in lanes, want %d", c.reports, counts, want)
		}
		bars := 0
		for _, b := range line.Bars {
			bars += b.count
			if b.X < laneNames || b.X+b.Width > drawnWidth || b.Height < 2 || b.Y < 0 {
				t.Errorf("%d reports: a bar outside: %+v", c.reports, b)
			}
		}
		if len(line.Bars) > 0 && bars != p.Total || len(line.Bars) == 0 && len(p.Occasions) > 20 {
			t.Errorf("%d reports: the bars count %d occasions, want %d", c.reports, bars, p.Total)
		}
	}
}

func at(day string, tell ...func(*pattern.Account)) pattern.Account {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	d = d.Add(20 * time.Hour)
	a := pattern.Account{ID: day, Agency: "Northmoor Police", Reported: d, From: d, To: d, Count: 1}
	for _, f := range tell {
		f(&a)
	}
	return a
}

func TestTimelineShowsGapsAndTheTurn(t *testing.T) {
	visit := func(a *pattern.Account) { a.Says.Acts = pattern.SetOf(narrate.Acts, "visit") }
	call := func(a *pattern.Account) { a.Says.Acts = pattern.SetOf(narrate.Acts, "call") }
	p := pattern.Compose([]pattern.Account{at("2026-01-01", call), at("2026-01-08", call), at("2026-01-15", call), at("2026-01-22", call), at("2026-06-20", call), at("2026-06-28", visit)}, pattern.Context{})
	line := draw(&p)
	if len(line.Gaps) != 1 || line.Gaps[0].Words != "nothing recorded for 5 months" {
		t.Errorf("gaps %+v, want one of 5 months", line.Gaps)
	}
	if line.Turn == nil || line.Turn.Right {
		t.Errorf("turn %+v, want one at the end, with its words to the left", line.Turn)
	}
	if !strings.Contains(line.Words, "It grew worse on 28 June 2026: It began from a distance and moved to coming near.") || !strings.Contains(line.Words, "nothing recorded is 5 months") {
		t.Errorf("words: %s", line.Words)
	}
	steady := pattern.Compose([]pattern.Account{at("2026-01-01"), at("2026-02-01"), at("2026-03-01"), at("2026-04-01"), at("2026-05-01")}, pattern.Context{})
	if line := draw(&steady); len(line.Gaps) != 0 || line.Turn != nil || len(line.Bars) != 0 || line.BarName != "" {
		t.Errorf("once a month: gaps %+v, turn %+v, bars %+v", line.Gaps, line.Turn, line.Bars)
	}
}

// TestTheLargestPageIsSmall measures a pattern of 2,000 reports as it goes over the
// wire: the picture whole, and a page of reports with long narratives.
func TestTheLargestPageIsSmall(t *testing.T) {
	const most = 60_000
	accounts := told(2000, 730, 7)
	p := pattern.Page{Held: pattern.Held{Pattern: pattern.Compose(accounts, pattern.Context{OtherVictims: 3}), ID: "k00000", Victim: "Mara Quillfeather", Suspect: "Edward Farrowgate"}}
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 50 {
		a := p.Accounts[i]
		var b strings.Builder
		for range 60 {
			fmt.Fprintf(&b, "%x ", r.IntN(1<<24)) // words that do not compress
		}
		p.Told = append(p.Told, pattern.Told{Account: a, Occasion: min(i, len(p.Occasions)-1), Opens: true, Record: report.Held{Key: a.Key, Record: report.Record{Narrative: b.String()}}})
	}
	v := view{P: p, Line: draw(&p.Pattern), Page: web.Page{Number: 1, Size: web.PageSize}}
	m := web.NewMux(nil)
	m.Handle("GET /patterns/{pattern}", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, patternPage(v))
	})
	q := httptest.NewRequest(http.MethodGet, "/patterns/k00000", nil)
	q.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, q)
	size := w.Body.Len()
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if _, err := page.ReadFrom(z); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reports, %d occasions, %d marks: %d bytes, %d on the wire", len(p.Accounts), len(p.Occasions), len(v.Line.Marks), page.Len(), size)
	if size > most {
		t.Errorf("%d bytes on the wire, want at most %d", size, most)
	}
}
