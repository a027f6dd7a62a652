package session

import (
	"context"
	"errors"
	"time"
)

// Limits of what a store takes. A store refuses larger things with ErrTooLarge, and a full mailbox or
// outbox with ErrFull. It writes nothing then.
const (
	MaxEvent   = 256 << 10 // bytes of one event's Body
	MaxState   = 64 << 10  // bytes of one session's state
	MaxOutput  = 512 << 10 // bytes of all outputs of one commit
	MaxOutputs = 100       // outputs of one session that wait to be delivered
	MaxMailbox = 200       // events of one session that wait for their turn
	MaxEventID = 128       // bytes of an event's id, and of its message's
)

// How long leases last if a request does not say.
const (
	// DefaultLease is for the right to run turns. A process extends the lease while it lives; other
	// processes wait as long for what one that died had under way. It is longer than the delivery
	// lease, so that redisstore need not write when to look at a session twice in most turns.
	DefaultLease = 3500 * time.Millisecond
	// DefaultDeliveryLease is for the right to deliver outputs: one call of a platform that hangs until
	// its time-out of 3 s, and some. Other processes wait as long for what one that died left unsent.
	DefaultDeliveryLease = 3300 * time.Millisecond
)

// The errors of a Store. It may wrap them.
var (
	// ErrFenced: another process took the lease, or the session was forgotten. Nothing of the caller's
	// turn was kept, and the caller must send nothing of it.
	ErrFenced = errors.New("session: lease lost")
	// ErrFull: MaxMailbox events of the session wait, or more than MaxOutputs outputs would wait.
	ErrFull = errors.New("session: mailbox full")
	// ErrTooLarge: an event, a state or the outputs are larger than a store takes.
	ErrTooLarge = errors.New("session: too large")
	// ErrUnavailable: the store could not be reached or did not answer in time. The call may have taken
	// effect or not. The caller may make the same call again.
	ErrUnavailable = errors.New("session: store unavailable")
	// ErrPartly: the store takes the events of some sessions, and is away for others, such as those on one node
	// that is dead. Check returns it, wrapped together with ErrUnavailable.
	ErrPartly = errors.New("session: store unavailable for a part of the sessions")
	// ErrNoDeadLetter: there is no dead letter of that id.
	ErrNoDeadLetter = errors.New("session: no such dead letter")
)

// LeaseToken names one acquisition of a session's lease, or of its delivery lease. The first four bytes are
// the same in all tokens of one process, which draws them at random when it starts; the rest is drawn for each
// acquisition. A token is used again only to repeat the same call. The zero LeaseToken is not valid. Callers draw
// tokens, and do not count them, because a store may know a token by 4 bytes that it makes out of all 8.
type LeaseToken [8]byte

// Process returns the part of the token that names the process.
func (t LeaseToken) Process() [4]byte { return [4]byte(t[:4]) }

// Seq is the number of an output. Outputs of a session are numbered in the order in which they were
// committed: the lower 8 bits are the place in the commit, from 1, and the bits above are the revision
// that the commit made. The second output of revision 7 has the number 7<<8|2.
// A Seq also says how far outputs were delivered: up to this one, which is included.
type Seq uint64

// MakeSeq returns the Seq of the nth output, n being 1 for the first, of the commit that made the revision
// rev.
func MakeSeq(rev uint32, n int) Seq { return Seq(rev)<<8 | Seq(n) }

// Output is something that a turn left to be sent: bytes that only the bot understands.
type Output struct {
	Seq  Seq
	Body []byte
}

// Event is an event as a store keeps it: bytes that only the bot understands, and what the store itself
// needs in order to sort and to recognise events.
type Event struct {
	// ID is the platform's id of the event, of 1 to MaxEventID bytes.
	ID string
	// Time is when the event happened, by the platform's clock. Events that wait are sorted by it. Those
	// of one time are in the order in which Begin and Replay brought them: a platform lists the events of
	// a webhook in order, and may give several of them the same time.
	Time time.Time
	// Accepted is when the store accepted the event first, by the store's clock. Callers of Begin leave
	// it zero.
	Accepted time.Time
	// MessageID is the platform's id of the message that the event brings, of up to MaxEventID bytes,
	// for Unsend. It is empty if the event brings no message.
	MessageID string
	// Body is the event itself. It is empty if the message was unsent meanwhile.
	Body []byte
}

