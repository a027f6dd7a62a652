package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

func noError(err error) verdict {
	if err != nil {
		return verdict(fmt.Sprintf("want error none, got %v", err))
	}
	return ""
}

func (m *model) begin(r *session.BeginRequest, b session.BeginResult, err error) verdict {
	if err != nil {
		return noError(err)
	}
	now := at(b.Now.UnixMilli())
	fresh := r.Event.ID != "" && !m.accepted[r.Event.ID] && !m.stale(r.Event)
	if fresh {
		m.accept(r.Event)
	}
	if may := m.statuses(r, fresh, now); !slices.Contains(may, b.Status) {
		return verdict(fmt.Sprintf("want status one of %v, got %v", may, b.Status))
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
	case brought && m.stale(r.Event):
		return []session.Status{session.Stale}
	case !r.Hold && m.mail() && m.free(now), !r.Hold && !brought && m.due != 0 && m.timer(now) && m.free(now):
		return []session.Status{session.Run}
	case !brought:
		return []session.Status{session.Idle}
	case fresh || waits:
		return []session.Status{session.Queued}
	case m.mail() || m.leased(now):
		return []session.Status{session.Duplicate, session.Queued}
	default:
		return []session.Status{session.Duplicate}
	}
}

func (m *model) beginTurn(r *session.BeginRequest, b session.BeginResult, now span) verdict {
	if m.next() {
		m.attempts = 0
	}
	m.crashed = m.attempts > 0 && (m.crashed || m.token != session.LeaseToken{})
	m.attempts++
	m.meet(b.Event.ID)
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

func (m *model) beginOutputs(r *session.BeginRequest, b session.BeginResult, now span) verdict {
	m.outs = m.left(r.Done)
	lane := now.plus(r.DeliveryLease.Milliseconds())
	switch {
	case len(m.outs) == 0:
		return wantOutputs(nil, b.Outputs)
	case r.Done != 0:
		m.lane = lane
		return wantOutputs(m.outs, b.Outputs)
	case r.Hold || !m.passed(m.lane, now):
		return wantOutputs(nil, b.Outputs)
	}
	m.lane = lane
	return first(wantOutputs(m.outs, b.Outputs), want("retried", true, b.Retried))
}

// beginAgain is for a call with the arguments of the one before, whose answer was b.
func (m *model) beginAgain(r *session.BeginRequest, b, again session.BeginResult, err error) verdict {
	if err != nil {
		return noError(err)
	}
	between := span{b.Now.UnixMilli(), again.Now.UnixMilli()}
	for _, t := range []span{m.until, m.notBefore, m.lane, at(m.due)} {
		m.passed(t, between)
	}
	now := at(again.Now.UnixMilli())
	if again.Status == session.Run {
		m.until = m.until.or(now.plus(r.Lease.Milliseconds()))
	}
	if len(again.Outputs) > 0 {
		m.lane = m.lane.or(now.plus(r.DeliveryLease.Milliseconds()))
		if v := wantOutputs(m.outs, again.Outputs); v != "" {
			return v
		}
	}
	return first(want("status", b.Status, again.Status), want("event", b.Event.ID, again.Event.ID),
		want("attempt", b.Attempt, again.Attempt), want("crash", b.Crashed, again.Crashed),
		want("revision", b.Rev, again.Rev),
		want("state", string(b.State), string(again.State)))
}

func (m *model) commit(r *session.CommitRequest, c session.CommitResult, err error, now span) verdict {
	if v, done := m.fenced(r.Token, err); done {
		return v
	}
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
	m.outs = m.left(r.Done)
	v := want("revision", m.rev, c.Rev)
	if len(r.Outputs) > 0 {
		v = first(v, want("lane", len(m.outs) == 0, c.MayDeliver))
		if len(m.outs) == 0 {
			m.lane = now.plus(r.DeliveryLease.Milliseconds())
		}
	}
	for i, body := range r.Outputs {
		m.outs = append(m.outs, modelOutput{session.MakeSeq(m.rev, i+1), string(body)})
	}
	if r.EventID != "" {
		m.head = nil
	}
	m.attempts, m.crashed = 0, false
	if r.Release || !m.mail() {
		m.token, m.notBefore = session.LeaseToken{}, now
		return first(v, want("next event", "", c.Next.ID))
	}
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

// commitAgain is for a commit that was made before. late says that other calls came between.
func (m *model) commitAgain(r *session.CommitRequest, c, again session.CommitResult, err error, late bool) verdict {
	if err == nil && late && r.Rev+1 < m.rev && len(m.outs) > 0 && m.outs[0].seq>>8 == session.MakeSeq(r.Rev+1, 0)>>8 {
		m.lane = m.lane.or(at(again.Now.UnixMilli()).plus(r.DeliveryLease.Milliseconds()))
		return first(want("revision", r.Rev+1, again.Rev), want("lane", true, again.MayDeliver), want("next event", "", again.Next.ID))
	}
	if r.Token != m.last || r.Rev+1 != m.rev {
		if !errors.Is(err, session.ErrFenced) {
			return verdict(fmt.Sprintf("want error %v, got %s", session.ErrFenced, show(err)))
		}
		return ""
	}
	if err != nil {
		if late && errors.Is(err, session.ErrFenced) {
			return ""
		}
		return noError(err)
	}
	now := at(again.Now.UnixMilli())
	m.lane = m.lane.or(now.plus(r.DeliveryLease.Milliseconds()))
	v := want("revision", m.rev, again.Rev)
	if m.holds(r.Token) {
		m.until = m.until.or(now.plus(r.Lease.Milliseconds()))
		return first(v, want("next event", m.headID(), again.Next.ID))
	}
	if !late && len(r.Outputs) > 0 {
		v = first(v, want("lane", c.MayDeliver, again.MayDeliver))
	}
	return first(v, want("next event", "", again.Next.ID))
}

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

func (m *model) ack(done session.Seq, lane int64, outs []session.Output, err error, now span) verdict {
	m.outs = m.left(done)
	if len(m.outs) > 0 {
		m.lane = now.plus(lane)
	}
	return first(noError(err), wantOutputs(m.outs, outs))
}

func (m *model) discard(seq session.Seq, why string, err error) verdict {
	for _, o := range m.outs {
		if o.seq == seq {
			m.letters = append(m.letters, modelLetter{output: o, why: why})
		}
	}
	m.outs = m.left(seq)
	return noError(err)
}
