package storetest

import (
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// dedupChecks are those of events that come more than once. LINE delivers an event again if it got
// no answer, and a process that got no answer from the store asks again.
func dedupChecks() []check {
	return []check{
		{"an event accepted twice runs once", acceptedTwice},
		{"a duplicate while it runs is not run again", duplicateWhileRunning},
		{"a late duplicate is recognised", lateDuplicate},
		{"a duplicate of an event that nobody runs takes it over", duplicateTakesOver},
		{"a redelivery older than what is remembered is refused", staleRedelivery},
		{"an ended session still knows its events", endedKnowsEvents},
	}
}

// acceptedTwice brings an event, runs its turn, and brings it again: nothing is left to do. A store that
// does not remember finished events runs it twice, and the user gets two answers.
func acceptedTwice(p *probe) {
	s, e := p.session("a"), p.event("e1", 0)
	p.end("Commit", p.run("first Begin", s, e))
	// LINE delivers it once more.
	p.begin("second Begin", session.BeginRequest{ID: s, Event: e}, session.Duplicate)
	p.idle("Begin without an event", s)
}

// duplicateWhileRunning brings an event again while its turn runs. The second caller is told that
// somebody runs it, and gets no lease; after the turn there is nothing left to do.
//
//	Begin e1     Run
//	Begin e1     Queued, which is also true of an event that is under way
//	Commit e1    no next event
//	Begin e1     Duplicate
func duplicateWhileRunning(p *probe) {
	s, e := p.session("a"), p.event("e1", 0)
	t := p.run("first Begin", s, e)
	p.begin("Begin while the first runs", session.BeginRequest{ID: s, Event: e}, session.Queued)
	p.end("Commit", t)
	p.begin("Begin after it", session.BeginRequest{ID: s, Event: e}, session.Duplicate)
	p.idle("Begin without an event", s)
}

// lateDuplicate brings the first of 20 events again when all have been run. A store that remembers
// the last event alone would run it. A mark as redelivered changes nothing: only an event that the store
// does not know may be stale.
func lateDuplicate(p *probe) {
	s, first := p.session("a"), p.event("e0", 0)
	for i := range 20 {
		p.end("Commit", p.run("Begin", s, p.event(fmt.Sprint("e", i), i)))
	}
	for _, redelivered := range []bool{false, true} {
		step := fmt.Sprintf("Begin of the first of 20 events, redelivered %v", redelivered)
		r := session.BeginRequest{ID: s, Event: first, Redelivered: redelivered}
		p.begin(step, r, session.Duplicate)
	}
}

// duplicateTakesOver brings an event whose turn was begun and never ended: its lease ran out.
// Whoever brings the event again gets the turn, as a second attempt. So a redelivery by LINE saves
// the event of a process that died, without waiting for somebody to ask Due.
//
//	Begin e1     Run, attempt 1, for 60 ms; the process dies
//	             61 ms pass
//	Begin e1     Run, attempt 2
//	Commit e1    no next event
//	Begin e1     Duplicate
func duplicateTakesOver(p *probe) {
	s, e := p.session("a"), p.event("e1", 0)
	p.begin("first Begin", session.BeginRequest{ID: s, Event: e, Lease: short}, session.Run)
	p.pass(short)
	t := p.run("Begin of the same event after the lease ran out", s, e)
	p.same("Begin of the same event after the lease ran out", "attempt", 2, t.Attempt)
	p.end("Commit", t)
	p.begin("Begin after it", session.BeginRequest{ID: s, Event: e}, session.Duplicate)
}

// staleRedelivery sends more events than a store remembers. Each that comes again must be
// recognised or refused: no store may run it. A store that remembers 128 of 150 events answers Stale for
// the first 22, since it may have run them, and Duplicate for the others. But it may not refuse
// everything that it does not know: the last two events are new, and must be run.
func staleRedelivery(p *probe) {
	const events = 300
	s := p.session("a")
	// The events happened an hour ago, so that one of today is younger than all that is forgotten.
	old := func(i int) session.Event {
		e := p.event(fmt.Sprint("e", i), i)
		e.Time = e.Time.Add(-time.Hour)
		return e
	}
	for i := range events {
		p.end("Commit", p.run("Begin", s, old(i)))
	}
	for i := range events {
		r := session.BeginRequest{ID: s, Token: p.token(), Event: old(i), Redelivered: true}
		step := fmt.Sprintf("Begin of event %d of %d, redelivered", i+1, events)
		b, err := p.store.Begin(p.Context(), &r)
		p.err(step, nil, err)
		if b.Status != session.Stale && b.Status != session.Duplicate {
			p.fail(step, "status", "stale or duplicate", b.Status.String())
		}
	}
	// A redelivery of an event that never came, and that is younger than what was forgotten, must
	// be run: LINE's first delivery was lost.
	young := p.event("young", int(time.Hour.Milliseconds()))
	t := p.begin("Begin of a redelivery that is new and young",
		session.BeginRequest{ID: s, Event: young, Redelivered: true}, session.Run)
	p.end("Commit", t)
	// An old event that is not marked as redelivered cannot be a copy, and must be run as well.
	late := p.event("late", int(-time.Hour.Milliseconds()))
	p.end("Commit", p.run("Begin of an old event that was not marked as redelivered", s, late))
}

// endedKnowsEvents ends a session, which leaves neither state nor timer, and brings its events
// again. They are known still: the event that ended the conversation must not begin another when it
// is delivered once more. The revision goes on too. A store fails here that deletes a session with its
// last turn.
func endedKnowsEvents(p *probe) {
	s, e := p.session("a"), p.event("e1", 0)
	t := p.run("first Begin", s, e)
	p.commit("first Commit", t, session.CommitRequest{State: []byte("x")})
	t = p.run("second Begin", s, p.event("e2", 1))
	p.commit("Commit with neither state nor timer", t, session.CommitRequest{})
	for _, id := range []string{"e1", "e2"} {
		r := session.BeginRequest{ID: s, Event: p.event(id, 0)}
		p.begin("Begin of "+id+" again", r, session.Duplicate)
	}
	t = p.run("Begin of a new event", s, p.event("e3", 2))
	p.same("Begin of a new event", "revision", uint32(2), t.Rev)
	p.same("Begin of a new event", "state", "", string(t.State))
	p.end("Commit", t)
}