// Store keeps sessions. All methods are safe for concurrent use. A store may be shared by any number of
// processes; then the methods are safe for use by all of them. Each call takes effect as a whole and in
// one step, or not at all. A call that failed with ErrUnavailable may be made again with the same
// arguments: the two have the effect of one. Calls end by themselves within a few seconds.
//
// Times come from the store's own clock, which all processes share, and are kept to the millisecond. A
// store copies the bytes that it is given, and the caller owns the bytes that it gets.
type Store interface {
	Admin

	// Wake returns a channel for a goroutine that calls Due. That goroutine sleeps for the wait that
	// Due returned. If a session of its accounts becomes due in that time, or will become due before the
	// end of it, the store sends a value. One value may stand for several sessions. Each call of Wake
	// returns a channel of its own, which is never closed, and each channel gets a value.
	//
	// A store that cannot tell returns nil, such as one that other processes write to as well. Then the
	// wait that Due returns is 2 s at most.
	Wake() <-chan struct{}

	// Heartbeat notes that a process lives and serves these accounts. For each of the accounts, in the
	// same order, it returns how many processes were noted within the last term, this one included. The
	// name of the process is drawn at random when the process starts, and has up to 64 bytes. A process
	// that has ended counts until the term after its last call is over. A store that belongs to one
	// process returns 1 for each account.
	// It returns ErrUnavailable.
	Heartbeat(ctx context.Context, process string, accounts []string, term time.Duration) (processes []int, err error)

	// Begin accepts an event, or looks what is due in a session. If there is a turn to run and nobody
	// holds the lease, the caller gets the lease, and with it the head of the line.
	//
	// With an Event: the event is durable when Begin returns without an error. An event whose ID was
	// accepted before is not accepted again. If the lease is free, the caller gets the head, or else the
	// oldest event of the mailbox, which need not be the one that it brought. If the lease is held, the
	// event waits in the mailbox, and the holder gets it from Commit.
	//
	// Without an Event: the caller gets what is due. That is an event whose holder went away, an event
	// whose delay after Release is over, an event that was accepted with Hold, or else the timer. An
	// event goes before a timer.
	//
	// In both cases the caller also gets outputs, and the delivery lease for them: those behind Done if
	// Done is set and the delivery lease is of the caller's process; otherwise, and not with Hold, all that are
	// left if the delivery lease ran out.
	//
	// The status is that of the first line that is true:
	//
	//	Stale       the event happened before a Forget, or at the same time
	//	Stale       it is a redelivery that the store does not know, from before the floor
	//	Run         no Hold; the lease is free; an event waits, this one perhaps, or there is no event in
	//	            the call and the timer is due
	//	Idle        there is no event in the call
	//	Queued      the event is new, or it waits or runs
	//	Duplicate   the event is done. A store may also say Queued while others wait or run
	//
	// A second call with the same Token, while it holds the lease, returns the same turn again. That is
	// not another attempt.
	//
	// Errors: ErrFull, ErrTooLarge, ErrUnavailable.
	Begin(ctx context.Context, r *BeginRequest) (BeginResult, error)

	// Commit ends a turn. In one step it writes the new state, the time of the next timer and the
	// outputs, deletes the event of the turn, and hands over the next event if one waits: the caller
	// then keeps the lease. If none waits, the lease is free.
	//
	// It returns ErrFenced and writes nothing if the caller lost the lease, or if the session has
	// another revision than the turn began with. A lease whose time is over is not lost until another
	// caller takes it: its holder may still commit, extend or release.
	//
	// The same call may be made again, because its answer was lost:
	//
	//   - If no other turn was committed since, the answer is the same again, without Next if another
	//     caller has the lease by now.
	//   - If other turns were committed since, and outputs of this commit still wait under the delivery
	//     lease that it got, the answer says so by MayDeliver, and has no Next.
	//   - Otherwise the answer is ErrFenced.
	//
	// A Commit without EventID says that the turn was for a timer. Then all turns that were begun since
	// the last commit were for that timer too, because a bot runs a timer that is due before the event
	// that waits. None of them counts as an attempt at the event. For example: a process dies twice of a
	// timer while the event e waits, and the third turn commits the timer. Commit hands over e, and the
	// turn of e is the first attempt.
	//
	// Other errors: ErrFull (of outputs; the turn still runs), ErrTooLarge, ErrUnavailable.
	Commit(ctx context.Context, r *CommitRequest) (CommitResult, error)

	// Release gives up the lease of a turn without a commit. The event stays the head, and is due after
	// the delay; until then no turn of the session begins, also if the turn was for a timer. Events that
	// arrive meanwhile wait in the mailbox. Counted says whether the attempt counts.
	// It returns ErrFenced if the lease was lost, and ErrUnavailable. A second call may return ErrFenced
	// or nil.
	Release(ctx context.Context, r *ReleaseRequest) error

	// Extend gives the lease of the token a new end, at now plus lease, which may be earlier than the old
	// end. It returns ErrFenced if the lease was lost, and ErrUnavailable.
	Extend(ctx context.Context, id string, t LeaseToken, lease time.Duration) error

	// Ack says that all outputs up to Done were delivered, Done included. A Done that was acknowledged
	// before, or zero, drops nothing more. If the delivery lease is of the caller's process, or is over, Ack
	// returns the outputs that are left, and gives the caller the delivery lease for these until now plus
	// DeliveryLease. Otherwise it returns none: another process has the delivery lease.
	//
	// For example: process A sends output 5.1 and is frozen for some seconds. B takes the outputs over,
	// acknowledges 5.1, and commits and sends 6.1. Then A wakes up and acknowledges 5.1. If the store gave A
	// the output 6.1, the user would see it twice.
	// It returns ErrUnavailable.
	Ack(ctx context.Context, r *AckRequest) (AckResult, error)

	// Discard is for an output that can never be delivered. It drops all outputs up to seq, seq included,
	// and keeps the output of that number as a dead letter. If a part of it was delivered, body is what is
	// left, and the letter has that in place of the output's body; nil is all of it. Why is the reason, in
	// a few words without data of users. Unlike Ack, it hands out no outputs and leaves the delivery lease as it is. If the
	// output is not in the outbox any more, there is no dead letter.
	// It returns ErrUnavailable.
	Discard(ctx context.Context, id string, seq Seq, why string, body []byte) error

	// Due returns the ids of up to limit sessions of these accounts in which Begin without an event has
	// something to do, the most overdue first, and how long to wait before asking again. Sessions of other
	// accounts are not listed, and do not count for the limit. A session is due
	//
	//   - from the end of its lease, if it is held;
	//   - else, if an event waits, from the time it was accepted or the end of the delay after Release;
	//   - else from the time of its timer, or the end of the delay if that is later;
	//   - and from the end of the delivery lease, if outputs wait.
	//
	// When the caller then calls Begin, there may be nothing left to do. A wait of zero says that more may be
	// due: ask again at once.
	//
	// If claim is more than zero, Due claims the sessions that it lists for so long. No Due lists a claimed
	// session, so that of several processes only one begins it. The caller begins all that it claims, at once;
	// what it does not begin is listed again when the claim is over. Nobody else is kept from beginning the
	// session. The claim is also over when Begin gives a turn or outputs of the session, and it may be over after
	// any other call for it. For example: A and B share a store in which 300 timers are due. A asks for 100
	// sessions and claims them for 1 s; B asks for 100 and gets others. A dies. Its 100 are listed again 1 s later;
	// so they are if an answer is lost.
	//
	// Without a claim, the list has the most overdue of all. With one, a store that keeps sessions in several
	// places may fill the list with a share from each place.
	//
	// A store may keep sessions of before sessions had accounts. It lists them to whoever asks, by an id
	// that is a hash without an account, which all calls take. It is the hash of the session's id.
	//
	// It returns ErrUnavailable. A store of several nodes, of which some do not answer, returns what is due
	// on the others together with the error: begin that all the same.
	Due(ctx context.Context, accounts []string, limit int, claim time.Duration) (
		ids []string, wait time.Duration, err error)
}

