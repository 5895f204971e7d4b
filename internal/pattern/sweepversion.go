package pattern

import (
	"maps"
	"slices"

	"clew/internal/pattern/match"
	"clew/internal/person"
)

// named are the names of each person: as they stand or, for want of any, as they
// stood in rows that were corrected since.
func (s *Sweep) named(res *match.Result) map[int32]*person.Names {
	names := map[int32]*person.Names{}
	for _, old := range []bool{false, true} {
		former := map[int32]*person.Names{}
		for row := range s.accounts {
			if s.old[row] != old {
				continue
			}
			for _, m := range [2]int32{s.victims[row], s.suspects[row]} {
				if m < 0 || old && names[res.Person[m]] != nil {
					continue
				}
				who := res.Person[m]
				if former[who] == nil {
					former[who] = &person.Names{}
				}
				former[who].Add(s.names[m])
			}
		}
		maps.Copy(names, former)
	}
	return names
}

// bonds are what is certain before any evidence is weighed, decisions first.
func (s *Sweep) bonds(decided []match.Decision) []match.Decision {
	var b bonds
	for _, d := range decided {
		if d.Same {
			b.same(d.A, d.B)
		} else {
			b.two(d.A, d.B)
		}
	}
	first := len(b.list)
	for _, v := range s.versions {
		for _, side := range [][]int32{s.victims, s.suspects} {
			if x, y := side[v[0]], side[v[1]]; x >= 0 && y >= 0 {
				b.same(x, y)
			}
		}
	}
	return append(slices.Clone(decided), b.list[first:]...)
}

func (s *Sweep) record(row int32) [2]string {
	return [2]string{s.accounts[row].Agency, s.accounts[row].ID}
}

// asTheyStand leaves of rows of one pair, in order, the last of each record, and
// says how many are older: a name was corrected too, so that only now they are
// known for one record.
func (s *Sweep) asTheyStand(rows []int32) (left []int32, older int) {
	last := make(map[[2]string]int32, len(rows))
	for _, row := range rows {
		last[s.record(row)] = row
	}
	for _, row := range rows {
		if last[s.record(row)] == row {
			left = append(left, row)
		}
	}
	return left, len(rows) - len(left)
}
