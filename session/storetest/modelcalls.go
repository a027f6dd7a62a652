package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// noError is the verdict on a call that must succeed.
func noError(err error) verdict {
	if err != nil {
		return verdict(fmt.Sprintf("want error none, got %v", err))
	}
	return ""
}

// begin judges the answer of Begin. First it accepts the event as the contract says; then the
// status must be one that statuses allows, then outputs and turn must be right.
func (m *model) begin(r *session.BeginRequest, b session.BeginResult, err error) verdict {
	if err != nil {
		return noError(err)
	}
	now := at(b.Now.UnixMilli())
	fresh := r.Event.ID != "" && !m.accepted[r.Event.ID] && !m.stale(r.Event)
	// An event that never came waits for its turn now, whatever is answered.
	if fresh {
		m.accept(r.Event)
	}
	if may := m.statuses(r, fresh, now); !slices.Contains(may, b.Status) {
		return verdict(fmt.Sprintf("want status one of %v, got %v", may, b.Status))
	}
	if b.Status == session.Run || len(b.Outputs) > 0 {
		m.claimed = span{}
	}
	v := m.beginOutputs(r, b, now)
	if b.Status == session.Run {
		v = first(v, m.beginTurn(r, b, now))
	}
	return v
}

// statuses returns what Begin may answer.
func (m *model) statuses(r *session.BeginRequest, fresh bool, now span) []session.Status {
	brought := r.Event.ID != ""
	waits := brought && m.waits(r.Event.ID)
	switch {
	// It happened before a Forget.
	case brought && m.stale(r.Event):
		return []session.Status{session.Stale}
	// Something is to be done, and nobody is at it.
	case !r.Hold && m.mail() && m.free(now), !r.Hold && !brought && m.due != 0 && m.timer(now) && m.free(now):
		return []session.Status{session.Run}
	// Nothing is to be done, or somebody is at it.
	case !brought:
		return []session.Status{session.Idle}
	// The event is durable, and others run it.
	case fresh || waits:
		return []session.Status{session.Queued}
	// The event is done. But a store may say of a busy session that it will be looked after.
	case m.mail() || m.leased(now):
		return []session.Status{session.Duplicate, session.Queued}
	default:
		return []session.Status{session.Duplicate}
	}
}

// beginTurn is for an answer that gives the caller a turn. It counts the attempt, and compares all
// that the answer says of the event and of the session.
func (m *model) beginTurn(r *session.BeginRequest, b session.BeginResult, now span) verdict {
	// An event that was not begun before has no attempts. One that was begun has: a released one,
	// or one of a lost lease.
	if m.next() {
		m.attempts = 0
	}
	// A lease that is still there was not given up: its attempt ended without a word.
	m.crashed = m.attempts > 0 && (m.crashed || m.token != session.LeaseToken{})
	m.attempts++
	m.meet(b.Event.ID)
	// The caller has the lease from now on.
	m.token, m.until, m.notBefore = r.Token, now.plus(r.Lease.Milliseconds()), span{}
	var due time.Time
	if m.due != 0 {
		due = time.UnixMilli(m.due)
	}
	return first(want("event", m.headID(), b.Event.ID), want("body", m.headBody(), string(b.Event.Body)),
		want("attempt", m.attempts, b.Attempt),
		want("crash", m.crashed, b.Crashed),
		want("revision", m.rev, b.Rev), want("state", m.state, string(b.State)),
		want("timer", due.UTC(), b.Due.UTC()))
}

// beginOutputs judges which outputs were handed out: those behind the ones that the caller
// acknowledged, or all whose delivery lease is over, but not with Hold.
func (m *model) beginOutputs(r *session.BeginRequest, b session.BeginResult, now span) verdict {
	// Done of the request is an Ack.
	m.outs = m.left(r.Done)
	delivery := now.plus(r.DeliveryLease.Milliseconds())
	switch {
	case len(m.outs) == 0:
		return wantOutputs(nil, b.Outputs)
	// The caller delivered some, and goes on with the rest.
	case r.Done != 0 && m.courier == r.Token.Process():
		m.delivery = delivery
		return first(wantOutputs(m.outs, b.Outputs), want("retried", m.retried, b.Retried))
	// With Hold the caller does nothing for the session; or another delivers them.
	case r.Hold || !m.passed(m.delivery, now):
		return wantOutputs(nil, b.Outputs)
	}
	// Nobody delivered them in time.
	m.delivery, m.courier, m.retried = delivery, r.Token.Process(), true
	return first(wantOutputs(m.outs, b.Outputs), want("retried", true, b.Retried))
}

