package account

import "context"

// Unslowed is Start by somebody who tries for the first time.
func Unslowed(s *Store, ctx context.Context, t Try) (string, error) {
	s.slow = newThrottle()
	return s.Start(ctx, t, Visitor{Address: "192.0.2.7"})
}
