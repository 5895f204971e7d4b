package ledger

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/db"
	"clew/internal/fault"
)

// A Wanted says which entries a bundle is to hold: those of [From, To), and of them
// only those about one person when About names one. A To of 0 is the newest.
type Wanted struct {
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	About string `json:"about"`
}

// A manifest says what is in a bundle.
type manifest struct {
	Clew    string            `json:"clew"` // bundleForm
	Origin  string            `json:"origin"`
	Key     string            `json:"key"`
	Made    string            `json:"made"`
	Wanted  Wanted            `json:"wanted"`
	Entries int64             `json:"entries"`
	Files   map[string]string `json:"files"` // name to SHA-256, in hex
}

const (
	bundleForm      = "audit-bundle/1"
	manifestFile    = "manifest.json"
	entriesFile     = "entries.jsonl"
	checkpointsFile = "checkpoints.json"
)

// A proven is an entry with its path to the root of the last checkpoint.
type proven struct {
	Entry Kept             `json:"entry"`
	Proof tlog.RecordProof `json:"proof"`
}

// signings is what was signed over a log, by size. The last is the newest.
type signings struct {
	Handovers   []string    `json:"handovers"`
	Witnesses   []namedKey  `json:"witnesses"`
	Checkpoints []following `json:"checkpoints"`
}

type namedKey struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// A following is a checkpoint with the proof that it continues the one before.
type following struct {
	Note  string         `json:"note"`
	Proof tlog.TreeProof `json:"proof"`
}

// Bundle writes entries of a ledger to a file that can be checked without it, and
// returns how many. key is the log's.
func Bundle(ctx context.Context, q db.Querier, key string, wanted Wanted, w io.Writer) (n int64, err error) {
	newest, err := Newest(ctx, q)
	if err != nil {
		return 0, err
	}
	last, err := unopened(newest)
	if err != nil {
		return 0, err
	}
	if wanted.To <= 0 || wanted.To > last.Size {
		wanted.To = last.Size
	}
	if wanted.From < 0 || wanted.From >= wanted.To {
		return 0, fault.Bad("first", fmt.Sprintf("There are entries 0 to %d", last.Size-1))
	}
	m := manifest{Clew: bundleForm, Origin: last.Origin, Key: key, Made: last.At.Format(time.RFC3339), Wanted: wanted, Files: map[string]string{}}
	z := zip.NewWriter(w)
	file := func(name string, write func(*json.Encoder) error) error {
		f, err := z.Create(name)
		if err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		sum := sha256.New()
		e := json.NewEncoder(io.MultiWriter(f, sum))
		e.SetEscapeHTML(false)
		err = write(e)
		m.Files[name] = hex.EncodeToString(sum.Sum(nil))
		return err
	}
	shelf := newShelf(ctx, q)
	if err := file(entriesFile, func(e *json.Encoder) error {
		return chosen(ctx, q, wanted, func(k *Kept) error {
			m.Entries++
			if k.About == nil {
				k.About = []string{}
			}
			p, err := tlog.ProveRecord(last.Size, k.Seq, shelf)
			if err != nil {
				return fmt.Errorf("prove entry %d: %w", k.Seq, err)
			}
			return e.Encode(proven{*k, p})
		})
	}); err != nil {
		return 0, err
	}
	if err := file(checkpointsFile, func(e *json.Encoder) error {
		s, err := signed(ctx, q, shelf, wanted, newest)
		if err != nil {
			return err
		}
		return e.Encode(s)
	}); err != nil {
		return 0, err
	}
	if err := file(manifestFile, func(e *json.Encoder) error { return e.Encode(m) }); err != nil {
		return 0, err
	}
	return m.Entries, z.Close()
}

// chosen calls f with the entries wanted, in order. They are read some at a time,
// so that f may read too.
func chosen(ctx context.Context, q db.Querier, wanted Wanted, f func(*Kept) error) error {
	const most = 512
	for from := wanted.From; from < wanted.To; {
		to := min(from+most, wanted.To)
		var lot []*Kept
		add := func(k *stored) error { lot = append(lot, &k.Kept); return nil }
		if wanted.About == "" {
			if err := entriesIn(ctx, q, from, to, add); err != nil {
				return err
			}
		} else {
			about, err := db.All(ctx, q, db.Number, `SELECT seq FROM ledger_about WHERE person = $1 AND seq >= $2 AND seq < $3 ORDER BY seq LIMIT $4`, wanted.About, from, wanted.To, most)
			if err != nil {
				return fmt.Errorf("read whom entries are about: %w", err)
			}
			for _, seq := range about {
				if err := entriesIn(ctx, q, seq, seq+1, add); err != nil {
					return err
				}
			}
			if to = wanted.To; len(about) == most {
				to = about[most-1] + 1
			}
		}
		for _, k := range lot {
			if err := f(k); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// signed are the checkpoints of a bundle: the first kept after the first and after
// the last entry wanted, which say by when they were there; the last that each
// witness cosigned; the last of a key that was lost; and the newest.
func signed(ctx context.Context, q db.Querier, shelf *shelf, wanted Wanted, newest string) (*signings, error) {
	s := &signings{Handovers: []string{}, Witnesses: []namedKey{}}
	handovers, err := Handovers(ctx, q)
	if err != nil {
		return nil, err
	}
	s.Handovers = append(s.Handovers, handovers...)
	witnesses, err := Witnesses(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, w := range witnesses {
		s.Witnesses = append(s.Witnesses, namedKey{w.Name, w.Verifier})
	}
	marks := []mark{{size: sizeOf(newest), note: newest}}
	for _, r := range Replacements(handovers) {
		marks = append(marks, mark{size: r.Last, note: r.note})
	}
	for _, size := range []int64{wanted.From + 1, wanted.To} {
		some, err := db.All(ctx, q, scanMark, keptMarks+`WHERE size >= $1 ORDER BY size, number LIMIT 1`, size)
		if err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		marks = append(some, marks...)
	}
	for _, w := range witnesses {
		some, err := db.All(ctx, q, scanMark, cosignedMarks+`WHERE witness = $1 ORDER BY size DESC LIMIT 1`, w.Name)
		if err != nil {
			return nil, fmt.Errorf("read cosignatures: %w", err)
		}
		marks = append(some, marks...)
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return int(a.size - b.size) })
	marks = slices.CompactFunc(marks, func(a, b mark) bool { return a.note == b.note })
	for i, m := range marks {
		c := following{Note: m.note, Proof: tlog.TreeProof{}}
		if i > 0 && marks[i-1].size != m.size {
			if c.Proof, err = tlog.ProveTree(m.size, marks[i-1].size, shelf); err != nil {
				return nil, fmt.Errorf("prove that a checkpoint continues the one before: %w", err)
			}
		}
		s.Checkpoints = append(s.Checkpoints, c)
	}
	return s, nil
}

// ErrNoBundle says that a file is no bundle of this form.
var ErrNoBundle = errors.New("it is no audit bundle")