// BeginRequest is what Begin takes.
type BeginRequest struct {
	// ID is the session's id, from Key.ID or from Due.
	ID string
	// Token is the name of the lease, and of the delivery lease, if the caller gets one. It also says
	// which process calls.
	Token LeaseToken
	// Event is what arrived. An empty Event.ID means that nothing did: look what is due.
	Event Event
	// Redelivered says that the platform marked the event as delivered before. If the store does not
	// know the event, but may have forgotten it, the event is refused as Stale. How much a store
	// remembers is up to the store: memstore and redisstore remember events for 24 h, and the last 255
	// of a session.
	Redelivered bool
	// Hold leaves the event to others: it is made durable, and the caller does not get the lease. The
	// session is due then.
	Hold bool
	// Lease is how long the lease lasts. The default is DefaultLease.
	Lease time.Duration
	// DeliveryLease is how long the caller may deliver the outputs that Begin hands out. The default is
	// DefaultDeliveryLease.
	DeliveryLease time.Duration
	// Done acknowledges outputs, as Ack does, if it is not zero.
	Done Seq
}

// Status is what Begin did.
type Status uint8

const (
	// Run: the caller holds the lease, and must run the turn of BeginResult.Event or of the timer.
	Run Status = iota + 1
	// Queued: the event is durable. Another caller will run its turn, now or when it is due.
	Queued
	// Duplicate: the event was accepted before, and the caller has no turn to run.
	Duplicate
	// Stale: the event was refused, because it happened before a Forget, or because it is a redelivery of
	// an event that the store may have forgotten.
	Stale
	// Idle: the caller brought no event, and there is no turn to run. There may be Outputs.
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
	// Outputs are those that wait to be delivered. The caller has the delivery lease for them until Now
	// plus BeginRequest.DeliveryLease. Retried says that an earlier holder of the delivery lease may have sent
	// some of them: that lease ran out, now or before this process got it.
	Outputs []Output
	Retried bool

	// The fields below are set if Status is Run.

	// Event is the event of the turn. Its ID is empty if the turn is for the timer.
	Event Event
	// Attempt counts the turns that were begun for this event or timer, this one included.
	Attempt int
	// Crashed says that an earlier attempt at this event or timer ended without a word: its time was
	// over, and another caller took the lease. So it is when a process dies or freezes. An attempt that
	// ended with Release did not crash.
	Crashed bool
	// Rev is the revision of the session: how often it was committed.
	Rev uint32
	// State is what the last commit wrote; nil for a new session. The caller owns it.
	State []byte
	// Due is the time of the timer that the last commit wrote, or zero.
	Due time.Time
	// Memo is what the store wants to hear again when the turn is committed, which may save it work; or nil. The
	// caller passes it on to Commit as it is, or leaves it out.
	Memo []byte
}

