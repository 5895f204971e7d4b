//go:build !linux && !darwin && !freebsd

package app

// room is not known on this system.
func room(string) (free int64, known bool) { return 0, false }
