// Package training lets people who train others replay chronologies: those that
// are shipped, and their own, which are read and forgotten. No record is touched.
package training

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/warning/chronology"
)

// Limits of a chronology that is replayed for a page, which must not keep others
// waiting; clew replay takes larger ones.
const (
	MaxBytes  = 200 << 10
	MaxEvents = 500
)

// A Store is where people replay.
type Store struct{ guard *access.Guard }

// NewStore returns the store behind a guard.
func NewStore(g *access.Guard) *Store { return &Store{g} }

// A Shipped is one of the chronologies that come with Clew.
type Shipped struct{ Name, Title, Area, About string }

// A Told is a chronology replayed twice: by the rules of a day, and by those of each
// day as it came.
type Told struct {
	*chronology.Chronology
	Text          string // as it was sent, for the next step
	Today, OfTime *chronology.Replay
}

// Shipped lists what comes with Clew.
func (s *Store) Shipped(ctx context.Context, by access.Actor) (all []Shipped, err error) {
	err = s.guard.Look(ctx, by, access.Replay, func(_ *db.View, sight *access.Sight) error {
		sight.Saw("chronologies", "")
		for _, name := range chronology.Shipped() {
			text, err := open(name)
			if err != nil {
				return err
			}
			c, err := chronology.Read(strings.NewReader(text))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			all = append(all, Shipped{name, c.Title, c.Area, about(text)})
		}
		return nil
	})
	return all, err
}

// about is the comment at the head of a file.
func about(text string) string {
	var said []string
	for line := range strings.Lines(text) {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
			said = append(said, c)
		} else if len(said) > 0 {
			break
		}
	}
	return strings.Join(said, " ")
}

func open(name string) (string, error) {
	if !fs.ValidPath(name) || strings.Contains(name, "/") {
		return "", fault.NotFound
	}
	f, err := chronology.Open(name)
	if err != nil {
		return "", fault.NotFound
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err
}

// Open replays one that comes with Clew, with the rules of today.
func (s *Store) Open(ctx context.Context, by access.Actor, name string, today time.Time) (t *Told, err error) {
	err = s.guard.Look(ctx, by, access.Replay, func(_ *db.View, sight *access.Sight) error {
		text, err := open(name)
		if err != nil {
			return err
		}
		sight.Saw("chronology", name)
		t, err = tell(text, today)
		return err
	})
	return t, err
}

// Tell replays a chronology of somebody's own. It is read only once they may, and is
// not kept.
func (s *Store) Tell(ctx context.Context, by access.Actor, read func() (string, error), today time.Time) (t *Told, err error) {
	err = s.guard.Look(ctx, by, access.Replay, func(_ *db.View, sight *access.Sight) error {
		sight.Saw("chronology", "")
		text, err := read()
		if err != nil {
			return err
		}
		t, err = tell(text, today)
		return err
	})
	return t, err
}

func tell(text string, today time.Time) (*Told, error) {
	if len(text) > MaxBytes {
		return nil, fault.Bad("text", fmt.Sprintf("The chronology is longer than %d KB; clew replay takes longer ones", MaxBytes>>10))
	}
	c, err := chronology.Read(strings.NewReader(text))
	if faults, ok := err.(chronology.Faults); ok {
		lines := make([]string, len(faults))
		for i, f := range faults {
			lines[i] = f.Error()
		}
		return nil, fault.Bad("text", strings.ToUpper(lines[0][:1])+strings.Join(lines, "; ")[1:])
	}
	if err != nil {
		return nil, err
	}
	if len(c.Facts) > MaxEvents {
		return nil, fault.Bad("text", fmt.Sprintf("The chronology has more than %d events; clew replay takes longer ones", MaxEvents))
	}
	t := &Told{Chronology: c, Text: text}
	if t.Today, err = c.Run(chronology.Options{RulesOf: today}); err != nil {
		return nil, err
	}
	t.OfTime, err = c.Run(chronology.Options{})
	return t, err
}
