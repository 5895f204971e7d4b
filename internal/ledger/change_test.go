package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
)

// errUndo has a transaction undone once it was looked at.
var errUndo = errors.New("undo")

// TestEveryChangeIsSeen changes the stored rows of a ledger at random, in all the
// ways there are, by somebody who may run any statement. Each must be seen.
func TestEveryChangeIsSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		changes := 10_000
		if !d.SQLite() || testing.Short() {
			changes = 500
		}
		ctx := t.Context()
		l := open(t, d)
		many(t, d, 260) // past the end of a tile
		if _, err := l.Rotate(ctx); err != nil {
			t.Fatal(err)
		}
		many(t, d, 10)
		l = replaced(t, d)
		many(t, d, 10)
		witnessed(t, l)
		many(t, d, 5)
		if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) > 0 {
			t.Fatal(r.Wrong)
		}
		unguarded(t, d)
		r := rand.New(rand.NewPCG(1, 2))
		done := map[string]int{}
		before := ""
		if err := d.Read(ctx, func(v *db.View) error { before = fmt.Sprint(everything(t, v)); return nil }); err != nil {
			t.Fatal(err)
		}
		for done["all"] < changes {
			how := ""
			err := d.WriteAlone(ctx, func(tx *db.Tx) (err error) {
				if how, err = change(ctx, tx, r); err != nil {
					if strings.Contains(err.Error(), "constraint") {
						return errUndo // the database itself would not have it
					}
					return err
				}
				if strings.HasPrefix(how, "nothing") {
					return errUndo
				}
				report, err := ledger.Verify(ctx, tx, ledger.Asked{Key: l.Key()})
				if err != nil {
					return fmt.Errorf("%s: %w", how, err)
				}
				if len(report.Wrong) == 0 {
					if fmt.Sprint(everything(t, tx)) == before {
						return errUndo // it changed nothing
					}
					t.Errorf("not seen: %s", how)
				}
				done["all"]++
				done[how[:8]]++
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		}
		t.Log(done)
	})
}

// TestStolenKey has somebody with the database and the key write another history,
// sound in itself. It is not the one a witness saw.
func TestStolenKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		changes := 1000
		if !d.SQLite() || testing.Short() {
			changes = 50
		}
		ctx := t.Context()
		l := open(t, d)
		many(t, d, 100)
		copies := []ledger.Copy{{Name: "the witness's copy", Notes: []string{witnessed(t, l)}}}
		many(t, d, 5)
		if r := verify(t, d, ledger.Asked{Key: l.Key(), Against: copies}); len(r.Wrong) > 0 || r.Compared != 1 || len(r.Unchecked) > 0 {
			t.Fatalf("%d compared, %v unchecked, wrong: %v", r.Compared, r.Unchecked, r.Wrong)
		}
		unguarded(t, d)
		r := rand.New(rand.NewPCG(3, 4))
		for range changes {
			how := ""
			err := d.WriteAlone(ctx, func(tx *db.Tx) error {
				if err := l.Forge(ctx, tx, func(all []ledger.Kept) []ledger.Kept {
					i := r.IntN(101) // the witness saw so many
					j := r.IntN(101)
					for j == i {
						j = r.IntN(101)
					}
					switch r.IntN(6) {
					case 0:
						how = "edit"
						all[i].Account += "x"
					case 1:
						how = "back-date"
						all[i].At -= 1 + int64(r.IntN(1e9))
					case 2:
						how = "drop"
						all = slices.Delete(all, i, i+1)
					case 3:
						how = "add"
						all = slices.Insert(all, i, all[j])
					case 4:
						how = "swap"
						all[i], all[j] = all[j], all[i]
					case 5:
						how = "end early"
						all = all[:i]
					}
					return all
				}); err != nil {
					return err
				}
				alone, err := ledger.Verify(ctx, tx, ledger.Asked{Key: l.Key()})
				if err != nil {
					return err
				}
				if len(alone.Wrong) > 0 && alone.Entries > 0 {
					t.Errorf("%s: the forgery is not sound in itself, and so shows nothing: %v", how, alone.Wrong)
				}
				held, err := ledger.Verify(ctx, tx, ledger.Asked{Key: l.Key(), Against: copies})
				if err != nil {
					return err
				}
				if len(held.Wrong) == 0 {
					t.Errorf("not seen against the witness: %s", how)
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		}
	})
}

