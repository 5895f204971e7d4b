package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"clew/internal/db"
)

const (
	stepSeconds = 30 // RFC 6238, 5.2
	digits      = 6
	drift       = 1 // steps that a clock may be out, either way
)

var base = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret is 160 bits, as long as the hash (RFC 4226, 4).
func newSecret() []byte {
	b := make([]byte, 20)
	rand.Read(b)
	return b
}

// codeAt is the one-time code of a step (RFC 6238 over RFC 4226).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", digits, n%1_000_000)
}

// stepOf finds the step of a code among those that a clock may be out by, after the
// last that was used. Zero is none.
func stepOf(secret []byte, code string, now time.Time, last int64) (step int64) {
	at := now.Unix() / stepSeconds
	for s := at - drift; s <= at+drift; s++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, s)), []byte(code)) == 1 && s > last {
			step = s
		}
	}
	return step
}

// A Secret is what an app makes one-time codes from.
type Secret struct {
	Text string // in groups of four, to be typed
	Link string // otpauth:, as a picture
}

// secretOf says a secret to a person. The link names Clew and nobody: the app's
// screen is seen by others.
func secretOf(secret []byte) Secret {
	text := base.EncodeToString(secret)
	q := url.Values{"secret": {text}, "issuer": {"Clew"}, "algorithm": {"SHA1"}, "digits": {fmt.Sprint(digits)}, "period": {fmt.Sprint(stepSeconds)}}
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:min(i+4, len(text))])
	}
	return Secret{strings.Join(groups, " "), "otpauth://totp/Clew?" + q.Encode()}
}

// recoveries is how many recovery codes there are.
const recoveries = 10

// newRecoveryCodes are codes of 80 bits, so that their digest needs no more work
// to be safe.
func newRecoveryCodes() (codes []string) {
	for range recoveries {
		b := make([]byte, 10)
		rand.Read(b)
		t := strings.ToLower(base.EncodeToString(b))
		codes = append(codes, t[:4]+"-"+t[4:8]+"-"+t[8:12]+"-"+t[12:])
	}
	return codes
}

// typed is a code without what people put between its parts.
func typed(code string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' || c == '\u00a0' {
			return -1
		}
		return c
	}, code))
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// keepRecoveryCodes replaces those of an account.
func keepRecoveryCodes(ctx context.Context, tx *db.Tx, account string, codes []string) error {
	if err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE account = $1`, account); err != nil {
		return fmt.Errorf("delete recovery codes: %w", err)
	}
	var rows [][]any
	for _, c := range codes {
		rows = append(rows, []any{account, digest(typed(c))})
	}
	if err := tx.Insert(ctx, "recovery_codes", []string{"account", "digest"}, rows); err != nil {
		return fmt.Errorf("insert recovery codes: %w", err)
	}
	return nil
}

// A Proof is how a second step was taken.
type proof struct {
	ok       bool
	recovery bool // by a recovery code
}

// second checks a second step, and uses it up: a one-time code, or a recovery
// code. Both are looked at whatever was typed.
func (s *Store) second(ctx context.Context, tx *db.Tx, account, code string) (p proof, err error) {
	code = typed(code)
	k, err := db.One(ctx, tx, scanKept, selectKept+`WHERE id = $1`, account)
	if err != nil {
		return p, fmt.Errorf("account: %w", err)
	}
	if k.code != "" {
		secret, err := s.open("one-time code of "+account, k.code)
		if err != nil {
			return p, fmt.Errorf("open one-time code: %w", err)
		}
		if step := stepOf(secret, code, tx.Now, k.step); step > 0 {
			if err := tx.Exec(ctx, `UPDATE account_holders SET code_step = $1 WHERE id = $2`, step, account); err != nil {
				return p, fmt.Errorf("use one-time code: %w", err)
			}
			return proof{ok: true}, nil
		}
	}
	left, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM recovery_codes WHERE account = $1 AND digest = $2 AND used IS NULL`, account, digest(code))
	if err != nil || left == 0 {
		return p, err
	}
	if err := tx.Exec(ctx, `UPDATE recovery_codes SET used = $1 WHERE account = $2 AND digest = $3`, tx.Now.UnixMicro(), account, digest(code)); err != nil {
		return p, fmt.Errorf("use recovery code: %w", err)
	}
	return proof{ok: true, recovery: true}, nil
}
