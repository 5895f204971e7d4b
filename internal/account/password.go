package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"clew/internal/fault"
)

// A Cost is what one password takes to compute.
type Cost struct {
	Time   uint32 // passes
	Memory uint32 // KiB
}

// Strong is the cost of what is kept: Argon2id, three passes over 64 MiB (RFC 9106,
// the second recommended choice). A guess takes a sixth of a second.
var Strong = Cost{Time: 3, Memory: 64 << 10}

// atOnce is how many passwords are computed at once. The others wait, so that many
// guesses take neither the memory nor the processors from those who are at work.
const atOnce = 2

// hash is a password as it is kept, with a salt of its own.
func (c Cost) hash(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, c.Time, c.Memory, 1, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, c.Memory, c.Time, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

// matches computes a password at the cost of what is kept.
func matches(kept, password string) bool {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 {
		return false
	}
	var c Cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &c.Memory, &c.Time); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(password), salt, c.Time, c.Memory, 1, uint32(len(want))), want) == 1
}

// turn waits for a place among the passwords that are computed.
func (s *Store) turn(ctx context.Context, f func()) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.hashing }()
	f()
	return nil
}

// The length of a password, in characters.
const (
	shortestPassword = 12
	longestPassword  = 128
)

// checkPassword is how a password may be: long, and not a thing that somebody who
// knows the person would try first. No kinds of characters are asked for: they
// make passwords harder to remember and hardly harder to guess.
func checkPassword(wrong *fault.Messages, password, signIn, name string) {
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < shortestPassword:
		wrong.Add("password", "The password must have 12 characters or more. Three words that do not belong together are easy to remember")
		return
	case n > longestPassword:
		wrong.Add("password", "The password must have 128 characters or fewer")
		return
	}
	local, _, _ := strings.Cut(signIn, "@")
	for _, known := range append(strings.Fields(strings.ToLower(name)), local, "password", "clew") {
		if utf8.RuneCountInString(known) > 3 && strings.Contains(low, known) && utf8.RuneCountInString(low)-utf8.RuneCountInString(known) < shortestPassword {
			wrong.Add("password", "The password must not be made of your name, your sign-in name or the word “password”")
			return
		}
	}
	seen := map[rune]bool{}
	for _, c := range low {
		seen[c] = true
	}
	if len(seen) < 6 {
		wrong.Add("password", "The password must have at least 6 different characters")
	}
}

// random is text of n random bytes.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