// beginAgain is for a call with the arguments of the one before, whose answer was b. The second answer
// must be the same, but for terms that the store may have begun anew.
func (m *model) beginAgain(r *session.BeginRequest, b, again session.BeginResult, err error) verdict {
	if err != nil {
		return noError(err)
	}
	// If a time passed between the two calls, the second may answer otherwise.
	between := span{b.Now.UnixMilli(), again.Now.UnixMilli()}
	for _, t := range []span{m.until, m.notBefore, m.delivery, at(m.due)} {
		m.passed(t, between)
	}
	// The terms of leases begin anew, or as the first call had it: the contract leaves that open.
	now := at(again.Now.UnixMilli())
	if again.Status == session.Run {
		m.until = m.until.or(now.plus(r.Lease.Milliseconds()))
	}
	if len(again.Outputs) > 0 {
		m.delivery = m.delivery.or(now.plus(r.DeliveryLease.Milliseconds()))
		if v := wantOutputs(m.outs, again.Outputs); v != "" {
			return v
		}
	}
	return first(want("status", b.Status, again.Status), want("event", b.Event.ID, again.Event.ID),
		want("attempt", b.Attempt, again.Attempt), want("crash", b.Crashed, again.Crashed),
		want("revision", b.Rev, again.Rev),
		want("state", string(b.State), string(again.State)))
}

// commit judges the answer of Commit, and writes what the request says into the model. Then either
// the lease is given up, as nothing waits or as the request says so, or the next event is handed
// over.
func (m *model) commit(r *session.CommitRequest, c session.CommitResult, err error, now span) verdict {
	if v, done := m.fenced(r.Token, err); done {
		return v
	}
	// The event, or the timer, becomes a dead letter.
	switch {
	case r.Dead != "" && r.EventID != "":
		m.letters = append(m.letters, modelLetter{event: *m.head, attempts: m.attempts, why: r.Dead})
	case r.Dead != "" && r.DeadTimer != nil:
		m.letters = append(m.letters, modelLetter{event: r.DeadTimer.Event, attempts: r.DeadTimer.Attempts, why: r.Dead})
	}
	m.rev, m.last, m.state, m.due = m.rev+1, r.Token, string(r.State), 0
	if !r.Due.IsZero() {
		m.due = r.Due.UnixMilli()
	}
	// The new outputs wait behind those that were not delivered. If there are none, the caller
	// delivers them.
	m.outs = m.left(r.Done)
	v := want("revision", m.rev, c.Rev)
	if len(r.Outputs) > 0 {
		v = first(v, want("delivery lease", len(m.outs) == 0, c.MayDeliver))
		if len(m.outs) == 0 {
			m.delivery = now.plus(r.DeliveryLease.Milliseconds())
			m.courier, m.retried = r.Token.Process(), false
		}
	}
	for i, body := range r.Outputs {
		m.outs = append(m.outs, modelOutput{session.MakeSeq(m.rev, i+1), string(body)})
	}
	// The event of the turn is done. A turn for a timer names none, and keeps the head.
	if r.EventID != "" {
		m.head = nil
	}
	m.attempts, m.crashed = 0, false
	// The lease is given up: nothing is handed over.
	if r.Release || !m.mail() {
		m.token, m.notBefore = session.LeaseToken{}, now
		return first(v, want("next event", "", c.Next.ID))
	}
	// The lease stays, with a fresh term, for the next event.
	m.next()
	m.attempts = 1
	m.meet(c.Next.ID)
	m.until = now.plus(r.Lease.Milliseconds())
	return first(v, want("next event", m.headID(), c.Next.ID), want("body", m.headBody(), string(c.Next.Body)))
}

