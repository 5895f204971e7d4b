package warning

import (
	"fmt"
	"math"
	"strings"
	"time"

	ground "clew/internal/where"
	"clew/internal/words"
)

var findNearRoutinePlace = rule{id: "find-near-routine-place", hears: hearing(OfFind), answers: []string{"link", "search"}, raise: func(v *view, r *rule) []finding {
	var causes []cause
	said := map[string]string{} // by the find
	for _, f := range v.all(OfFind) {
		n, ok := v.near(f.Fact)
		if !ok {
			continue
		}
		at := f.pos
		if n.known.After(at.at) {
			at = pos{n.known.UTC(), f.Seq}
		}
		causes = append(causes, cause{at, ids(f)})
		items := "Something"
		if len(f.Items) > 0 {
			items = words.Capital(words.List(f.Items))
		}
		if said[f.ID] = fmt.Sprintf("%s found %s from a %s of the person at risk.", items, distance(n.metres), placeWords(n.Kind)); n.Secret {
			said[f.ID] = items + " found near a routine place of the person at risk."
		}
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes)
	if ok {
		v.due(&f, f.cause.pos.at.Add(v.set.FindWithin))
	}
	for _, id := range f.cause.facts {
		if s := said[id]; s != "" {
			f.says = s
		}
	}
	return one(f, ok)
}}

// A nearby is a place near a find.
type nearby struct {
	Place
	metres float64
	known  time.Time // that both are
}

// near finds the victim's place that a find is nearest to, within the distance set: of
// those that were routine then, and are known; first the one that was known first.
func (v *view) near(f *Fact) (n nearby, ok bool) {
	at := f.Position
	if p, is := v.c.Places[f.Place]; is {
		if p.Of == v.pair.Victim {
			return nearby{Place: p}, true
		}
		if at == nil {
			at = p.At
		}
	}
	if at == nil {
		return n, false
	}
	for _, id := range sortedKeys(v.c.Places) {
		p := v.c.Places[id]
		if p.Of != v.pair.Victim || p.At == nil || p.Until.Before(f.Happened) || f.Happened.Before(p.From) {
			continue
		}
		if p.Known.After(v.at) {
			v.look(p.Known)
			continue
		}
		if m := apart(*at, *p.At); m <= v.set.NearMetres && (!ok || p.Known.Before(n.known) || p.Known.Equal(n.known) && m < n.metres) {
			n, ok = nearby{p, m, p.Known}, true
		}
	}
	return n, ok
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

func apart(a, b Position) float64 {
	return ground.Apart(ground.Point{Latitude: a[0], Longitude: a[1]}, ground.Point{Latitude: b[0], Longitude: b[1]})
}

func distance(m float64) string {
	if m < 1 {
		return "no distance"
	}
	return fmt.Sprintf("%d metres", int(math.Round(m/10))*10)
}
