package memstore

import (
	"bytes"

	"github.com/kaiwa-go/kaiwa/session"
)

// begin does what Begin promises, for one session, in three steps: it accepts the event, takes the
// lease if there is a turn to run, and hands out outputs. A caller whose event is a duplicate may
// get the turn of another event, and a caller who gets no turn may get outputs. mark is the hash of
// the event's id.
func (e *entry) begin(r *session.BeginRequest, mark uint64, now int64) (session.BeginResult, error) {
	b := session.BeginResult{Status: session.Idle, Now: timeOf(now)}
	if r.Event.ID != "" {
		status, err := e.accept(r, mark, now)
		if err != nil {
			return session.BeginResult{}, err
		}
		b.Status = status
	}
	switch {
	case r.Hold || b.Status == session.Stale:
		// The caller wants no turn, or its event was refused.
	case e.leased(now):
		if r.Token == e.token { // this call is repeated
			e.until = leaseEnd(now, r.Lease)
			e.describe(&b)
		}
	case now >= e.notBefore && e.hasTurn(b.Status, now):
		e.take(r.Token, leaseEnd(now, r.Lease))
		e.describe(&b)
	}
	e.handOut(r, &b, now)
	return b, nil
}

// accept adds the event to the mailbox if it is new. It returns Queued for an event that waits or
// runs, and begin may make Run of that.
func (e *entry) accept(r *session.BeginRequest, mark uint64, now int64) (session.Status, error) {
	switch {
	// The order matters. An event that waits is Queued though its id is remembered too, and an
	// event that is remembered is a Duplicate though it is older than the floor.
	case e.buried(r.Event.Time, now):
		return session.Stale, nil
	case e.mail.has(r.Event.ID):
		return session.Queued, nil
	case e.recent.has(mark):
		return session.Duplicate, nil
	case r.Redelivered && e.recent.mayHaveForgotten(r.Event.Time):
		return session.Stale, nil
	case e.mail.full():
		return 0, session.ErrFull
	}
	event := r.Event
	event.Accepted = timeOf(now)
	e.enqueue(event, mark, now)
	return session.Queued, nil
}

// enqueue accepts an event: it waits, and its id is remembered.
func (e *entry) enqueue(event session.Event, mark uint64, now int64) {
	if e.mail.empty() {
		// The event is due now. But behind a turn for a timer that was released with a delay,
		// it waits for the end of that delay.
		e.notBefore = max(e.notBefore, now)
	}
	e.mail.add(event)
	e.recent.add(mark, now)
	e.keepAlive(now)
}

// hasTurn says whether there is a turn to begin, for an event or for a timer that is due. Only a
// caller that brought no event, whose status is Idle, gets the turn of a timer: one that brought a
// duplicate must be told so.
func (e *entry) hasTurn(s session.Status, now int64) bool {
	return !e.mail.empty() || s == session.Idle && e.timer != 0 && e.timer <= now
}

// handOut drops the outputs that the caller delivered. It gives the caller those that wait if the
// caller's process delivered the ones before and has the delivery lease still, or if that lease ran
// out: then another process may have sent some of them, and Retried is true until all are gone.
func (e *entry) handOut(r *session.BeginRequest, b *session.BeginResult, now int64) {
	e.out.ack(r.Done)
	switch {
	case len(e.out.waiting) == 0:
		return
	case r.Done != 0 && e.out.lease.token.Process() == r.Token.Process():
		b.Retried = e.out.lease.retried
	case r.Hold:
		return
	case e.out.lease.until <= now:
		b.Retried = true
	case e.out.lease.token == r.Token && e.out.lease.rev == 0: // this call is repeated
		b.Retried = e.out.lease.retried
	default:
		return
	}
	b.Outputs = e.out.handOut(deliveryLease{
		until: deliveryEnd(now, r.DeliveryLease), token: r.Token, retried: b.Retried,
	})
}

