package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

// orderChecks are those of which event is run when. Events are run one at a time, the oldest first
// by the platform's time. An event that was begun stays the first until it is committed.
func orderChecks() []check {
	return []check{
		{"events wait behind the lease and are handed over in time order", waitInOrder},
		{"events of one time are in the order in which they came", asTheyCame},
		{"oldest first after a crash", oldestFirst},
		{"a begun event stays first though an older one arrives", begunStaysFirst},
		{"an event is held for others", held},
		{"an event set aside as dead does not come back", deadStaysAway},
		{"a commit may leave the next event to others", commitAndRelease},
		{"sessions do not mix", sessionsDoNotMix},
	}
}

// waitInOrder brings four events, in a mixed order, while a turn runs. Commit hands them over by
// their time, each with its body and the time at which it was accepted.
//
//	Begin e5                   Run
//	Begin b7, e9, a3, a6       Queued, one after the other
//	Commit e5                  next a3
//	Commit a3                  next a6
//	Commit a6                  next b7
//	Commit b7                  next e9
//	Commit e9                  no next event
func waitInOrder(p *probe) {
	s, before := p.session("a"), p.now()
	t := p.run("Begin", s, p.event("e5", 5))
	for _, e := range []session.Event{
		p.event("b7", 7), p.event("e9", 9), p.event("a3", 3), p.event("a6", 6),
	} { // neither first come nor last come is the order of time
		p.begin("Begin while another runs", session.BeginRequest{ID: s, Event: e}, session.Queued)
	}
	// All were accepted between before and after.
	after := p.now()
	for _, want := range []session.Event{
		p.event("a3", 3), p.event("a6", 6), p.event("b7", 7), p.event("e9", 9),
	} {
		next := p.commit("Commit", t, session.CommitRequest{State: []byte("s")}).Next
		p.same("Commit", "next event", want.ID, next.ID)
		p.same("Commit", "body of the next event", want.Body, next.Body)
		p.same("Commit", "time of the next event", want.Time.UTC(), next.Time.UTC())
		if next.Accepted.Before(before) || next.Accepted.After(after) {
			p.fail("Commit", "time of acceptance between "+show(before)+" and", after, next.Accepted)
		}
	}
	p.end("last Commit", t)
	p.idle("Begin without an event", s)
}

// asTheyCame brings events of one time, whose ids have another order, while a turn runs, and more of them
// while some wait. An event that waits is recognised when it comes again, and keeps its time.
//
//	Begin z, b, y, a           Queued; then one of a later time, and one of an earlier time
//	Commit                     next is the earlier one, then z, then b
//	Begin m, c                 Queued; a and y, which wait, come again
//	Commit                     next are y, a, m and c, and then the later one
func asTheyCame(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e5", 5))
	wait := func(ids ...string) {
		for _, id := range ids {
			r := session.BeginRequest{ID: s, Event: p.event(id, 7)}
			p.begin("Begin of "+id+" while another runs", r, session.Queued)
		}
	}
	handedOver := func(ids ...string) {
		for _, id := range ids {
			next := p.commit("Commit", t, session.CommitRequest{State: []byte("s")}).Next
			p.same("Commit", "next event", id, next.ID)
			p.same("Commit", "time of the next event", p.event(id, 7).Time.UTC(), next.Time.UTC())
		}
	}
	wait("z", "b", "y", "a")
	p.begin("Begin of a later event", session.BeginRequest{ID: s, Event: p.event("8", 8)}, session.Queued)
	p.begin("Begin of an earlier event", session.BeginRequest{ID: s, Event: p.event("zz", 6)}, session.Queued)
	p.same("Commit", "next event", "zz", p.commit("Commit", t, session.CommitRequest{}).Next.ID)
	handedOver("z", "b")
	wait("m", "c", "a", "y") // the last two wait already
	handedOver("y", "a", "m", "c")
	p.same("Commit", "next event", "8", p.commit("Commit", t, session.CommitRequest{}).Next.ID)
	p.end("last Commit", t)
	p.idle("Begin without an event", s)
}

// oldestFirst brings three events that nobody runs, and then a fourth with the wish to run it. The
// caller gets the oldest of the four, not the one it brought: e2, and then e5, e7 and e9 by its commits.
func oldestFirst(p *probe) {
	s := p.session("a")
	for _, e := range []session.Event{p.event("e5", 5), p.event("e2", 2), p.event("e9", 9)} {
		r := session.BeginRequest{ID: s, Event: e, Hold: true}
		p.begin("Begin with Hold", r, session.Queued)
	}
	r := session.BeginRequest{ID: s, Event: p.event("e7", 7)}
	t := p.begin("Begin of a younger event", r, session.Run)
	for _, want := range []string{"e2", "e5", "e7", "e9"} {
		p.same("the next turn", "event", want, t.Event.ID)
		p.commit("Commit", t, session.CommitRequest{State: []byte("s")})
	}
	p.same("last Commit", "next event", "", t.Event.ID)
}

