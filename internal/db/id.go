package db

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"sync/atomic"
	"time"
)

var (
	lastID  atomic.Int64 // microseconds since 1970
	process = func() uint32 { var b [4]byte; rand.Read(b[:]); return binary.BigEndian.Uint32(b[:]) }()
	letters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
)

// NewID returns a new identifier: 16 letters and digits, in the order this
// process made them, and different from any other process's (26 random bits).
// It tells when it was made, to the microsecond, and nothing else.
func NewID() string {
	now := time.Now().UnixMicro()
	for {
		last := lastID.Load()
		next := max(now, last+1)
		if !lastID.CompareAndSwap(last, next) {
			continue
		}
		var b [10]byte // 54 bits of time, 26 of the process
		binary.BigEndian.PutUint64(b[:8], uint64(next)<<10|uint64(process>>22))
		binary.BigEndian.PutUint16(b[8:], uint16(process))
		return letters.EncodeToString(b[:])
	}
}
