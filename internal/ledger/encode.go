package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// A Kept is an entry as the database holds it, and as a bundle writes it.
type Kept struct {
	Seq       int64    `json:"seq"` // from 0, without gaps
	At        int64    `json:"at"`  // microseconds since 1970, UTC
	Account   string   `json:"account"`
	Agency    string   `json:"agency"`
	Session   string   `json:"session"`
	Purpose   string   `json:"purpose"`
	Verb      string   `json:"verb"`
	Action    string   `json:"action"`
	What      string   `json:"what"`
	On        string   `json:"on"`
	Fields    string   `json:"fields"` // a space between
	Recipient string   `json:"recipient"`
	Outcome   string   `json:"outcome"`
	About     []string `json:"about"` // in the order of their bytes, each once
	Salt      []byte   `json:"salt"`  // base64 in JSON
}

const saltSize = 32

// texts are the texts of an entry in the order of its encoding.
func (k *Kept) texts() []*string {
	return []*string{&k.Account, &k.Agency, &k.Session, &k.Purpose, &k.Verb, &k.Action, &k.What, &k.On, &k.Fields, &k.Recipient, &k.Outcome}
}

// encoding names the one there is, so that another can come after it.
const encoding = "clew-ledger-entry/1"

// Encode writes an entry so that no two entries are written alike: the name of the
// encoding, then each value as its length in bytes, a colon, the bytes and a comma
// (a netstring). Numbers are decimal. How many people it is about goes before them.
func (k *Kept) Encode() []byte {
	b := make([]byte, 0, 320)
	value := func(s string) {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(b, ':')
		b = append(b, s...)
		b = append(b, ',')
	}
	value(encoding)
	value(strconv.FormatInt(k.Seq, 10))
	value(strconv.FormatInt(k.At, 10))
	for _, s := range k.texts() {
		value(*s)
	}
	value(strconv.Itoa(len(k.About)))
	for _, who := range k.About {
		value(who)
	}
	return b
}

// Commitment is the HMAC-SHA256 of the encoding, by the salt. Who has not the salt
// cannot find out the entry by trying.
func (k *Kept) Commitment() []byte {
	h := hmac.New(sha256.New, k.Salt)
	h.Write(k.Encode())
	return h.Sum(nil)
}

// Leaf is the entry's leaf in the tree: SHA-256 of a zero byte and the commitment.
func (k *Kept) Leaf() tlog.Hash { return tlog.RecordHash(k.Commitment()) }

// inOrder reports whether an entry is about each person once, in order.
func (k *Kept) inOrder() bool {
	return slices.IsSorted(k.About) && len(slices.Compact(slices.Clone(k.About))) == len(k.About)
}
