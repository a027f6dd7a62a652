package session

import (
	"context"
	"errors"
	"time"
)

// Limits of what a store takes. A store refuses more with ErrTooLarge before it writes.
const (
	MaxEvent   = 256 << 10 // bytes of one event
	MaxState   = 64 << 10  // bytes of one session's state
	MaxOutput  = 512 << 10 // bytes of all outputs of one commit
	MaxOutputs = 100       // outputs of one session that wait to be delivered
	MaxMailbox = 200       // events of one session that wait for their turn
	MaxEventID = 128       // bytes of an event's id, and of its message's
)

// Terms of leases where a request gives none.
const (
	DefaultLease         = 10 * time.Second // of a turn
	DefaultDeliveryLease = 4 * time.Second  // of the right to deliver outputs: see BeginRequest.Lane
)

// What a Store answers besides a result.
var (
	// ErrFenced: the lease was lost to another process, which runs the event again. Nothing of
	// the caller's turn was kept.
	ErrFenced = errors.New("session: lease lost")
	// ErrFull: too many events of this session, or too many outputs, wait already.
	ErrFull = errors.New("session: mailbox full")
	// ErrTooLarge: an event, a state or the outputs are larger than a store takes.
	ErrTooLarge = errors.New("session: too large")
	// ErrUnavailable: the store could not be reached or did not answer in time. What was asked
	// may have happened: the same call may be made again.
	ErrUnavailable = errors.New("session: store unavailable")
	// ErrNoDeadLetter: there is no dead letter of that id.
	ErrNoDeadLetter = errors.New("session: no such dead letter")
	// ErrOutput: the dead letter is an output, which cannot be replayed: the turn that left it is
	// over, and so is the time in which it could be answered.
	ErrOutput = errors.New("session: an output cannot be replayed")
)

// Token names one acquisition of a session's lease. It is drawn at random by the caller of
// Begin; no two calls share one. The zero Token is not valid.
type LeaseToken [8]byte

// Seq numbers the outputs of a session in the order they were committed: the revision of the
// commit in the upper 40 bits, the place in it, from 1, in the lower 8 bits.
// A Seq also says how far outputs were delivered: all up to and with it.
type Seq uint64

// MakeSeq returns the Seq of the nth output, counted from 1, of the commit that made revision rev.
func MakeSeq(rev uint32, n int) Seq { return Seq(rev)<<8 | Seq(n) }

// Output is something that a turn left to be sent: bytes that only the bot understands.
type Output struct {
	Seq  Seq
	Body []byte
}

// Event is an event as a store keeps it: bytes that only the bot understands, with what the
// store itself needs to order and to recognise it.
type Event struct {
	// ID is the platform's id of the event, of 1 to MaxEventID bytes.
	ID string
	// Time is the platform's timestamp, by which waiting events are ordered; then by ID.
	Time time.Time
	// Accepted is when the store first accepted the event, by the store's clock. Callers of
	// Begin leave it zero.
	Accepted time.Time
	// MessageID is the platform's id of the message that the event brings, for Unsend; of up to
	// MaxEventID bytes, and empty if it brings none.
	MessageID string
	// Body is the event itself. It is empty if the message was unsent meanwhile.
	Body []byte
}

