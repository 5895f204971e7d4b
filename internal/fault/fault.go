// Package fault holds the few ways a request can go wrong that a person may
// hear about. Everything else is a bug: it is logged with a number, and the
// person is given the number.
package fault

import "strings"

// A Fault is one of the constants below. Wrap it with %w and a noun.
type Fault string

func (f Fault) Error() string { return string(f) }

const (
	// NotFound: there is no such thing, or the person may not know there is.
	NotFound Fault = "not found"
	// Forbidden: the thing is known to exist, and this person may not do that.
	Forbidden Fault = "forbidden"
	// Conflict: somebody else changed it first.
	Conflict Fault = "conflict"
	// ReadOnly: nobody may change anything now.
	ReadOnly Fault = "read-only"
)

// A Message is what is wrong with one field, in the words of a form.
type Message struct{ Field, Text string }

// Invalid is input that cannot be used, with a message for each field in the
// order of the page.
type Invalid []Message

func (v Invalid) Error() string {
	texts := make([]string, len(v))
	for i, m := range v {
		texts[i] = m.Text
	}
	return strings.Join(texts, "; ")
}

// Of is the message for a field, or "".
func (v Invalid) Of(field string) string {
	for _, m := range v {
		if m.Field == field {
			return m.Text
		}
	}
	return ""
}

// Messages gathers what is wrong. The zero Messages is ready for use.
type Messages struct{ all Invalid }

// Add notes what is wrong with a field; only the first thing for each field counts.
func (m *Messages) Add(field, text string) {
	if m.all.Of(field) == "" {
		m.all = append(m.all, Message{field, text})
	}
}

// Err is nil when nothing is wrong, else an Invalid.
func (m *Messages) Err() error {
	if len(m.all) == 0 {
		return nil
	}
	return m.all
}

// Bad is an Invalid of one message.
func Bad(field, text string) error { return Invalid{{field, text}} }
