package ledger_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"pgregory.net/rapid"

	"clew/internal/ledger"
)

func sha(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

// A vector is an entry and what it must come to: docs/formats.md §4.
type vector struct {
	Entry      ledger.Kept `json:"entry"`
	Encoding   string      `json:"encoding"`
	Commitment string      `json:"commitment"`
	Leaf       string      `json:"leaf"`
}

// TestVectors holds the encoding to what is written down: entries that were kept
// once must come to the same for ever.
func TestVectors(t *testing.T) {
	const path = "testdata/vectors.json"
	salt := bytes.Repeat([]byte{7}, 32)
	vectors := []vector{
		{Entry: ledger.Kept{Salt: salt, About: []string{}}},
		{Entry: ledger.Kept{Seq: 1, At: 1_764_106_800_000_000, Account: "a1", Agency: "police:11", Session: "s", Purpose: "protect", Verb: "consultation",
			Action: "read a person", What: "person", On: "p1", Fields: "name dob", Outcome: "done", About: []string{"p1", "p2"}, Salt: salt}},
		{Entry: ledger.Kept{Seq: 1 << 40, At: -1, Account: "3:zoë,", Recipient: "Crown Prosecution Service", Verb: "disclosure", Outcome: "not \"found\" <\u2028>", About: []string{"Z", "a", "é"}, Salt: salt}},
	}
	for i := range vectors {
		v := &vectors[i]
		v.Encoding, v.Commitment = string(v.Entry.Encode()), hex.EncodeToString(v.Entry.Commitment())
		leaf := v.Entry.Leaf()
		v.Leaf = hex.EncodeToString(leaf[:])
	}
	got, err := json.MarshalIndent(vectors, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if os.Getenv("CLEW_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v; the encoding has changed: nothing kept before can be checked any more\n%s", err, got)
	}
}

// TestEncodingTellsApart: two entries that differ are never written alike.
func TestEncodingTellsApart(t *testing.T) {
	text := rapid.StringMatching(`[a1:,0-3]{0,3}`)
	entry := rapid.Custom(func(t *rapid.T) ledger.Kept {
		return ledger.Kept{Seq: rapid.Int64Range(0, 2).Draw(t, "seq"), Account: text.Draw(t, "account"), Agency: text.Draw(t, "agency"), Session: text.Draw(t, "session"),
			Outcome: text.Draw(t, "outcome"), About: rapid.SliceOfN(text, 0, 2).Draw(t, "about")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := entry.Draw(t, "a"), entry.Draw(t, "b")
		if rapid.Bool().Draw(t, "near") { // one text moved into the next
			b = a
			b.Account, b.Agency = a.Account+a.Agency, ""
		}
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if (string(x) == string(y)) != bytes.Equal(a.Encode(), b.Encode()) && len(a.About)+len(b.About) > 0 {
			t.Fatalf("%s and %s are written %q and %q", x, y, a.Encode(), b.Encode())
		}
	})
}