// TestFromWhere: a report says from which entry on a ledger cannot be relied on.
func TestFromWhere(t *testing.T) {
	ctx, d := t.Context(), dbtest.SQLite(t)
	l := open(t, d)
	many(t, d, 300)
	first := witnessed(t, l)
	many(t, d, 1200)
	second := witnessedBy(t, l, "Another")
	many(t, d, 1200)
	unguarded(t, d)
	copies := []ledger.Copy{{Name: "copy", Notes: []string{second, first}}}
	for _, c := range []struct {
		name string
		from int64
		do   func(tx *db.Tx) error
	}{
		{"edited", 1000, func(tx *db.Tx) error { return tx.Exec(ctx, `UPDATE ledger_entries SET outcome = 'x' WHERE seq = 1000`) }},
		{"dropped", 1001, func(tx *db.Tx) error { return tx.Exec(ctx, `DELETE FROM ledger_entries WHERE seq = 1001`) }},
		{"written anew, with the key", 301, func(tx *db.Tx) error {
			return l.Forge(ctx, tx, func(all []ledger.Kept) []ledger.Kept { all[1000].Outcome = "x"; return all })
		}},
		{"ended early, with the key", 1400, func(tx *db.Tx) error {
			return l.Forge(ctx, tx, func(all []ledger.Kept) []ledger.Kept { return all[:1400] })
		}},
	} {
		err := d.WriteAlone(ctx, func(tx *db.Tx) error {
			if err := c.do(tx); err != nil {
				return err
			}
			r, err := ledger.Verify(ctx, tx, ledger.Asked{Key: l.Key(), Against: copies})
			if err != nil {
				return err
			}
			from := int64(-1)
			for _, w := range r.Wrong {
				if w.From >= 0 {
					from = w.From
					break
				}
			}
			if from != c.from {
				t.Errorf("%s: wrong from %d on, want %d: %v", c.name, from, c.from, r.Wrong)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
	}
}

// The tables and columns that make a ledger. Who is a witness is a setting: naming
// one is an entry, and what it signed is checked.
var columns = map[string][]string{
	"ledger_head":         {"size", "checkpoint"},
	"ledger_entries":      {"seq", "at", "account", "agency", "session", "purpose", "verb", "action", "what", "subject", "fields", "recipient", "outcome", "salt", "commitment"},
	"ledger_about":        {"person", "seq"},
	"ledger_tiles":        {"level", "place", "hashes"},
	"ledger_checkpoints":  {"number", "size", "at", "note"},
	"ledger_cosignatures": {"number", "size", "at", "witness", "note"},
}

var tables = []string{"ledger_head", "ledger_entries", "ledger_entries", "ledger_entries", "ledger_about", "ledger_tiles", "ledger_checkpoints", "ledger_cosignatures"}

// keys tell the rows of a table apart.
var keys = map[string]string{"ledger_head": "id", "ledger_entries": "seq", "ledger_about": "seq", "ledger_tiles": "place", "ledger_checkpoints": "number", "ledger_cosignatures": "number"}

func everything(t testing.TB, q db.Querier) (all [][]any) {
	for _, table := range []string{"ledger_head", "ledger_entries", "ledger_about", "ledger_tiles", "ledger_checkpoints", "ledger_cosignatures"} {
		c := columns[table]
		list := c[0]
		for _, name := range c[1:] {
			list += ", " + name
		}
		rows, err := db.All(context.Background(), q, func(r db.Row) ([]any, error) {
			v, to := make([]any, len(c)), make([]any, len(c))
			for i := range v {
				to[i] = &v[i]
			}
			return v, r.Scan(to...)
		}, `SELECT `+list+` FROM `+table+` ORDER BY 1, 2`)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
	}
	return all
}

// change makes one change and says which. A statement that the database itself
// refuses is tried again with another.
func change(ctx context.Context, tx *db.Tx, r *rand.Rand) (string, error) {
	table := tables[r.IntN(len(tables))]
	key := keys[table]
	rows, err := db.All(ctx, tx, db.Number, `SELECT `+key+` FROM `+table+` ORDER BY `+key)
	if err != nil {
		return "", err
	}
	a, b := rows[r.IntN(len(rows))], rows[r.IntN(len(rows))]
	cols := columns[table]
	c := cols[r.IntN(len(cols))]
	where := fmt.Sprintf(" WHERE %s = %d", key, a)
	run := func(how, statement string, args ...any) (string, error) { return how, tx.Exec(ctx, statement, args...) }
	switch r.IntN(5) {
	case 0: // another value
		value, kind := any(nil), c
		switch kind {
		case "size", "seq", "at", "level", "place", "number":
			n := int64(r.IntN(1000)) - 20
			taken, err := db.All(ctx, tx, db.Number, fmt.Sprintf(`SELECT 1 FROM %s WHERE %s = %d`, table, c, n))
			if err != nil || len(taken) > 0 {
				return "nothing: the number is taken", err
			}
			if table == "ledger_about" || table == "ledger_tiles" {
				where += fmt.Sprintf(" AND %s <> %d", c, n)
			}
			value = n
		case "salt", "commitment", "hashes":
			v := make([]byte, []int{0, 31, 32, 64}[r.IntN(4)])
			for i := range v {
				v[i] = byte(r.Uint32())
			}
			value = v
		case "person":
			return run("edit    whom an entry is about", `UPDATE ledger_about SET person = person || 'x'`+where)
		case "witness":
			return "nothing: it is the only witness", nil
		default:
			value = []string{"", "x", "police:42", "done", "a,1:"}[r.IntN(5)]
		}
		if table == "ledger_about" && c == "seq" {
			return run("edit    ledger_about.seq", fmt.Sprintf(`UPDATE ledger_about SET seq = %d WHERE seq = %d`, value, a))
		}
		return run("edit    "+table+"."+c, `UPDATE `+table+` SET `+c+` = $1`+where, value)
	case 1: // one bit
		row, err := db.One(ctx, tx, func(r db.Row) (v any, err error) { return v, r.Scan(&v) }, `SELECT `+c+` FROM `+table+where)
		if err != nil {
			return "", err
		}
		switch v := row.(type) {
		case []byte:
			v = append([]byte{}, v...)
			v[r.IntN(len(v))] ^= 1 << r.IntN(8)
			return run("flip    "+table+"."+c, `UPDATE `+table+` SET `+c+` = $1`+where, v)
		case string:
			if v == "" || c == "person" || c == "witness" {
				return "nothing: empty", nil
			}
			s := []byte(v)
			i := r.IntN(len(s))
			if s[i] ^= 1; s[i] >= 0x80 || s[i]^1 >= 0x80 {
				return "nothing: half a letter", nil
			}
			return run("flip    "+table+"."+c, `UPDATE `+table+` SET `+c+` = $1`+where, string(s))
		}
		return "nothing: a number", nil
	case 2: // drop
		if table == "ledger_head" {
			return "nothing: without a head there is no ledger", nil
		}
		return run("drop    from "+table, `DELETE FROM `+table+where)
	case 3: // add
		switch table {
		case "ledger_entries":
			n := []int64{-1, 285, 286, 287, 288, 289, 290, 5000}[r.IntN(8)]
			taken, err := db.All(ctx, tx, db.Number, `SELECT seq FROM ledger_entries WHERE seq = $1`, n)
			if err != nil || len(taken) > 0 {
				return "nothing: taken", err
			}
			return run("add     an entry", fmt.Sprintf(`INSERT INTO ledger_entries (seq, at, account, agency, session, purpose, verb, action, what, subject, fields, recipient, outcome, salt, commitment)
				SELECT %d, at, account, agency, session, purpose, verb, action, what, subject, fields, recipient, outcome, salt, commitment FROM ledger_entries`+where, n))
		case "ledger_about":
			return run("add     whom an entry is about", `INSERT INTO ledger_about (person, seq) VALUES ('somebody', $1)`, a)
		case "ledger_tiles":
			return run("add     a tile", fmt.Sprintf(`INSERT INTO ledger_tiles (level, place, hashes) SELECT level + 3, place + %d, hashes FROM ledger_tiles`, r.IntN(9))+where)
		case "ledger_checkpoints":
			return run("add     a checkpoint", `INSERT INTO ledger_checkpoints (number, size, at, note) SELECT number + 10, size, at, note FROM ledger_checkpoints`+where)
		}
		return "nothing: one is enough", nil
	}
	// Two rows have their columns changed for each other's.
	if a == b || table == "ledger_about" || table == "ledger_tiles" || c == key || c == "seq" {
		return "nothing: not two rows", nil
	}
	swap := fmt.Sprintf(`%s = (SELECT %s FROM %s o WHERE o.%s = CASE WHEN %s.%s = %d THEN %d ELSE %d END)`, c, c, table, key, table, key, a, b, a)
	return run("swap    "+table+"."+c, fmt.Sprintf(`UPDATE %s SET %s WHERE %s IN (%d, %d)`, table, swap, key, a, b))
}

// TestSignatureAsWritten changes bits of the last signature that base64 gives no meaning.
func TestSignatureAsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		many(t, d, 5)
		unguarded(t, d)
		if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) > 0 {
			t.Fatal(r.Wrong)
		}
		if err := d.WriteAlone(t.Context(), func(tx *db.Tx) error {
			signed, err := db.One(t.Context(), tx, db.Text, `SELECT checkpoint FROM ledger_head WHERE id = 1`)
			if err != nil {
				return err
			}
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
			at := strings.LastIndex(signed, "=") - 1
			n := strings.IndexByte(alphabet, signed[at])
			if n < 0 || n%4 != 0 {
				t.Fatalf("%q is no end of a signature", signed[at:])
			}
			changed := signed[:at] + alphabet[n+1:n+2] + signed[at+1:]
			return tx.Exec(t.Context(), `UPDATE ledger_head SET checkpoint = $1 WHERE id = 1`, changed)
		}); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) == 0 {
			t.Error("not seen")
		}
	})
}
