package ledger

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/db"
)

// marks are what was signed over from+1 to to entries; over none, too, in the first
// window.
func (v *verifying) marks(from, to int64) (all []mark, err error) {
	if from == 0 {
		from = -1
	}
	for _, which := range []string{keptMarks, cosignedMarks} {
		some, err := db.All(v.ctx, v.q, scanMark, which+`WHERE size > $1 AND size <= $2 ORDER BY number`, from, to)
		if err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Compare(a.size, b.size) })
	return all, nil
}

// compare holds what was signed over so many entries to the tree of as many.
func (v *verifying) compare(marks []mark, size int64) []mark {
	if len(marks) > 0 && marks[0].size == size || len(v.copies) > 0 && v.copies[0].Size == size {
		var root *tlog.Hash
		if !v.stopped {
			if r, err := v.tree.root(); err == nil {
				root = &r
			}
		}
		for ; len(marks) > 0 && marks[0].size == size; marks = marks[1:] {
			v.mark(marks[0], root)
		}
		for ; len(v.copies) > 0 && v.copies[0].Size == size; v.copies = v.copies[1:] {
			c := v.copies[0]
			if !c.own {
				v.Compared++
			}
			switch {
			case root != nil && *root == c.Root:
				v.agreed = size
			case c.own:
				v.follows(v.agreed, "%s does not match the entries before it.", c.from)
			default:
				v.follows(v.agreed, "%s: the first %d entries are not those the witness saw at %s.", c.from, size, c.At.Format(timeForm))
			}
		}
	}
	return marks
}

// mark checks a checkpoint that was kept or cosigned; root is that of the tree, or
// nil when it is not known.
func (v *verifying) mark(m mark, root *tlog.Hash) {
	what := fmt.Sprintf("Checkpoint %d, of %d entries,", m.number, m.size)
	if m.witness != "" {
		what = fmt.Sprintf("Cosignature %d, of %d entries,", m.number, m.size)
		v.Cosignatures++
	} else {
		v.Checkpoints++
	}
	from := v.agreed
	c, by, err := v.keys.open(m.note)
	switch {
	case err != nil:
		v.wrong(from, "%s is not signed by the ledger's key.", what)
		return
	case c.Size != m.size:
		v.wrong(from, "%s says it is of %d.", what, c.Size)
		return
	case m.witness == "" && (c.At.UnixMicro() != m.at || c.Kept != m.number):
		v.wrong(from, "%s is not stored as it was signed.", what)
		return
	case root == nil || c.Root != *root:
		v.follows(from, "%s does not match the entries before it.", what)
		return
	}
	v.agreed = m.size
	if m.witness != "" {
		if m.number < 1 {
			v.wrong(from, "%s has a number that is never given.", what)
		}
		k := v.known[m.witness]
		if k == nil {
			v.wrong(from, "%s is of a witness that is not known.", what)
			return
		}
		if _, n, err := openNote(m.note, k); err != nil || cosignedAt(n)*1e6 != m.at {
			v.wrong(from, "%s is not signed by the witness %s.", what, m.witness)
		}
		return
	}
	if v.number++; m.number != v.number {
		v.wrong(from, "%s comes where checkpoint %d should.", what, v.number)
		v.number = m.number
	}
	if c.NewKey != "" { // either key opens it
		v.turn++
	} else if by != v.turn {
		v.wrong(from, "%s is signed by a key that was not in force.", what)
	}
}
