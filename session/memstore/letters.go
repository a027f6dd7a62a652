package memstore

import (
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// MaxDeadLetters is how many dead letters a Store keeps. Then the oldest go.
const MaxDeadLetters = 1000

// DeadLetter is an event that was set aside as undeliverable.
type DeadLetter struct {
	// Session is the session's id.
	Session string
	// Event is the event; its ID is empty if the turn was for a timer.
	Event session.Event
	// Attempts is how often a turn was begun for it.
	Attempts int
	// Reason is the Dead of the commit.
	Reason string
	// Time is when it was set aside.
	Time time.Time
}

// DeadLetters returns the dead letters, the oldest first. Their bodies are not to be written to.
func (s *Store) DeadLetters() []DeadLetter {
	s.deadMu.Lock()
	defer s.deadMu.Unlock()
	return slices.Clone(s.dead)
}

func (s *Store) bury(d DeadLetter) {
	s.deadMu.Lock()
	defer s.deadMu.Unlock()
	if len(s.dead) >= MaxDeadLetters {
		s.dead = slices.Delete(s.dead, 0, 1)
	}
	s.dead = append(s.dead, d)
}

func (e *entry) deadLetter(r *session.CommitRequest, now int64) *DeadLetter {
	d := &DeadLetter{Session: e.id, Attempts: e.attempts, Reason: r.Dead, Time: clock(now)}
	if r.EventID != "" {
		d.Event = e.mail.running()
	}
	return d
}