// begunStaysFirst begins an event, and then an older one arrives: LINE delivered them in the wrong
// order. When the turn is lost, the next attempt is for the same event again. An attempt may have
// done something already, so the older event must not slip in between.
//
//	Begin e5          Run, for 60 ms; the process dies
//	Begin e3, Hold    Queued
//	                  61 ms pass
//	Begin             Run, for e5 though e3 is older
//	Commit e5         next e3
func begunStaysFirst(p *probe) {
	s := p.session("a")
	r := session.BeginRequest{ID: s, Event: p.event("e5", 5), Lease: short}
	p.begin("Begin", r, session.Run)
	r = session.BeginRequest{ID: s, Event: p.event("e3", 3), Hold: true}
	p.begin("Begin of an older event", r, session.Queued)
	p.pass(short)
	t := p.look("Begin after the lease ran out", s, "e5")
	next := p.commit("Commit", t, session.CommitRequest{}).Next
	p.same("Commit", "next event", "e3", next.ID)
	p.end("Commit of the older event", t)
}

// held brings an event with Hold: it is durable, the session is due, and nobody has the lease.
// Another caller gets it. Hold while a turn runs has the event wait for it, and Hold of an event
// that is done says so. A bot uses Hold for an event that must be kept, and that this process will not run.
func held(p *probe) {
	s, e := p.session("a"), p.event("e1", 1)
	hold := session.BeginRequest{ID: s, Event: e, Hold: true}
	p.begin("Begin with Hold", hold, session.Queued)
	p.begin("Begin with Hold again", hold, session.Queued)
	p.eventually("Due after Begin with Hold", "the session due", func() bool { return p.due(s) })
	t := p.look("Begin without an event", s, "e1")
	p.same("Begin without an event", "attempt", 1, t.Attempt)
	// While a turn runs, a held event waits for its commit.
	hold.Event = p.event("e2", 2)
	p.begin("Begin with Hold while another runs", hold, session.Queued)
	next := p.commit("Commit", t, session.CommitRequest{}).Next
	p.same("Commit", "next event", "e2", next.ID)
	p.end("last Commit", t)
	p.begin("Begin with Hold of a finished event", hold, session.Duplicate)
}

// deadStaysAway commits an event as dead. The next event is handed over, and the dead one does not
// come again: neither by itself nor when it is delivered once more. A store that only leaves the event
// in the mailbox would run it for ever.
func deadStaysAway(p *probe) {
	s, e := p.session("a"), p.event("e1", 1)
	t := p.run("Begin", s, e)
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin of another", r, session.Queued)
	dead := session.CommitRequest{State: []byte("s"), Dead: "too many attempts"}
	p.same("Commit with Dead", "next event", "e2", p.commit("Commit with Dead", t, dead).Next.ID)
	p.end("Commit", t)
	r = session.BeginRequest{ID: s, Event: e}
	p.begin("Begin of the dead event", r, session.Duplicate)
	p.idle("Begin without an event", s)
}

// commitAndRelease commits with Release while another event waits, as a process does that shuts
// down. The event is not handed over; the session is due at once, and the lease is gone. Another process
// gets e2 as a first attempt: that it was not handed over is no failure of the event.
func commitAndRelease(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin of another", r, session.Queued)
	c := p.commit("Commit with Release", t, session.CommitRequest{State: []byte("s"), Release: true})
	p.same("Commit with Release", "next event", "", c.Next.ID)
	p.eventually("Due after it", "the session due", func() bool { return p.due(s) })
	// The lease is gone, though the event is not run.
	err := p.store.Extend(p.Context(), s, t.token, long)
	p.err("Extend after it", session.ErrFenced, err)
	t = p.look("Begin without an event", s, "e2")
	p.same("Begin without an event", "attempt", 1, t.Attempt)
	p.end("Commit", t)
}

// sessionsDoNotMix runs two sessions with events of the same id. The token of one is nothing in the
// other, and neither sees the state or the outputs of the other.
func sessionsDoNotMix(p *probe) {
	a, b := p.session("a"), p.session("b")
	ta := p.run("Begin of session a", a, p.event("e1", 1))
	tb := p.run("Begin of session b with an event of the same id", b, p.event("e1", 1))
	// request puts the id of the turn's own session in the place of a.
	_, err := p.store.Commit(p.Context(), tb.request(session.CommitRequest{ID: a, EventID: "e1"}))
	p.err("Commit of session b", nil, err)
	// The token of a, in a commit of b.
	wrong := ta.request(session.CommitRequest{EventID: "e1"})
	wrong.ID = b
	_, err = p.store.Commit(p.Context(), wrong)
	p.err("Commit of session b with the token of a", session.ErrFenced, err)
	out := session.CommitRequest{State: []byte("of a"), Outputs: [][]byte{[]byte("o")}}
	p.commit("Commit of session a", ta, out)
	// An Ack of b, even of any number, takes nothing from a.
	outs, err := p.store.Ack(p.Context(), &session.AckRequest{ID: b, Token: p.token(), Done: session.MakeSeq(9, 1), DeliveryLease: long})
	p.err("Ack of session b", nil, err)
	p.same("Ack of session b", "outputs", []string{}, bodies(outs.Outputs))
	tb = p.run("Begin of session b", b, p.event("e2", 2))
	p.same("Begin of session b", "state", "", string(tb.State))
	outs, err = p.store.Ack(p.Context(), &session.AckRequest{ID: a, Token: p.token(), DeliveryLease: long})
	p.err("Ack of session a", nil, err)
	p.same("Ack of session a", "outputs", []string{"o"}, bodies(outs.Outputs))
}
