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

	// Inspect returns what is kept of a session. It changes nothing, and may be called while a turn
	// runs. A session of which nothing is kept is the zero Snapshot but for Now.
	// It returns ErrUnavailable.
	Inspect(ctx context.Context, id string) (Snapshot, error)

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

	// DeadLetters returns up to limit dead letters, the oldest first within a part of the store, and
	// from where to go on: "" begins, and is returned at the end.
	// It returns ErrUnavailable.
	DeadLetters(ctx context.Context, from string, limit int) (letters []DeadLetter, next string, err error)

	// Replay makes a dead letter an event of its session again, due at once, and removes the
	// letter. Its id is that of the letter's event followed by "#r" and a number, so that it is
	// not taken for the event that failed. It returns ErrNoDeadLetter, ErrOutput, ErrFull,
	// ErrUnavailable.
	Replay(ctx context.Context, letter string) error

	// DeleteDeadLetter deletes a dead letter. It returns ErrNoDeadLetter, ErrUnavailable.
	DeleteDeadLetter(ctx context.Context, letter string) error
}

// Snapshot is what a store keeps of a session at one moment.
type Snapshot struct {
	// Now is the store's clock.
	Now time.Time
	// Rev is the revision of the session: how often it was committed.
	Rev uint32
	// State is what the last commit wrote. The caller owns it.
	State []byte
	// Due is the time of the next timer that the last commit wrote, or zero.
	Due time.Time
	// LeasedUntil is when the lease of the turn that runs ends; zero if no turn runs. It is in the
	// past where the process that had the lease is gone, and nobody has taken it yet.
	LeasedUntil time.Time
	// Attempts counts the turns that were begun for the first event, or for the timer.
	Attempts int
	// Events are those that wait, the one that a turn was begun for first. They have no Body and no
	// MessageID.
	Events []Event
	// Outputs are those that wait to be delivered, in order.
	Outputs []Output
}

// DeadLetter is an event or a timer that could not be handled, or an output that could not be
// delivered. A timer shows as the event of its DeadTimer.
type DeadLetter struct {
	// ID names the letter in Replay and DeleteDeadLetter.
	ID string
	// Session is the id of its session.
	Session string
	// Event is the event; its ID is empty if the letter is an output.
	Event Event
	// Attempts counts the turns that were begun for the event, or is DeadTimer.Attempts.
	Attempts int
	// Output is the output; its Seq is zero if the letter is an event.
	Output Output
	// Why is the reason, in the words of CommitRequest.Dead or of Discard.
	Why string
	// Time is when it was set aside, by the store's clock.
	Time time.Time
}
