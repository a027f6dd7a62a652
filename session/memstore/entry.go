package memstore

import (
	"bytes"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// entry is one session. All times are in milliseconds; zero means none.
type entry struct {
	id      string
	due     int64 // its key in the shard's queue
	queued  int   // its place there, or -1
	place   int   // its place in the shard's ring
	expires int64

	// token holds the lease until then. It stays after that, until somebody else takes the
	// lease: a commit that comes late, but before anybody noticed, is as good as any.
	token session.LeaseToken
	until int64
	// attempts counts the turns that were begun for the head, or for the timer without one.
	attempts int
	// crashed says that one of them lost its lease.
	crashed bool
	// notBefore is from when on what waits may be begun.
	notBefore int64
	mail      mailbox

	rev uint32
	// last is the token of the commit that made rev.
	last  session.LeaseToken
	state []byte
	timer int64

	recent recent
	out    outbox

	// forgot is when the session was forgotten last; zero is long enough ago.
	forgot int64
}

const (
	// keepAtLeast is how long a session outlives its last turn: see session.CommitRequest.
	keepAtLeast = 24 * time.Hour
	// keepWaiting is how long one lives in which something waits, and nobody comes.
	keepWaiting = 25 * time.Hour
	// keepForgotten is how long events are refused that are older than a Forget.
	keepForgotten = 25 * time.Hour
)

func (e *entry) leased(now int64) bool { return e.token != (session.LeaseToken{}) && e.until > now }

func (e *entry) ready(now int64) bool { return !e.leased(now) && e.notBefore <= now }

// forget leaves nothing but the revision and the time of it.
func (e *entry) forget(now int64) {
	*e = entry{
		id: e.id, due: e.due, queued: e.queued, place: e.place,
		rev: e.rev, forgot: now, expires: now + keepForgotten.Milliseconds(),
	}
}

// forgotten says whether an event of that time was forgotten with the session.
func (e *entry) forgotten(t time.Time, now int64) bool {
	return now < e.forgot+keepForgotten.Milliseconds() && t.UnixMilli() <= e.forgot
}

// wake returns when a Begin without an event has something to do.
func (e *entry) wake() int64 {
	w := int64(never)
	if len(e.out.waiting) > 0 {
		w = e.out.until
	}
	switch {
	case e.token != (session.LeaseToken{}):
		w = min(w, e.until)
	case !e.mail.empty():
		w = min(w, e.notBefore)
	case e.timer != 0:
		w = min(w, max(e.timer, e.notBefore))
	}
	return w
}

// take gives the lease to t for the oldest event that waits, or for the timer.
func (e *entry) take(t session.LeaseToken, until int64) {
	if e.mail.begin() {
		e.attempts = 0
	}
	e.crashed = e.attempts > 0 && (e.crashed || e.token != session.LeaseToken{})
	e.attempts++
	e.token, e.until, e.notBefore = t, until, 0
}

// begun describes the turn that the lease is held for. All of it is the caller's.
func (e *entry) begun(b *session.BeginResult) {
	b.Status, b.Attempt, b.Rev, b.Due = session.Run, e.attempts, e.rev, clock(e.timer)
	b.Crashed = e.crashed
	if len(e.state) > 0 {
		b.State = bytes.Clone(e.state)
	}
	b.Event = e.mail.running()
}