// Store keeps sessions. All methods are safe for concurrent use, by any number of processes
// where the store is shared between processes, and each takes effect at once and whole, or not
// at all. A call that failed with ErrUnavailable may be repeated with the same arguments: its
// effect is that of one call. Calls end by themselves within a few seconds.
//
// Times come from the store's own clock, which all processes share. They are kept to the
// millisecond.
type Store interface {
	Admin

	// Wake returns a channel that receives a value when a session became due, or will become due,
	// earlier than the wait that the last Due told. It is always the same channel and never
	// closed, one value may stand for several sessions, and one goroutine receives from it: the
	// one that calls Due. It is nil where the store cannot tell, as one that is shared between
	// processes cannot; then the wait that Due tells is 2 s at most.
	Wake() <-chan struct{}

	// Heartbeat notes that a process lives, and returns how many were noted within term, this one
	// among them. The process draws its name at random when it starts, of up to 64 bytes. A process
	// that has ended counts until its term is over. A store that one process has for itself
	// returns 1.
	// It returns ErrUnavailable.
	Heartbeat(ctx context.Context, process string, term time.Duration) (processes int, err error)

	// Begin accepts an event, or looks after a session that is due, and takes the session's
	// lease if there is something to do and nobody holds it.
	//
	// With an Event, it is made durable before Begin returns without an error. An event whose
	// ID was accepted before is not accepted again. If the lease is free, the caller gets the
	// oldest event that waits, which need not be the one it brought. If the lease is held, the
	// event waits, and the holder gets it from its Commit.
	//
	// Without an Event, the caller gets what is due: an event whose holder went away or whose
	// time to be tried again has come, a timer, or outputs that nobody delivered in time.
	//
	// In both cases the caller also gets outputs whose lane ran out, but not with Hold.
	//
	// Errors: ErrFull, ErrTooLarge, ErrUnavailable.
	Begin(ctx context.Context, r *BeginRequest) (BeginResult, error)

	// Commit ends a turn: in one step it writes the new state, the time of the next timer and
	// the outputs, forgets the event of the turn, and hands over the next event if one waits.
	//
	// It returns ErrFenced, and writes nothing, if the lease of Token was lost or if another
	// turn was committed since. A lease that ran out but that nobody took is not lost: its
	// holder may still commit, extend or release. A call that is made again succeeds as well
	// if others were committed since, but its outputs still wait in the lane that it was given.
	// Other errors: ErrFull (outputs), ErrTooLarge, ErrUnavailable.
	//
	// A Commit without EventID says that the turn was for a timer. So were the turns that were begun
	// since the last commit: a bot runs a timer that is due before the event that waits. None of them
	// counts as an attempt of that event. Example: a process dies twice of a timer while event e
	// waits, and the third turn commits the timer. Commit hands over e, for its first attempt.
	Commit(ctx context.Context, r *CommitRequest) (CommitResult, error)

	// Release gives up the lease of a turn that was not committed. The event stays the first
	// in line, and is due after the delay. Counted says whether the attempt counts. An event
	// that comes meanwhile waits behind it, and so it does behind a timer that was released.
	// It returns ErrFenced if the lease was lost, and ErrUnavailable.
	Release(ctx context.Context, r *ReleaseRequest) error

	// Extend lets the lease of Token end at lease from now. It returns ErrFenced if it was lost,
	// and ErrUnavailable.
	Extend(ctx context.Context, id string, t LeaseToken, lease time.Duration) error

	// Ack says that the outputs up to and with done were delivered, and returns those that
	// wait behind them. The caller has the right to deliver these until lane from now. Ack
	// with a done that was acknowledged before does no harm.
	// It returns ErrUnavailable.
	Ack(ctx context.Context, id string, done Seq, lane time.Duration) ([]Output, error)

	// Discard is Ack for an output that can never be delivered: it drops the outputs up to and
	// with seq, and keeps that of seq as a dead letter. Why is the reason, in a few words without
	// user data. It neither hands out what waits behind nor moves the lane. An output that was
	// acknowledged before leaves no letter.
	// It returns ErrUnavailable.
	Discard(ctx context.Context, id string, seq Seq, why string) error

	// Due returns the ids of up to limit sessions for which Begin without an event has
	// something to do, the most overdue first, and how long to wait before asking again.
	// An id may be due and yet have nothing to do by the time Begin is called.
	// It returns ErrUnavailable.
	Due(ctx context.Context, limit int) (ids []string, wait time.Duration, err error)
}

// BeginRequest is what Begin takes.
type BeginRequest struct {
	// ID is the session's id, from Key.ID.
	ID string
	// Token names the lease, should it be taken.
	Token LeaseToken
	// Event is what arrived. An empty Event.ID means none: look after what is due.
	Event Event
	// Redelivered says that the platform marked the event as delivered before: it is refused
	// if it is older than what the store still remembers.
	Redelivered bool
	// Hold leaves the event to others: it is made durable, and the lease is not taken.
	Hold bool
	// Lease is how long the lease lasts. The default is DefaultLease.
	Lease time.Duration
	// Lane is how long the right to deliver outputs lasts, where Begin hands out some.
	// The default is DefaultDeliveryLease.
	DeliveryLease time.Duration
	// Done acknowledges outputs, as Ack does, if it is not zero.
	Done Seq
}

