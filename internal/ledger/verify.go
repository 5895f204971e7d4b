package ledger

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/db"
)

// A Wrong is something that is not as it was written and signed. From is the first
// entry it is wrong from, or -1 when it is of no entry.
type Wrong struct {
	From int64
	Text string
	// follows is set of what shows only that something before it is wrong: From is
	// then the last place where all was well, unless something else says better.
	follows bool
}

// A Copy is what a witness kept: cosigned checkpoints, and the name of its file.
type Copy struct {
	Name  string
	Notes []string
}

// An Asked is what Verify is to hold a log to.
type Asked struct {
	Key       string   // any key the log has had
	Witnesses []string // verifiers of witnesses, beside those the database names
	Against   []Copy
	Tell      func(done, total int64)
}

// A Report is what Verify found.
type Report struct {
	Entries, Tiles, Checkpoints, Cosignatures int64
	Newest                                    Checkpoint
	Compared                                  int // checkpoints of witnesses' copies
	Replaced                                  []*Replacement
	Unchecked                                 []string
	Wrong                                     []Wrong
	More                                      int // that are not listed
}

// mostWrong is how many wrongs are listed.
const mostWrong = 20

func (r *Report) wrong(from int64, format string, args ...any) {
	if len(r.Wrong) == mostWrong {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, Wrong{From: from, Text: fmt.Sprintf(format, args...)})
}

func (r *Report) follows(from int64, format string, args ...any) {
	before := len(r.Wrong)
	r.wrong(from, format, args...)
	if len(r.Wrong) > before {
		r.Wrong[before].follows = true
	}
}

// order puts what is wrong in the order of the entries; what is of none comes last.
func (r *Report) order() {
	first := int64(-1)
	for _, w := range r.Wrong {
		if !w.follows && w.From >= 0 && (first < 0 || w.From < first) {
			first = w.From
		}
	}
	for i := range r.Wrong {
		if w := &r.Wrong[i]; w.follows && first > w.From {
			w.From = first
		}
	}
	slices.SortStableFunc(r.Wrong, func(a, b Wrong) int { return cmp.Compare(uint64(a.From), uint64(b.From)) })
}

// A verifying is one run of Verify.
type verifying struct {
	Report
	ctx     context.Context
	q       db.Querier
	asked   Asked
	keys    Keys
	tree    *tree
	stopped bool  // the tree cannot be grown beyond the first entry that is missing
	turn    int   // which of the keys is in force
	agreed  int64 // so many entries are those that the last good checkpoint was signed over
	number  int64
	about   int64
	handed  []string
	known   map[string]note.Verifier // of cosignatures, by witness
	copies  []copied
}

// A copied is one checkpoint of a witness's copy, or the last of a key that was lost.
type copied struct {
	Checkpoint
	from string
	own  bool
}

