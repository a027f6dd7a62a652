package session

import (
	"context"
	"strconv"
	"time"
)

// Admin is what operators need of a store besides the turn. Every Store has it.
type Admin interface {
	// Check returns nil if the store would take an event now, and otherwise why not, in words for an
	// operator. It changes nothing. It returns ErrPartly if the store would take the events of some sessions.
	Check(ctx context.Context) error

	// Inspect returns what is kept of a session. It changes nothing, and may be called while a turn
	// runs. If nothing is kept of the session, the result is the zero Snapshot but for Now.
	// It returns ErrUnavailable.
	Inspect(ctx context.Context, id string) (Snapshot, error)

	// Forget deletes all that is kept of a session: state, timer, waiting events, outputs and dead
	// letters. A turn that runs is fenced. What is left is a tombstone: for 25 h, events whose Time is
	// not after the call are refused as Stale. Later events begin a new session. Its revision goes on
	// from the old one, so that an acknowledgement of old outputs drops no new ones.
	// It returns ErrUnavailable.
	Forget(ctx context.Context, id string) error

	// Unsend takes a message out of what is kept of a session, because its sender took it back. Events
	// of the message that are dead letters are deleted. Those that wait or run lose their Body: they
	// keep their place, and have their turn. An event that arrives after the call is not touched.
	// It returns ErrTooLarge for an id of more than MaxEventID bytes, another error for an empty one, and
	// ErrUnavailable.
	Unsend(ctx context.Context, id, messageID string) error

	// DeadLetters returns a page of up to limit dead letters of these accounts, and where the next page
	// begins. Call it with from "" first, and then with the next of the call before and the same accounts,
	// until next is "". A store may have several parts: the oldest dead letter comes first within each. How
	// many are kept of each account is up to the store.
	//
	// A store may keep dead letters of before sessions had accounts. It lists them to whoever asks: their
	// Session has a hash and no account.
	// It returns ErrUnavailable, and another error for a limit below 1.
	DeadLetters(ctx context.Context, accounts []string, from string, limit int) (
		letters []DeadLetter, next string, err error)

	// CountDeadLetters returns how many dead letters these accounts have, and how many there are of before
	// sessions had accounts. It takes no longer if there are many: a bot
	// asks every 10 s.
	// It returns ErrUnavailable.
	CountDeadLetters(ctx context.Context, accounts []string) (int, error)

	// Replay makes an event out of a dead letter, which is deleted. The event is that of
	// DeadLetter.Replayed, and is due at once. At the end of its id come "#r" and a number that the store
	// chooses, such as "e1#r3": otherwise it would be taken for the event that failed, and would be a
	// duplicate.
	// It returns ErrNoDeadLetter, ErrFull and ErrUnavailable.
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
	// LeasedUntil is when the lease of the turn that runs ends; zero if no turn runs. A time in the past
	// means that the process which had the lease is gone, and that no process has taken it yet.
	LeasedUntil time.Time
	// Attempts counts the turns that were begun for the first of Events, or for the timer.
	Attempts int
	// Events are the head, if there is one, and then those of the mailbox, in order. They have no Body
	// and no MessageID.
	Events []Event
	// Outputs are those that wait to be delivered, in order.
	Outputs []Output
}

// DeadLetter is an event or a timer that could not be handled, or an output that could not be
// delivered. A timer shows as the event of its DeadTimer.
type DeadLetter struct {
	// ID names the dead letter in Replay and DeleteDeadLetter. It is not the id of the event.
	ID string
	// Session is the id of the session.
	Session string
	// Event is the event. Its ID is empty if the dead letter is an output.
	Event Event
	// Attempts counts the turns that were begun for the event, or is DeadTimer.Attempts.
	Attempts int
	// Output is the output. Its Seq is zero if the dead letter is an event.
	Output Output
	// Why is the reason, in the words of CommitRequest.Dead or of Discard.
	Why string
	// Time is when it became a dead letter, by the store's clock.
	Time time.Time
}

// OutputEventID is how the ID of an event begins that stands for an output: see DeadLetter.Replayed.
const OutputEventID = "output:"

// Replayed returns the event that Replay makes of the dead letter, without what Replay appends to its ID.
// For an event or a timer, it is the Event of the dead letter, which was accepted when the first one was.
// For an output, it is an event that stands for the output: the output of Seq 1793 has the ID "output:1793"
// and its own Body, and it happened and was accepted when the output became a dead letter. A bot sends
// such an output once more, as an output of the turn of that event.
func (l *DeadLetter) Replayed() Event {
	if l.Output.Seq == 0 {
		return l.Event
	}
	id := OutputEventID + strconv.FormatUint(uint64(l.Output.Seq), 10)
	return Event{ID: id, Time: l.Time, Accepted: l.Time, Body: l.Output.Body}
}
