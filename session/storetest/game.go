package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// between calls f and returns the store's time before and after it: f took effect at some time of that
// span. It is for calls whose answer has no time.
func (g *game) between(f func()) span {
	before := g.p.now().UnixMilli()
	f()
	return span{before, g.p.now().UnixMilli()}
}

// done returns the number up to which the call acknowledges outputs: none, that of the first output
// that waits, or that of the last.
func (g *game) done(c call) session.Seq {
	outs := g.models[c.session].outs
	switch {
	case c.done == 0 || len(outs) == 0:
		return 0
	case c.done == 1:
		return outs[0].seq
	default:
		return outs[len(outs)-1].seq
	}
}

// begin calls Begin, with the call's event or without one, and perhaps a second time with the same
// token. If it gets a turn, the actor remembers it.
func (g *game) begin(c call) verdict {
	m, a := g.models[c.session], &g.actors[c.session][c.actor]
	if e := c.events(g.p); m.gone[e.ID] && !m.stale(e) {
		return "" // it was stamped later than a Forget: whether it is known is left open
	}
	// A new token for each Begin, as the contract asks for.
	r := &session.BeginRequest{
		ID: g.ids[c.session], Token: g.p.tokenOf(c.actor), Event: c.events(g.p), Hold: c.hold && c.event > 0,
		Lease: c.term(), DeliveryLease: c.term(), Done: g.done(c),
	}
	b, err := g.p.store.Begin(g.p.Context(), r)
	v := m.begin(r, b, err)
	// The same request, token included: the answer must be the same.
	if c.twice && v == "" && !m.unsure {
		var again session.BeginResult
		again, err = g.p.store.Begin(g.p.Context(), r)
		if v = m.beginAgain(r, b, again, err); v != "" {
			v = "again with the same token: " + v
		}
	}
	if b.Status == session.Run {
		a.turn = turn{BeginResult: b, id: r.ID, token: r.Token}
	}
	return v
}

// commit ends the turn that the actor believes to run, be it lost or not, and perhaps repeats the
// call. The model says whether it must succeed.
func (g *game) commit(c call) verdict {
	m, a := g.models[c.session], &g.actors[c.session][c.actor]
	if a.turn.id == "" {
		return ""
	}
	r := session.CommitRequest{EventID: a.turn.Event.ID, Release: c.release, Done: g.done(c)}
	// The turn is taken for that of a timer: the event stays.
	if c.timer == 4 {
		r.EventID = ""
	}
	// The bot gives up on the event, or on the timer.
	if c.dead {
		// Its time is after any Forget that was made before: see doc.go.
		e := session.Event{ID: "t", Time: g.p.now().Add(time.Minute), Body: []byte("body of t")}
		r.Dead, r.DeadTimer = "panic", &session.DeadTimer{Event: e, Attempts: 5}
	}
	if c.state > 0 {
		r.State = fmt.Append(nil, "state ", c.state)
	}
	for i := range c.outputs {
		r.Outputs = append(r.Outputs, fmt.Append(nil, "output ", i))
	}
	// A timer that is past, one that is due within the sequence, or one that is not.
	switch c.timer {
	case 1:
		r.Due = g.p.base.Add(-time.Minute)
	case 2:
		r.Due = g.p.now().Add(soon)
	case 3:
		r.Due = g.p.now().Add(never)
	}
	r.Lease, r.DeliveryLease = c.term(), c.term()
	req := a.turn.request(r)
	if fresh := m.rev == req.Rev; !fresh && m.holds(req.Token) {
		return "" // it committed already: that is what replay does
	}
	var done session.CommitResult
	var err error
	now := g.between(func() { done, err = g.p.store.Commit(g.p.Context(), req) })
	// An answer tells when the commit took effect; an error does not.
	if err == nil {
		now = at(done.Now.UnixMilli())
	}
	v := m.commit(req, done, err, now)
	if err != nil {
		return v
	}
	// The actor goes on with the event that was handed over, if any.
	a.commit, a.answer = req, done
	a.turn.Rev, a.turn.Event = done.Rev, done.Next
	if c.twice && v == "" {
		again, err := g.p.store.Commit(g.p.Context(), req)
		if v = m.commitAgain(req, done, again, err, false); v != "" {
			v = "again: " + v
		}
	}
	return v
}