// Verify works a whole log out again from its stored rows and compares: the
// sequence, every commitment, every tile, every checkpoint kept and cosigned, all
// signatures, and what witnesses have. Memory is bounded. An error is of the
// database; what is wrong with the log is in the report.
func Verify(ctx context.Context, q db.Querier, asked Asked) (*Report, error) {
	v := &verifying{ctx: ctx, q: q, asked: asked, tree: newTree(), known: map[string]note.Verifier{}}
	h, err := headOf(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := v.begin(h); err != nil {
		return nil, err
	}
	const window = 4 * tileWidth
	for from := int64(0); from < h.size; from += window {
		if err := v.window(from, min(from+window, h.size)); err != nil {
			return nil, err
		}
		if asked.Tell != nil {
			asked.Tell(min(from+window, h.size), h.size)
		}
	}
	if err := v.end(h); err != nil {
		return nil, err
	}
	v.order()
	return &v.Report, nil
}

// begin finds out the keys, and what witnesses have.
func (v *verifying) begin(h head) error {
	var err error
	if v.handed, err = Handovers(v.ctx, v.q); err != nil {
		return err
	}
	v.keys, err = Chain(v.asked.Key, v.handed)
	if r, is := errors.AsType[*Replacement](err); is {
		v.wrong(-1, "The key is not the one in force: %v.", r)
	} else if err != nil {
		v.wrong(-1, "The key does not fit the ledger: %v.", err)
		own, bad := note.NewVerifier(v.asked.Key)
		if bad != nil {
			return bad
		}
		v.keys = Keys{own}
	}
	if len(v.keys) > 1 {
		v.Replaced = Replacements(v.handed)
	}
	for _, r := range v.Replaced {
		last, err := unopened(r.note)
		if err != nil {
			return err // Chain read it
		}
		v.copies = append(v.copies, copied{last, "The last checkpoint of a key that was lost", true})
	}
	witnesses, err := Witnesses(v.ctx, v.q)
	if err != nil {
		return err
	}
	for _, w := range witnesses {
		k, err := ParseVerifier(w.Verifier)
		if err != nil {
			v.wrong(-1, "The key of the witness %q cannot be read.", w.Name)
			continue
		}
		v.known[w.Name] = k
	}
	for _, c := range v.asked.Against {
		v.take(c, h.size)
	}
	slices.SortStableFunc(v.copies, func(a, b copied) int { return cmp.Compare(a.Size, b.Size) })
	return nil
}

// take reads a witness's copy. Its root counts whoever signed it: the copy came
// from the witness, and the log's own key may be in other hands.
func (v *verifying) take(c Copy, size int64) {
	var trusted []note.Verifier
	for _, k := range v.known {
		trusted = append(trusted, k)
	}
	for _, s := range v.asked.Witnesses {
		if k, err := ParseVerifier(s); err == nil {
			trusted = append(trusted, k)
		}
	}
	for _, signed := range c.Notes {
		cp, err := unopened(signed)
		if err != nil {
			v.wrong(-1, "%s: %v.", c.Name, err)
			continue
		}
		if _, err := v.keys.Open(signed); err != nil {
			v.wrong(-1, "%s: the witness was shown a checkpoint of %d entries that this ledger's keys did not sign.", c.Name, cp.Size)
		}
		cosigned := false
		for _, k := range trusted {
			_, n, err := openNote(signed, k)
			cosigned = cosigned || err == nil && len(n.Sigs) == 1
		}
		if !cosigned {
			v.Unchecked = append(v.Unchecked, c.Name+": the cosignature, for the witness's key is not known here")
		}
		if cp.Size > size {
			v.wrong(size, "%s: the witness has seen %d entries, and there are %d now.", c.Name, cp.Size, size)
			continue
		}
		v.copies = append(v.copies, copied{cp, c.Name, false})
	}
}

// window checks the entries of [from, to), and all that was signed over them.
func (v *verifying) window(from, to int64) error {
	marks, err := v.marks(from, to)
	if err != nil {
		return err
	}
	if from == 0 {
		marks = v.compare(marks, 0)
	}
	next := from
	if err := entriesIn(v.ctx, v.q, from, to, func(k *stored) error {
		for ; next < k.Seq; next++ {
			v.missing(next)
		}
		next = k.Seq + 1
		v.entry(k)
		marks = v.compare(marks, next)
		return nil
	}); err != nil {
		return err
	}
	for ; next < to; next++ {
		v.missing(next)
	}
	for ; len(marks) > 0; marks = marks[1:] {
		v.mark(marks[0], nil)
	}
	return v.tiles(to)
}

func (v *verifying) missing(seq int64) {
	v.wrong(seq, "Entry %d is missing.", seq)
	v.stopped = true
}

func (v *verifying) entry(k *stored) {
	v.Entries++
	v.about += int64(len(k.About))
	switch {
	case k.odd:
		v.wrong(k.Seq, "Entry %d holds what Clew never writes.", k.Seq)
	case !bytes.Equal(k.Commitment(), k.commitment) || len(k.Salt) != saltSize:
		v.wrong(k.Seq, "Entry %d is not as it was written: it does not match its commitment.", k.Seq)
	}
	if v.stopped {
		return
	}
	if err := v.tree.grow(k.Leaf()); err != nil {
		v.stopped = true
		v.wrong(k.Seq, "From entry %d on the tree cannot be worked out: %v.", k.Seq, err)
	}
}

// tiles compares the stored tiles of the lowest level that end in a window with
// those worked out, and the higher ones that became whole.
func (v *verifying) tiles(to int64) error {
	if v.stopped {
		return nil
	}
	for s := range v.tree.changed {
		want := v.tree.tiles[s]
		if len(want) < tileWidth*tlog.HashSize {
			continue // more may come
		}
		if err := v.tile(s, want); err != nil {
			return err
		}
		delete(v.tree.tiles, s)
		delete(v.tree.changed, s)
	}
	return nil
}

func (v *verifying) tile(s spot, want []byte) error {
	have, err := db.All(v.ctx, v.q, func(r db.Row) (b any, err error) { return b, r.Scan(&b) }, `SELECT hashes FROM ledger_tiles WHERE level = $1 AND place = $2`, s.level, s.place)
	if err != nil {
		return fmt.Errorf("read ledger tile: %w", err)
	}
	v.Tiles++
	first := s.place << (height * (s.level + 1))
	if len(have) == 0 {
		v.wrong(first, "Tile %d/%d, from entry %d on, is missing.", s.level, s.place, first)
		return nil
	}
	got, _ := have[0].([]byte)
	if bytes.Equal(got, want) {
		return nil
	}
	for i := 0; i < len(want) && i+tlog.HashSize <= len(got) && bytes.Equal(got[i:i+tlog.HashSize], want[i:i+tlog.HashSize]); i += tlog.HashSize {
		first += 1 << (height * s.level)
	}
	if s.level == 0 {
		v.wrong(first, "Tile %d/%d does not match the entries from %d on.", s.level, s.place, first)
	} else {
		v.follows(first, "Tile %d/%d does not match the tiles below it from entry %d on.", s.level, s.place, first)
	}
	return nil
}

// end checks what is left: the tiles at the right edge, the newest checkpoint, and
// that there is no more than was counted.
func (v *verifying) end(h head) error {
	if !v.stopped {
		for s, want := range v.tree.tiles {
			if err := v.tile(s, want); err != nil {
				return err
			}
		}
		if err := v.extra(`SELECT count(*) FROM ledger_tiles`, v.Tiles, "tiles"); err != nil {
			return err
		}
	}
	last := v.agreed
	if h.verifier != "" {
		own, err := note.NewVerifier(h.verifier)
		if err == nil {
			_, _, err = OpenCheckpoint(h.checkpoint, own)
		}
		if err != nil {
			v.wrong(-1, "The newest checkpoint is not signed by the key that is noted beside it.")
		}
	}
	if h.checkpoint == "" {
		if h.size > 0 {
			v.wrong(0, "Nothing was signed, and there are %d entries.", h.size)
		}
	} else if c, by, err := v.keys.open(h.checkpoint); err != nil {
		v.follows(last, "The newest checkpoint is not signed by the ledger's key.")
	} else {
		v.Newest = c
		root, err := v.tree.root()
		switch {
		case c.Size != h.size:
			v.wrong(min(c.Size, h.size), "The newest checkpoint is of %d entries, and %d are counted.", c.Size, h.size)
		case v.stopped || err != nil || c.Root != root:
			v.follows(last, "The newest checkpoint does not match the entries.")
		}
		if c.Kept != v.Checkpoints {
			v.wrong(-1, "%d checkpoints were kept for good, and %d are there.", c.Kept, v.Checkpoints)
		}
		if c.Cosigned != v.Cosignatures || h.cosigned != v.Cosignatures { // no number twice, so none is missing between
			v.wrong(-1, "%d cosignatures were kept, and %d are there.", c.Cosigned, v.Cosignatures)
		}
		if c.NewKey == "" && by != len(v.keys)-1 {
			v.follows(last, "The newest checkpoint is signed by a key that is no longer in force.")
		}
	}
	for _, c := range []struct {
		query string
		want  int64
		what  string
	}{
		{`SELECT count(*) FROM ledger_entries`, v.Entries, "entries"},
		{`SELECT count(*) FROM ledger_about`, v.about, "names of people"},
		{`SELECT count(*) FROM ledger_checkpoints`, v.Checkpoints, "checkpoints"},
		{`SELECT count(*) FROM ledger_cosignatures`, v.Cosignatures, "cosignatures"},
	} {
		if err := v.extra(c.query, c.want, c.what); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifying) extra(query string, want int64, what string) error {
	n, err := db.One(v.ctx, v.q, db.Number, query)
	if err != nil {
		return fmt.Errorf("count %s: %w", what, err)
	}
	if n != want {
		v.wrong(-1, "There are %d %s, and the ledger accounts for %d.", n, what, want)
	}
	return nil
}