// CommitRequest is what Commit takes.
type CommitRequest struct {
	ID    string
	Token LeaseToken
	// Rev is the revision that the turn began with.
	Rev uint32
	// EventID is the event of the turn, which is done now. It is empty if the turn was for the timer:
	// then an event that waits keeps waiting, and is handed over.
	EventID string
	// State is the new state. If State is empty and Due is zero, the session has ended: the store keeps
	// no more than it needs to recognise its events, and the outputs that wait.
	State []byte
	// Due is the time of the next timer, or zero for none. It replaces the time of the last commit.
	Due time.Time
	// Keep is how long the session is kept after this turn, or after Due if that is later. A store keeps
	// it for at least 24 h.
	Keep time.Duration
	// Outputs are what is to be sent, in order. They are numbered by MakeSeq.
	Outputs [][]byte
	// Done acknowledges earlier outputs, as Ack does, if it is not zero.
	Done Seq
	// Lease and DeliveryLease are as in BeginRequest.
	Lease, DeliveryLease time.Duration
	// Release gives up the lease though events wait: they are due at once.
	Release bool
	// Memo is that of the BeginResult that began this turn. It is nil for a turn that Commit handed over, and may be nil.
	Memo []byte
	// Dead is why the event is set aside, in a few words without data of users; empty if the event was
	// handled. The store keeps the event and the reason as a dead letter. If EventID is empty, the store
	// keeps DeadTimer instead, or nothing if that is nil.
	Dead string
	// DeadTimer is what the dead letter of a timer shows; nil if the turn was for an event.
	DeadTimer *DeadTimer
}

// DeadTimer is a timer that is set aside. The store has no event for it, so the bot makes one.
type DeadTimer struct {
	// Event stands for the timer: Replay makes it an event of the session. The store sets its Accepted to
	// the time of the commit, and keeps no MessageID.
	Event Event
	// Attempts is how often the timer was tried, up to 255. The bot counts that, because the store's count
	// begins anew with each commit, and a bot commits when it puts a timer off.
	Attempts int
}

// CommitResult is what Commit answers.
type CommitResult struct {
	// Now is the store's clock.
	Now time.Time
	// Rev is the new revision.
	Rev uint32
	// MayDeliver says that the caller has the delivery lease and may deliver the outputs of this commit.
	// It is false if older outputs wait: whoever delivers those gets the new ones from Ack.
	MayDeliver bool
	// Next is the next event; its ID is empty if none waits. If it is set, the caller still holds the
	// lease, with a fresh term, and must run the turn of Next. Its attempt is the first.
	Next Event
}

// AckRequest is what Ack takes.
type AckRequest struct {
	ID string
	// Token says which process calls, and is the name of the delivery lease if the caller gets one.
	Token LeaseToken
	// Done is the last output that was delivered; zero for none.
	Done Seq
	// DeliveryLease is how long the caller may deliver the outputs that Ack hands out. The default is
	// DefaultDeliveryLease.
	DeliveryLease time.Duration
	// Leave gives the delivery lease up, to wait before another attempt. Ack hands out nothing, and nobody
	// has the delivery lease: after DeliveryLease, whoever comes gets the outputs that are left.
	Leave bool
}

// AckResult is what Ack answers.
type AckResult struct {
	// Outputs are those that the caller may deliver now.
	Outputs []Output
	// Retried says that another process may have sent some of them.
	Retried bool
}

// ReleaseRequest is what Release takes.
type ReleaseRequest struct {
	ID    string
	Token LeaseToken
	// Delay is how long the event waits before it is due again.
	Delay time.Duration
	// Counted says whether the attempt counts in BeginResult.Attempt. An attempt of a process that is
	// shutting down, for example, should not.
	Counted bool
}