// Status is what Begin did.
type Status uint8

const (
	// Run: the caller holds the lease and runs a turn.
	Run Status = iota + 1
	// Queued: the event is durable, and another caller will run it, now or when it is due.
	Queued
	// Duplicate: the event was accepted before, and nothing is left to do.
	Duplicate
	// Stale: the event is a redelivery, older than what the store remembers. It was refused.
	Stale
	// Idle: there was no event and nothing was due but, perhaps, the Outputs.
	Idle
)

// String returns the status in lower case.
func (s Status) String() string {
	names := [...]string{"none", "run", "queued", "duplicate", "stale", "idle"}
	if int(s) >= len(names) {
		return names[0]
	}
	return names[s]
}

// BeginResult is what Begin answers.
type BeginResult struct {
	Status Status
	// Now is the store's clock.
	Now time.Time
	// Outputs wait to be delivered, and the caller has the right to do it until Lane from Now.
	// They are set if Done left some behind, or if their right of way had run out. In the
	// second case, an earlier holder may have sent some of them: Retried is true.
	Outputs []Output
	Retried bool

	// The rest is set for Run alone.

	// Event is the event of the turn. Its ID is empty if the turn is for a timer.
	Event Event
	// Attempt counts the turns that were begun for this event, from 1.
	Attempt int
	// Crashed says that an earlier attempt ended without a word: its lease ran out, as it does
	// when a process dies or freezes. An attempt that was released is none of those.
	Crashed bool
	// Rev is the revision of the session: how often it was committed.
	Rev uint32
	// State is what the last commit wrote; nil for a new session. The caller owns it.
	State []byte
	// Due is the time of the next timer that the last commit wrote, or zero.
	Due time.Time
}

// CommitRequest is what Commit takes.
type CommitRequest struct {
	ID    string
	Token LeaseToken
	// Rev is the revision that the turn began with.
	Rev uint32
	// EventID names the event of the turn, which is forgotten. Empty for a timer: then an event
	// that waits stays.
	EventID string
	// State is the new state. If both State is empty and Due is zero, the session has ended and
	// only what it takes to recognise its events is kept.
	State []byte
	// Due is the time of the next timer; zero for none.
	Due time.Time
	// Keep is how long the session is kept after this turn or after Due, whichever is later.
	// It is at least 24 h.
	Keep time.Duration
	// Outputs are what is to be sent, in order.
	Outputs [][]byte
	// Done acknowledges earlier outputs, as Ack does, if it is not zero.
	Done Seq
	// Lease and Lane are as in BeginRequest.
	Lease, DeliveryLease time.Duration
	// Release gives up the lease though events wait: they are due at once.
	Release bool
	// Dead is why the event is set aside as undeliverable, in a few words without user data;
	// empty if it was handled. The store keeps the event and the reason as a dead letter. With an
	// empty EventID it keeps DeadTimer instead, or nothing if that is nil.
	Dead string
	// DeadTimer is what the dead letter of a timer shows; nil for an event.
	DeadTimer *DeadTimer
}

// DeadTimer is a timer that is set aside. The store has no event for it, so the bot makes one.
type DeadTimer struct {
	// Event stands for the timer: Replay makes it an event of the session. Its Accepted is the time
	// of the commit, and it has no MessageID, whatever the caller says.
	Event Event
	// Attempts is how often the timer was tried, up to 255: the bot counts that, as each failure
	// that it commits begins the store's count anew.
	Attempts int
}

// CommitResult is what Commit answers.
type CommitResult struct {
	// Now is the store's clock.
	Now time.Time
	// Rev is the new revision.
	Rev uint32
	// Lane says that the caller has the right to deliver the outputs of this commit. Otherwise
	// whoever delivers those before gets them from Ack.
	MayDeliver bool
	// Next is the event that waited; its ID is empty if none did. The caller then still holds
	// the lease, with a fresh term, and runs the turn for Next.
	Next Event
}

// ReleaseRequest is what Release takes.
type ReleaseRequest struct {
	ID    string
	Token LeaseToken
	// Delay is how long the event waits before it is due again.
	Delay time.Duration
	// Counted says whether the attempt counts. It does not when the process is going down.
	Counted bool
}
