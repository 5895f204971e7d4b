package casefile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/report"
	"clew/internal/vault"
	"clew/internal/warning"
	"clew/internal/when"
	"clew/internal/where"
)

// findOf begins the id of what a report says was found.
const findOf = "f-"

// said is the id of the place of a find that is said to have been at a routine place.
const said = "said"

// routine are the places where the victim of a case often is, for the early warning of a
// find near one. A position is opened here and goes no further: what the warning says
// names no place and no distance, and its facts are the finds.
func (s *Store) routine(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (map[string]warning.Place, error) {
	places := map[string]warning.Place{said: {Of: victim, Secret: true}}
	spots, err := vault.Spots(ctx, q, s.seal, sight, c.Victim.ID)
	if err != nil {
		return nil, err
	}
	for _, spot := range spots {
		places[spot.ID] = warning.Place{Of: victim, At: &warning.Position{spot.At.Latitude, spot.At.Longitude}, From: spot.From, Until: spot.Until, Known: spot.Placed, Secret: true}
	}
	return places, nil
}

// found are the reports of found property that may be near some places, as far as the
// actor may read them: whoever they name, and most name nobody. They are those of the
// year before the case was opened, and since.
func found(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, places map[string]warning.Place, set *warning.Settings) (all []warning.Fact, err error) {
	var args []any
	var near string
	for _, p := range places {
		if p.At == nil {
			continue
		}
		if near != "" {
			near += " OR "
		}
		n := len(args)
		lat, lon := where.Around(where.Point{Latitude: p.At[0], Longitude: p.At[1]}, set.NearMetres)
		near += `r.latitude BETWEEN ` + db.List(n+1, 1) + ` AND ` + db.List(n+2, 1) + ` AND r.longitude BETWEEN ` + db.List(n+3, 1) + ` AND ` + db.List(n+4, 1)
		args = append(args, p.At[0]-lat, p.At[0]+lat, p.At[1]-lon, p.At[1]+lon)
	}
	if near == "" {
		return nil, nil
	}
	args = append(args, c.Opened.AddDate(0, 0, -set.RecentDays).UnixMicro())
	since := ` AND r.reported >= ` + db.List(len(args), 1)
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.OpenReport("r.id", args)
	type row struct {
		id, agency, happened string
		reported, known      int64
		at                   warning.Position
	}
	rows, err := db.All(ctx, q, func(r db.Row) (x row, err error) {
		return x, r.Scan(&x.id, &x.agency, &x.happened, &x.reported, &x.known, &x.at[0], &x.at[1])
	}, `SELECT r.id, r.agency, r.happened, r.reported, (SELECT MIN(v.taken_in) FROM reports v WHERE v.same_record = r.same_record AND v.latitude = r.latitude AND v.longitude = r.longitude), r.latitude, r.longitude
		FROM reports r WHERE r.kind = '`+string(report.FoundProperty)+`' AND (`+near+`) AND r.replaced_by = '' AND r.erased IS NULL`+since+held+open+` ORDER BY r.reported, r.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("found property: %w", err)
	}
	for _, x := range rows {
		known := time.UnixMicro(x.known).UTC()
		if known.Before(c.Opened) {
			known = c.Opened
		}
		f := warning.Fact{ID: findOf + x.id, Kind: warning.OfFind, Pairs: []string{PairOf(0)}, Agency: x.agency, Happened: when.At(time.UnixMicro(x.reported)), Known: everybody(known), Detail: warning.Detail{Position: &x.at}}
		if x.happened != "" {
			if f.Happened, err = when.Parse(x.happened); err != nil {
				return nil, fmt.Errorf("report %s: %w", x.id, err)
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// finds opens where the finds among some incidents were: by the id of the incident.
func (s *Store) finds(ctx context.Context, q db.Querier, all []incident.Incident) (map[string]*warning.Position, error) {
	var some []incident.Incident
	for i := range all {
		if all[i].Kind == incident.Find {
			some = append(some, all[i])
		}
	}
	if len(some) == 0 {
		return nil, nil
	}
	if err := incident.Words(ctx, q, s.keys(ctx, q), some); err != nil {
		return nil, err
	}
	at := map[string]*warning.Position{}
	for i := range some {
		if text := some[i].Said.At; text != "" {
			p, err := where.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("incident %s: %w", some[i].ID, err)
			}
			at[some[i].ID] = &warning.Position{p.Latitude, p.Longitude}
		}
	}
	return at, nil
}

// atRoutine are the places by which an incident is said to have been where the victim
// often is.
var atRoutine = []string{"home", "near-home", "work", "school", "family"}

// findFact is a find that is kept by hand, as early warnings take it.
func findFact(f *warning.Fact, i *incident.Incident, at *warning.Position) {
	f.Kind, f.Position = warning.OfFind, at
	f.Detail = warning.Detail{Position: at}
	if slices.Contains(atRoutine, i.Place) {
		f.Place = said
	}
	for _, a := range i.Acts {
		if name := map[string]string{"weapon": "a weapon", "tracker": "a tracker"}[a]; name != "" {
			f.Items = append(f.Items, name)
		}
	}
	if len(f.Pairs) == 0 {
		f.Pairs = []string{PairOf(0)}
	}
}

// mostFinds is how many finds are set beside the places of victims at a time.
const mostFinds = 50

// MarkFinds has early warnings asked anew about the cases of people who often are within
// 5 kilometres of what was reported found since a time. Where a partnership warns of what
// is further off, the case is asked about within a day.
func (s *Store) MarkFinds(ctx context.Context, tx *db.Tx, since int64) error {
	if s.seal.Trouble() != nil {
		return nil // nothing could be opened
	}
	finds, err := db.All(ctx, tx, func(r db.Row) (p where.Point, err error) { return p, r.Scan(&p.Latitude, &p.Longitude) },
		`SELECT r.latitude, r.longitude FROM reports r WHERE r.taken_in > $1 AND r.kind = '`+string(report.FoundProperty)+`' AND r.latitude IS NOT NULL`, since)
	if err != nil {
		return fmt.Errorf("finds: %w", err)
	}
	for some := range slices.Chunk(finds, mostFinds) {
		var cells []any
		for _, p := range some {
			all, err := vault.Cells(s.seal, p)
			if err != nil {
				return err
			}
			cells = append(cells, db.Args(all)...)
		}
		if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (
			SELECT c.stays FROM cases c JOIN mentions x ON x.id = c.victim WHERE x.person IN (`+vault.InCells(1, len(cells))+`))`, cells...); err != nil {
			return fmt.Errorf("cases of finds: %w", err)
		}
	}
	return nil
}
