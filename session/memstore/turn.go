package memstore

import (
	"bytes"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// begin is Begin for one session. hash is that of the event's id.
func (e *entry) begin(r *session.BeginRequest, hash uint64, now int64) (session.BeginResult, error) {
	b := session.BeginResult{Status: session.Idle, Now: clock(now)}
	if r.Event.ID != "" {
		status, err := e.accept(r, hash, now)
		if err != nil {
			return session.BeginResult{}, err
		}
		b.Status = status
	}
	lease := now + term(r.Lease, defaultLease)
	switch {
	case r.Hold || b.Status == session.Stale:
	case r.Token == e.token && e.leased(now): // the same call again
		e.until = lease
		e.begun(&b)
	case e.ready(now) && e.something(&b, now):
		e.take(r.Token, lease)
		e.begun(&b)
	}
	e.handOut(r, &b, now)
	return b, nil
}

// accept makes the event durable, if it is new, and says what it is.
func (e *entry) accept(r *session.BeginRequest, hash uint64, now int64) (session.Status, error) {
	if e.forgotten(r.Event.Time, now) {
		return session.Stale, nil
	}
	known := e.recent.find(hash)
	// A session of more events than it remembers may have forgotten one that still waits.
	waits := (known || e.recent.floor != 0) && e.mail.has(r.Event.ID)
	switch {
	case waits:
		return session.Queued, nil
	case known:
		return session.Duplicate, nil
	case r.Redelivered && e.recent.stale(r.Event.Time):
		return session.Stale, nil
	case e.mail.full():
		return 0, session.ErrFull
	}
	e.enqueue(newEvent(&r.Event, now), hash, now)
	return session.Queued, nil
}

func (e *entry) enqueue(ev event, hash uint64, now int64) {
	if e.mail.empty() {
		e.notBefore = max(e.notBefore, now)
	}
	e.mail.add(ev)
	e.recent.add(hash, now)
	e.expires = max(e.expires, now+keepWaiting.Milliseconds())
}

// something says whether there is a turn to begin: an event, or a timer if no event was
// brought.
func (e *entry) something(b *session.BeginResult, now int64) bool {
	return !e.mail.empty() || b.Status == session.Idle && e.timer != 0 && e.timer <= now
}

// handOut acknowledges outputs and gives the caller those that wait, if it may deliver them.
func (e *entry) handOut(r *session.BeginRequest, b *session.BeginResult, now int64) {
	if r.Done != 0 {
		e.out.ack(r.Done)
	}
	lane := now + term(r.DeliveryLease, defaultLane)
	switch {
	case r.Done != 0:
		b.Outputs = e.out.grant(r.Token, lane, false)
	case r.Hold || len(e.out.waiting) == 0:
	case e.out.until <= now:
		b.Outputs, b.Retried = e.out.grant(r.Token, lane, true), true
	case e.out.owner == r.Token && e.out.rev == 0: // the same call again
		b.Retried = e.out.retried
		b.Outputs = e.out.grant(r.Token, lane, b.Retried)
	}
}

// commit is Commit for one session. It also returns the dead letter, if there is one.
func (e *entry) commit(r *session.CommitRequest, now int64) (
	c session.CommitResult, letter *session.DeadLetter, err error,
) {
	switch {
	case r.Token == e.last && e.rev == r.Rev+1 && r.Token != (session.LeaseToken{}):
		return e.committed(r, now), nil, nil // the same call again
	case e.rev > r.Rev+1 && e.out.holds(r.Token, r.Rev+1, now): // again, and another turn came since
		e.out.until = now + term(r.DeliveryLease, defaultLane)
		return session.CommitResult{Now: time.UnixMilli(now), Rev: r.Rev + 1, MayDeliver: true}, nil, nil
	case r.Token != e.token || r.Token == (session.LeaseToken{}) || e.rev != r.Rev:
		return c, nil, session.ErrFenced
	case r.EventID != "" && e.mail.head.id != r.EventID:
		return c, nil, session.ErrFenced
	case e.out.left(r.Done)+len(r.Outputs) > session.MaxOutputs:
		return c, nil, session.ErrFull
	}
	e.rev, e.last = e.rev+1, r.Token
	e.save(r, now)
	e.out.ack(r.Done)
	e.out.put(r.Outputs, r.Token, e.rev, now+term(r.DeliveryLease, defaultLane))
	if r.Dead != "" && r.EventID != "" {
		letter = &session.DeadLetter{
			Session: e.id, Event: e.mail.running(), Attempts: e.attempts, Why: r.Dead, Time: clock(now),
		}
	}
	e.handOver(r, now)
	return e.committed(r, now), letter, nil
}

// save writes the state and how long the session is kept.
func (e *entry) save(r *session.CommitRequest, now int64) {
	e.timer = 0
	if !r.Due.IsZero() {
		e.timer = r.Due.UnixMilli()
	}
	if n := len(r.State); n == 0 {
		e.state = nil
	} else if cap(e.state) > 2*n {
		e.state = bytes.Clone(r.State)
	} else {
		e.state = append(e.state[:0], r.State...)
	}
	keep := max(r.Keep, keepAtLeast)
	if len(r.State) == 0 && e.timer == 0 {
		keep = keepAtLeast
	}
	e.expires = max(max(now, e.timer)+keep.Milliseconds(), e.forgot+keepForgotten.Milliseconds())
}

// handOver forgets the event of the turn, and begins that of the next or ends the lease.
func (e *entry) handOver(r *session.CommitRequest, now int64) {
	if r.EventID != "" {
		e.mail.head = event{}
	}
	if !e.mail.begun() {
		e.attempts, e.crashed = 0, false
	}
	switch {
	case e.mail.empty():
		e.token = session.LeaseToken{}
	case r.Release:
		e.token, e.notBefore = session.LeaseToken{}, now
	case e.mail.begin():
		e.attempts = 1
	}
	if !e.mail.empty() || len(e.out.waiting) > 0 {
		e.expires = max(e.expires, now+keepWaiting.Milliseconds())
	}
}

// committed is the answer to the last commit, which may be asked for again as long as nobody
// else committed. Who lost the lease since does not get the next event.
func (e *entry) committed(r *session.CommitRequest, now int64) session.CommitResult {
	c := session.CommitResult{Now: time.UnixMilli(now), Rev: e.rev}
	if e.token == r.Token {
		e.until = now + term(r.Lease, defaultLease)
		c.Next = e.mail.running()
	}
	if len(e.out.waiting) > 0 && e.out.owner == r.Token && e.out.rev == e.rev {
		e.out.until = now + term(r.DeliveryLease, defaultLane)
		c.MayDeliver = true
	}
	return c
}