// replay makes the actor's last commit once more, whatever happened since.
func (g *game) replay(c call) verdict {
	m, a := g.models[c.session], &g.actors[c.session][c.actor]
	if a.commit == nil {
		return ""
	}
	again, err := g.p.store.Commit(g.p.Context(), a.commit)
	return m.commitAgain(a.commit, a.answer, again, err, true)
}

// release gives up the turn that the actor believes to run. An actor that releases the same turn
// once more makes the very same request: that is a call that is repeated.
func (g *game) release(c call) verdict {
	m, a := g.models[c.session], &g.actors[c.session][c.actor]
	if a.turn.id == "" {
		return ""
	}
	// The same request as before if the actor gives up the same turn again.
	r := a.release
	if r == nil || r.Token != a.turn.token {
		r = &session.ReleaseRequest{ID: a.turn.id, Token: a.turn.token, Counted: c.counted}
		if c.short {
			r.Delay = soon
		}
		a.release = r
	}
	var err error
	now := g.between(func() { err = g.p.store.Release(g.p.Context(), r) })
	return m.release(r, err, now)
}

// extend gives the lease that the actor believes to hold another term, short or long.
func (g *game) extend(c call) verdict {
	m, a := g.models[c.session], &g.actors[c.session][c.actor]
	if a.turn.id == "" {
		return ""
	}
	var err error
	now := g.between(func() { err = g.p.store.Extend(g.p.Context(), a.turn.id, a.turn.token, c.term()) })
	if v, done := m.fenced(a.turn.token, err); done {
		return v
	}
	// It succeeded: the lease ends when the new term is over.
	m.until = now.plus(c.term().Milliseconds())
	return ""
}

// ack acknowledges outputs, and perhaps repeats the call. Anybody may do that, without a lease.
func (g *game) ack(c call) verdict {
	m := g.models[c.session]
	v := verdict("")
	for range map[bool]int{false: 1, true: 2}[c.twice] {
		var a session.AckResult
		var err error
		r := &session.AckRequest{ID: g.ids[c.session], Token: g.p.tokenOf(c.actor), Done: g.done(c), DeliveryLease: c.term(), Leave: c.counted}
		now := g.between(func() { a, err = g.p.store.Ack(g.p.Context(), r) })
		v = first(v, m.ack(r, a, err, now))
	}
	return v
}

// due asks for one account, two or all of them, and claims the sessions or not. No session of these may be
// missing unless it was claimed before, and none of another account may be there. Some may be listed though they
// have nothing to do.
func (g *game) due(c call) verdict {
	var ids, accounts []string
	for _, id := range g.ids[:c.session+1] {
		accounts = append(accounts, session.Account(id))
	}
	var err error
	var claim time.Duration
	if c.short {
		claim = soon
	}
	now := g.between(func() { ids, _, err = g.p.store.Due(g.p.Context(), accounts, 1000, claim) })
	for i, m := range g.models {
		asked, listed := i <= c.session, slices.Contains(ids, g.ids[i])
		switch {
		case asked && !listed && m.passed(m.claimed, now) && m.busy(now):
			return verdict(fmt.Sprintf("want session %d due, got it not", i))
		case !asked && listed:
			return verdict(fmt.Sprintf("want session %d of another account not listed, got it", i))
		case listed && claim > 0:
			m.claimed = now.plus(claim.Milliseconds())
		}
	}
	return noError(err)
}

// discard makes a dead letter of an output that waits, or of none.
func (g *game) discard(c call) verdict {
	seq := g.done(c)
	err := g.p.store.Discard(g.p.Context(), g.ids[c.session], seq, "blocked", nil)
	return g.models[c.session].discard(seq, "blocked", err)
}
