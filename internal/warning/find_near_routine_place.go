package warning

import (
	"fmt"
	"math"
	"strings"

	"clew/internal/words"
)

var findNearRoutinePlace = rule{id: "find-near-routine-place", hears: hearing(OfFind), answers: []string{"link", "search"}, raise: func(v *view, r *rule) []finding {
	var causes []cause
	said := ""
	for _, f := range v.all(OfFind) {
		if metres, place, ok := v.near(f.Fact); ok {
			causes = append(causes, cause{f.pos, ids(f)})
			items := "Something"
			if len(f.Items) > 0 {
				items = capital(words.List(f.Items))
			}
			said = fmt.Sprintf("%s found %s from a %s of the person at risk.", items, distance(metres), place)
		}
	}
	f, ok := v.stands(r, causes)
	if ok {
		v.due(&f, f.cause.pos.at.Add(v.set.FindWithin))
	}
	f.says = said
	return one(f, ok)
}}

// near finds the victim's place that a find is nearest to, within the distance set.
func (v *view) near(f *Fact) (metres float64, kind string, ok bool) {
	at := f.Position
	if p, is := v.c.Places[f.Place]; is {
		if p.Of == v.pair.Victim {
			return 0, placeWords(p.Kind), true
		}
		if at == nil {
			at = p.At
		}
	}
	if at == nil {
		return 0, "", false
	}
	metres = math.Inf(1)
	for _, id := range sortedKeys(v.c.Places) {
		p := v.c.Places[id]
		if p.Of != v.pair.Victim || p.At == nil {
			continue
		}
		if m := apart(*at, *p.At); m <= v.set.NearMetres && m < metres {
			metres, kind, ok = m, placeWords(p.Kind), true
		}
	}
	return metres, kind, ok
}

func placeWords(kind string) string {
	switch kind = strings.TrimSpace(kind); kind {
	case "":
		return "place"
	case "home":
		return "home"
	}
	return kind + " place"
}

// apart is the distance over a sphere of the earth's mean radius, in metres.
func apart(a, b Position) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	dLat, dLon := rad(b[0]-a[0])/2, rad(b[1]-a[1])/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(rad(a[0]))*math.Cos(rad(b[0]))*math.Sin(dLon)*math.Sin(dLon)
	return 2 * 6371008.8 * math.Asin(math.Min(1, math.Sqrt(h)))
}

func distance(m float64) string {
	if m < 1 {
		return "no distance"
	}
	return fmt.Sprintf("%d metres", int(math.Round(m/10))*10)
}