// commit does what Commit promises, for one session. First it recognises a call that is repeated
// because its answer was lost: right after the first time, or when other turns were committed
// since. In the second case the caller only learns that its outputs are still its to deliver.
//
// Example, for a request with Rev 5, by the revision that the entry has:
//
//	5     the commit is new, if the token has the lease; it makes revision 6
//	6     it is repeated, if the last commit had the same token
//	7...  it is repeated, if outputs of revision 6 still wait under the delivery lease of the token
//
// In all other cases the lease was lost, and the answer is ErrFenced. All checks come before the
// first change, so that a commit that is refused changes nothing.
func (e *entry) commit(r *session.CommitRequest, now int64) (session.CommitResult, error) {
	switch {
	case r.Token == e.last && e.rev == r.Rev+1:
		return e.committed(r, now), nil
	case e.rev > r.Rev+1 && e.out.heldBy(r.Token, r.Rev+1) && now < e.out.lease.until:
		e.out.lease.until = deliveryEnd(now, r.DeliveryLease)
		return session.CommitResult{Now: timeOf(now), Rev: r.Rev + 1, MayDeliver: true}, nil
	case r.Token != e.token || e.rev != r.Rev:
		// Another call took the lease, or the caller committed this turn already.
		return session.CommitResult{}, session.ErrFenced
	case r.EventID != "" && e.mail.head.ID != r.EventID:
		return session.CommitResult{}, session.ErrFenced
	case len(e.out.waiting)-e.out.upTo(r.Done)+len(r.Outputs) > session.MaxOutputs:
		return session.CommitResult{}, session.ErrFull
	}
	e.setAside(r, now)
	e.rev, e.last = e.rev+1, r.Token
	e.save(r, now)
	e.out.ack(r.Done)
	e.out.put(r.Outputs, deliveryLease{token: r.Token, rev: e.rev})
	e.next(r, now)
	e.keepAlive(now)
	return e.committed(r, now), nil // which sets the ends of both leases
}

// setAside keeps the event of the turn, or the timer, as a dead letter if the commit says so. It
// must run before next, which removes the head and its attempts.
func (e *entry) setAside(r *session.CommitRequest, now int64) {
	l := session.DeadLetter{Session: e.id, Why: r.Dead, Time: timeOf(now)}
	switch d := r.DeadTimer; {
	case r.Dead == "", r.EventID == "" && d == nil:
		return
	case r.EventID != "":
		l.Event, l.Attempts = e.mail.head, e.attempts
	default:
		l.Attempts = d.Attempts
		l.Event = session.Event{
			ID: d.Event.ID, Time: timeOf(d.Event.Time.UnixMilli()), Accepted: timeOf(now), Body: bytes.Clone(d.Event.Body),
		}
	}
	e.account.dead.add(l)
}

// save writes the state, the timer, and how long the session is kept: Keep after the later of now
// and the timer. Example: at 12:00 a commit with Keep of 72 h sets a timer for 18:00. The session
// is kept until 18:00 three days later.
func (e *entry) save(r *session.CommitRequest, now int64) {
	e.state, e.timer = bytes.Clone(r.State), 0
	if !r.Due.IsZero() {
		e.timer = r.Due.UnixMilli()
	}
	keep := max(r.Keep, keepAtLeast)
	if len(r.State) == 0 && e.timer == 0 {
		keep = keepAtLeast
	}
	// The time of a Forget is needed for 25 hours, also if the new session ends before.
	e.expires = max(max(now, e.timer)+keep.Milliseconds(), e.forgotten+keepTombstone.Milliseconds())
}

// next removes the event of the turn from the mailbox. The caller keeps the lease for the next
// event, if one waits. A turn for a timer has no event: if there is a head, it stays and is next.
// Attempts begin anew in both cases: those of a timer are not those of the event behind it.
func (e *entry) next(r *session.CommitRequest, now int64) {
	if r.EventID != "" {
		e.mail.head = session.Event{}
	}
	e.attempts, e.crashed = 0, false
	switch {
	case e.mail.empty():
		e.token = session.LeaseToken{}
	case r.Release:
		e.token, e.notBefore = session.LeaseToken{}, now
	default:
		e.mail.begin()
		e.attempts = 1
	}
}

// committed answers the last commit, whether it is made for the first time or repeated. The caller
// gets the next event if it still has the lease, and both of its leases begin anew.
func (e *entry) committed(r *session.CommitRequest, now int64) session.CommitResult {
	c := session.CommitResult{Now: timeOf(now), Rev: e.rev}
	if e.token == r.Token {
		e.until = leaseEnd(now, r.Lease)
		c.Next = e.mail.running()
	}
	if e.out.heldBy(r.Token, e.rev) {
		e.out.lease.until = deliveryEnd(now, r.DeliveryLease)
		c.MayDeliver = true
	}
	return c
}