// fenced judges the error of a call that needs the lease, and says whether the call is done
// with. A lease that ran out is still there as long as nobody took it.
func (m *model) fenced(t session.LeaseToken, err error) (v verdict, done bool) {
	if !m.holds(t) {
		if !errors.Is(err, session.ErrFenced) {
			return verdict(fmt.Sprintf("want error %v, got %s", session.ErrFenced, show(err))), true
		}
		return "", true
	}
	return noError(err), err != nil
}

// commitAgain is for a commit that was made before. late says that other calls came between. What must
// be answered depends on the revision that the session has by now. For a commit that made revision 6:
//
//	6     it is the last commit: the same answer, or ErrFenced if late
//	7...  MayDeliver if its outputs still wait, or else ErrFenced; never a next event
func (m *model) commitAgain(r *session.CommitRequest, c, again session.CommitResult, err error, late bool) verdict {
	// Others committed since, and the outputs of this commit still wait.
	if err == nil && late && r.Rev+1 < m.rev && len(m.outs) > 0 && m.outs[0].seq>>8 == session.MakeSeq(r.Rev+1, 0)>>8 {
		m.delivery = m.delivery.or(at(again.Now.UnixMilli()).plus(r.DeliveryLease.Milliseconds()))
		return first(want("revision", r.Rev+1, again.Rev), want("delivery lease", true, again.MayDeliver), want("next event", "", again.Next.ID))
	}
	// It is not the last commit any more.
	if r.Token != m.last || r.Rev+1 != m.rev {
		if !errors.Is(err, session.ErrFenced) {
			return verdict(fmt.Sprintf("want error %v, got %s", session.ErrFenced, show(err)))
		}
		return ""
	}
	// A store may have forgotten by now that it was this commit.
	if err != nil {
		if late && errors.Is(err, session.ErrFenced) {
			return ""
		}
		return noError(err)
	}
	now := at(again.Now.UnixMilli())
	m.delivery = m.delivery.or(now.plus(r.DeliveryLease.Milliseconds()))
	v := want("revision", m.rev, again.Rev)
	// The caller still has the lease, for the event that was handed over.
	if m.holds(r.Token) {
		m.until = m.until.or(now.plus(r.Lease.Milliseconds()))
		return first(v, want("next event", m.headID(), again.Next.ID))
	}
	if !late && len(r.Outputs) > 0 {
		v = first(v, want("delivery lease", c.MayDeliver, again.MayDeliver))
	}
	return first(v, want("next event", "", again.Next.ID))
}

// release judges a Release. The event stays the head, and no turn may begin before the delay is
// over.
func (m *model) release(r *session.ReleaseRequest, err error, now span) verdict {
	if err == nil && r.Token == m.released && m.token == (session.LeaseToken{}) {
		m.notBefore = m.notBefore.or(now.plus(r.Delay.Milliseconds()))
		return "" // the same call again, which may say so or not
	}
	if v, done := m.fenced(r.Token, err); done {
		return v
	}
	m.released = r.Token
	m.token, m.notBefore = session.LeaseToken{}, now.plus(r.Delay.Milliseconds())
	if !r.Counted {
		m.attempts--
	}
	return ""
}

// ack judges an Ack: it hands out what waits behind, with a delivery lease of that term, unless another
// process has the delivery lease.
func (m *model) ack(r *session.AckRequest, a session.AckResult, err error, now span) verdict {
	m.outs = m.left(r.Done)
	own := m.courier == r.Token.Process()
	if len(m.outs) == 0 || !own && !m.passed(m.delivery, now) {
		return first(noError(err), wantOutputs(nil, a.Outputs))
	}
	m.delivery, m.courier = now.plus(r.DeliveryLease.Milliseconds()), r.Token.Process()
	if r.Leave {
		m.courier = [4]byte{}
		return first(noError(err), wantOutputs(nil, a.Outputs))
	}
	m.retried = m.retried || !own
	return first(noError(err), wantOutputs(m.outs, a.Outputs), want("retried", m.retried, a.Retried))
}

// discard judges a Discard: an output that is there becomes a dead letter, and those before it are
// dropped.
func (m *model) discard(seq session.Seq, why string, err error) verdict {
	// Only the output of that number is kept. Those before it count as delivered.
	for _, o := range m.outs {
		if o.seq == seq {
			m.letters = append(m.letters, modelLetter{output: o, why: why})
		}
	}
	m.outs = m.left(seq)
	return noError(err)
}
