package memstore

import (
	"bytes"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// entry is what the store keeps of one session. Times are in milliseconds since 1970, here and in
// the whole package; zero means none.
type entry struct {
	id      string
	account *account
	expires int64 // from then on the session does not exist
	due     int64 // its place in the order of the queue; settle sets it by dueAt
	place   int   // of the session in the queue of its account

	// The state of the lease depends on three fields:
	//
	//	state    token  until    notBefore  who may begin a turn, and who may commit
	//	free     zero   -        past       anybody may begin; nobody may commit
	//	resting  zero   -        to come    nobody may begin before notBefore; nobody may commit
	//	held     t      to come  -          only t may commit; events that come wait
	//	overdue  t      past     -          anybody may begin, and so take the lease from t; until
	//	                                    somebody does, t may still commit
	token session.LeaseToken
	until int64
	// attempts counts the turns that were begun for the head, or for the timer if there is none.
	attempts int
	// crashed says that one of these turns lost its lease.
	crashed bool
	// notBefore is when the next turn may begin. For a turn that was released it is the end of the
	// delay. Otherwise it is the time since which an event waits, so that Due lists the session
	// that has waited longest first.
	notBefore int64
	mail      mailbox

	// What the last commit wrote.
	rev   uint32
	last  session.LeaseToken // the token of that commit, by which a repeated commit is recognised
	state []byte
	timer int64
	out   outbox

	recent recent
	// forgotten is when the session was forgotten; it makes the session a tombstone, and stays
	// when a new session begins.
	forgotten int64
}

const (
	// keepAtLeast is how long a session is kept after its last turn, even if it has ended: see
	// session.CommitRequest.
	keepAtLeast = 24 * time.Hour
	// keepWaiting is how long a session is kept at least if an event or an output waits in it.
	keepWaiting = 25 * time.Hour
	// keepTombstone is how long events from before a Forget are refused.
	keepTombstone = 25 * time.Hour
)

func (e *entry) leased(now int64) bool { return e.token != (session.LeaseToken{}) && now < e.until }

// buried says whether an event of time t is refused, because the session was forgotten after it.
func (e *entry) buried(t time.Time, now int64) bool {
	return now < e.forgotten+keepTombstone.Milliseconds() && t.UnixMilli() <= e.forgotten
}

// dueAt returns when Begin without an event has something to do: to hand out outputs whose
// delivery lease ran out, or to begin a turn. While a turn runs, the next one may begin when the
// lease runs out.
//
// Example: it is 12:00:00. A timer is set for 12:10, an output waits whose delivery lease ends at
// 12:00:03, and a turn runs whose lease ends at 12:00:02. The session is due at 12:00:02. When the
// turn has committed and kept the timer, the session is due at 12:00:03, and when the output is
// acknowledged, at 12:10.
func (e *entry) dueAt() int64 {
	due := int64(never)
	if len(e.out.waiting) > 0 {
		due = e.out.lease.until
	}
	switch {
	case e.token != (session.LeaseToken{}):
		due = min(due, e.until)
	case !e.mail.empty():
		due = min(due, e.notBefore)
	case e.timer != 0:
		due = min(due, max(e.timer, e.notBefore))
	}
	return due
}

// keepAlive keeps the session for another 25 hours if something waits in it.
func (e *entry) keepAlive(now int64) {
	if !e.mail.empty() || len(e.out.waiting) > 0 {
		e.expires = max(e.expires, now+keepWaiting.Milliseconds())
	}
}

// take gives the lease to t. The turn is for the head, which is the oldest event if there was no
// head yet, or for the timer if no event waits.
//
// How attempts and crashed go on, for one event:
//
//	begin, lease lost    attempt 1, crashed false
//	begin, released      attempt 2, crashed true: nobody released the lease of attempt 1
//	begin, committed     attempt 3, crashed true: one crash is remembered until the commit
func (e *entry) take(t session.LeaseToken, until int64) {
	if e.mail.begin() {
		e.attempts = 0
	}
	lost := e.token != (session.LeaseToken{}) // the last holder did neither commit nor release
	e.crashed = e.attempts > 0 && (e.crashed || lost)
	e.attempts++
	e.token, e.until, e.notBefore = t, until, 0
}

// describe tells the holder of the lease about its turn.
func (e *entry) describe(b *session.BeginResult) {
	b.Status, b.Attempt, b.Crashed, b.Rev = session.Run, e.attempts, e.crashed, e.rev
	b.State, b.Due, b.Event = bytes.Clone(e.state), timeOf(e.timer), e.mail.running()
}

// clock is the store's time, in milliseconds since 1970.
func clock() int64 { return time.Now().UnixMilli() }

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// leaseEnd is the end of a lease that is given now. The default is session.DefaultLease.
func leaseEnd(now int64, lease time.Duration) int64 { return end(now, lease, session.DefaultLease) }

// deliveryEnd is the end of a delivery lease that is given now.
func deliveryEnd(now int64, lease time.Duration) int64 {
	return end(now, lease, session.DefaultDeliveryLease)
}

// end is now plus d, or plus the default if d is not positive. A term of less than a millisecond
// counts as one, because a lease that ends at once would be taken away before its turn begins.
func end(now int64, d, byDefault time.Duration) int64 {
	if d <= 0 {
		d = byDefault
	}
	return now + max(1, d.Milliseconds())
}
