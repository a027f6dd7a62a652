package session

import (
	"context"
	"time"
)

// Admin is what operators need of a store besides the turn. Every Store has it.
type Admin interface {
	// Check reports whether the store would take an event now, and why not, in words for an
	// operator. It makes no change.
	Check(ctx context.Context) error

	// Forget deletes all that is kept of a session: state, timers, waiting events, outputs and
	// dead letters. Events that happened up to now are refused as Stale from then on, for 25 h;
	// later ones begin a new session. A turn that runs is fenced.
	// It returns ErrUnavailable.
	Forget(ctx context.Context, id string) error

	// Unsend takes a message out of what is kept of a session: the dead letters of its events
	// go, and those of its events that wait or run lose their Body. They keep their place, and
	// their turns come. An event that arrives later is not touched.
	// It returns ErrTooLarge for an id of more than MaxEventID bytes, and ErrUnavailable.
	Unsend(ctx context.Context, id, messageID string) error

	// Letters returns up to limit dead letters, the oldest first within a part of the store, and
	// from where to go on: "" begins, and is returned at the end.
	// It returns ErrUnavailable.
	DeadLetters(ctx context.Context, from string, limit int) (letters []DeadLetter, next string, err error)

	// Replay makes a dead letter an event of its session again, due at once, and removes the
	// letter. Its id is that of the letter's event followed by "#r" and a number, so that it is
	// not taken for the event that failed. It returns ErrNoDeadLetter, ErrOutput, ErrFull,
	// ErrUnavailable.
	Replay(ctx context.Context, letter string) error

	// Purge deletes a dead letter. It returns ErrNoDeadLetter, ErrUnavailable.
	DeleteDeadLetter(ctx context.Context, letter string) error
}

// Letter is an event that could not be handled, or an output that could not be delivered.
type DeadLetter struct {
	// ID names the letter in Replay and Purge.
	ID string
	// Session is the id of its session.
	Session string
	// Event is the event; its ID is empty if the letter is an output.
	Event Event
	// Attempts counts the turns that were begun for the event.
	Attempts int
	// Output is the output; its Seq is zero if the letter is an event.
	Output Output
	// Why is the reason, in the words of CommitRequest.Dead or of Discard.
	Why string
	// Time is when it was set aside, by the store's clock.
	Time time.Time
}
