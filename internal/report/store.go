package report

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"clew/internal/access"
	"clew/internal/db"
)

// A Store holds the reports a partnership has taken in. A report is never
// changed and never removed: a correction is a newer report of the same record,
// and both are kept until the whole record is erased (see Erase).
type Store struct {
	db    *db.DB
	guard *access.Guard
}

// NewStore returns the store behind a guard.
func NewStore(g *access.Guard) *Store { return &Store{g.DB(), g} }

// A Held report is one that has been taken in.
type Held struct {
	Record
	Key        string // Clew's own id
	Holder     string // the agency that took it in
	Import     string // empty when it was typed in
	TakenIn    time.Time
	By         string
	ReplacedBy string // the Key of a correction, or empty
}

// A Taking says what became of a record that was offered.
type Taking uint8

const (
	New       Taking = iota
	Corrected        // kept, and it replaces an older report of the same record
	Already          // held to the letter; nothing changed
)

// A Taken record has the Key it is held under.
type Taken struct {
	Key     string
	Taking  Taking
	Instead string // the Key of the report it corrects, or empty
	Waits   bool   // a hold stops something it says, which waits: see Change
}

// Take takes records in within tx, in order, and says what became of each. The
// actor's agency holds them: what another holds of the same record is another
// report. What of a record's text cannot be shown is left out of it. A report that
// is hidden from the actor is as if it were not held: theirs is kept beside it, so
// that they neither learn of it nor put theirs in its place.
func Take(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*Record) ([]Taken, error) {
	return TakeHeeding(ctx, tx, sight, source, records, nil)
}

// TakeHeeding is Take, but what a hold stops is left out of a version and waits beside
// it: see Change. The record is changed to what counts.
func TakeHeeding(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*Record, stops Stopping) ([]Taken, error) {
	by := &sight.Actor
	all := make([]Taken, len(records))
	for _, r := range records {
		Clean(r)
	}
	before, err := known(ctx, tx, sight, records)
	if err != nil {
		return nil, err
	}
	versions := make([]version, len(records))
	for i, r := range records {
		x := &versions[i]
		x.print, x.same = before.marks(by, r)
		if before.news(x.print, x.same, r) {
			x.whole = x.print
		}
	}
	w, err := weigh(ctx, tx, sight, &before, records, versions, stops)
	if err != nil {
		return nil, err
	}
	came := map[[16]byte]bool{}
	var cut []string
	for i, r := range records {
		x := &versions[i]
		if x.whole == "" || !before.news(x.print, x.same, r) { // there may be one like it above
			x.whole = ""
			continue
		}
		if before.prints[x.whole] == "" {
			before.prints[x.whole] = "" // its key is known below
		}
		if x.left = w.hold(x.same, r); len(x.left) > 0 {
			x.print, _ = before.marks(by, r)
			cut = append(cut, x.print)
		}
	}
	if err := before.also(ctx, tx, sight.Agency, cut); err != nil {
		return nil, err
	}
	var rows [][]any
	for i, r := range records {
		x := &versions[i]
		f, same := x.print, x.same
		if x.whole == "" {
			all[i] = Taken{Key: before.prints[f], Taking: Already}
			continue
		}
		came[same] = true
		if there := before.prints[f]; there != "" && there == before.latest[same] { // it says nothing else that is new
			all[i] = Taken{Key: there, Taking: Already, Waits: len(x.left) > 0}
			before.prints[x.whole] = there
			w.wait(same, there, x.whole, x.left, by, source, tx.Now)
			continue
		} else if there != "" { // an older version said the same
			f = apart(by, db.NewID())
		}
		key := db.NewID()
		before.prints[x.whole] = key
		w.wait(same, key, x.whole, x.left, by, source, tx.Now)
		all[i] = Taken{Key: key, Instead: before.latest[same], Waits: len(x.left) > 0}
		if all[i].Instead != "" {
			all[i].Taking = Corrected
		}
		before.prints[f], before.latest[same] = key, key
		rows = append(rows, r.row(key, f, same, source, by, tx.Now))
	}
	if err := classify(ctx, tx, records); err != nil {
		return nil, err
	}
	if err := tx.Insert(ctx, "reports", reportColumns, rows); err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Taking == Corrected {
			if err := replace(ctx, tx, t.Instead, t.Key); err != nil {
				return nil, err
			}
		}
	}
	if stops == nil {
		return all, nil
	}
	return all, w.keep(ctx, tx, came, by)
}

// A version is a record that is offered, as it is kept.
type version struct {
	whole, print string // of all that it says, and of what is left; whole is empty when it is held already
	same         [16]byte
	left         []Change
}

// One is the report with a Key, or fault.NotFound.
func (s *Store) One(ctx context.Context, by access.Actor, key string) (h Held, err error) {
	err = s.guard.Look(ctx, by, access.ReadReport, func(v *db.View, sight *access.Sight) error {
		h, err = Seen(ctx, v, sight, key)
		return err
	})
	return h, err
}

// Seen is the report with a Key as an actor may see it, or fault.NotFound. It is
// what the ledger will say was looked at.
func Seen(ctx context.Context, q db.Querier, sight *access.Sight, key string) (Held, error) {
	sight.Saw("report", key)
	open, args := sight.OpenReport("reports.id", []any{key})
	// Who holds it is asked first, and by itself: a report that is not theirs is
	// refused as fast as one that never was, and the ledger says why.
	var holder string
	err := q.Widely(ctx, func() (err error) {
		holder, err = db.One(ctx, q, db.Text, `SELECT holder FROM reports WHERE id = $1 AND erased IS NULL`+open, args...)
		return err
	})
	if err != nil {
		return Held{}, err
	}
	if err := sight.Require(access.Object{Holder: holder}); err != nil {
		return Held{}, err
	}
	return One(ctx, q, key)
}

// SameRecord is a digest that a correction shares with what it corrects: the
// agency, its reference and the names of the pair.
func SameRecord(r *Record) [16]byte {
	h := sha256.New()
	for _, part := range []string{r.Agency, r.ID, r.Victim.Ref, fold(r.Victim.GivenName), fold(r.Victim.FamilyName), r.Suspect.Ref, fold(r.Suspect.GivenName), fold(r.Suspect.FamilyName)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return [16]byte(h.Sum(nil)[:16])
}

// sameHeld is SameRecord among the reports one agency holds.
func sameHeld(holder string, r *Record) [16]byte {
	same := SameRecord(r)
	sum := sha256.Sum256(append([]byte(holder+"\x00"), same[:]...))
	return [16]byte(sum[:16])
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func fingerprint(r *Record) string { f := r.Fingerprint(); return hex.EncodeToString(f[:16]) }

// mostReference is how much of a reference is searched by: an index holds no page
// of text, and what is so long is a cell in the wrong column.
const mostReference = 100

// Reference is a reference as it is searched for: capitals, letters and digits
// only, so that "NM/2025-00123" is found by "nm2025 00123"; the first hundred.
func Reference(s string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n < mostReference && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			n++
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// Classification is the id under which a code and title are kept once.
func Classification(code, title string) string {
	sum := sha256.Sum256([]byte(fold(code) + "\x00" + fold(title)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}
