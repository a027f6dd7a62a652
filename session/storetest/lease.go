package storetest

import (
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// leaseChecks are those of who may run a turn. A lease is held by a token until a time. When the
// time is over others may take the lease; until somebody does, its holder keeps it. Calls of a
// holder that lost the lease are fenced: they return ErrFenced and write nothing.
func leaseChecks() []check {
	return []check{
		{"a lease that ran out is taken over and the old holder is fenced", takenOver},
		{"a lease that ran out but that nobody took is still its holder's", notTaken},
		{"who never held the lease is fenced", neverHeld},
		{"a commit of a passed revision is fenced", passedRevision},
		{"extend moves the end of the lease", extend},
		{"terms that are not given last for seconds", defaultTerms},
		{"attempts are counted", attempts},
		{"an attempt that lost its lease is told from one that was released", crashed},
	}
}

// takenOver has a process that dies: its lease runs out and another takes over. When the first one
// comes back, as a process does that was only frozen, it must not commit, extend or release. It
// must not do so before the other commits, nor after it; what is stored at the end is the other's.
//
//	A  Begin e1                   Run, attempt 1, for 60 ms; A freezes
//	B  Begin                      Run, attempt 2
//	A  Commit, Extend, Release    ErrFenced
//	B  Commit "new"               revision 1
//	A  Commit, Extend, Release    ErrFenced
func takenOver(p *probe) {
	s := p.session("a")
	r := session.BeginRequest{ID: s, Event: p.event("e1", 1), Lease: short}
	old := p.begin("Begin", r, session.Run)
	p.eventually("Due after the lease ran out", "the session due", func() bool { return p.due(s) })
	// Another process takes over.
	now := p.look("Begin after the lease ran out", s, "e1")
	p.same("Begin after the lease ran out", "attempt", 2, now.Attempt)
	// fenced makes all calls of the process that lost the lease.
	fenced := func(when string) {
		p.Helper()
		for _, outs := range [][][]byte{nil, {[]byte("old")}} {
			r := session.CommitRequest{EventID: "e1", State: []byte("old"), Outputs: outs}
			_, err := p.store.Commit(p.Context(), old.request(r))
			p.err(fmt.Sprintf("Commit of the old holder %s, %d outputs", when, len(outs)), session.ErrFenced, err)
		}
		err := p.store.Extend(p.Context(), s, old.token, long)
		p.err("Extend of the old holder "+when, session.ErrFenced, err)
		err = p.store.Release(p.Context(), &session.ReleaseRequest{ID: s, Token: old.token})
		p.err("Release of the old holder "+when, session.ErrFenced, err)
	}
	fenced("before the new one commits")
	p.commit("Commit of the new holder", now, session.CommitRequest{State: []byte("new")})
	fenced("after the new one committed")
	// What is stored is what the new holder committed.
	t := p.run("Begin of the next event", s, p.event("e2", 2))
	p.same("Begin of the next event", "state", "new", string(t.State))
	p.same("Begin of the next event", "revision", uint32(1), t.Rev)
	outs, err := p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), DeliveryLease: long})
	p.err("Ack", nil, err)
	p.same("Ack", "outputs", []string{}, bodies(outs.Outputs))
}

// notTaken has three sessions. In each, the lease of e1 ran out, and then e2 arrived with Hold, so that
// nobody took the lease. The holder of e1 is late, and nobody was in its way: it may extend the lease in
// the first session, release it in the second, and commit in the third. A store that compares the
// lease's end with its clock, and not its token with the caller's, would fence it, and a turn that took a
// little too long would be run again for nothing.
func notTaken(p *probe) {
	// lost begins a turn whose lease runs out, and to which an event is added that nobody takes.
	lost := func(name string) *turn {
		p.Helper()
		s := p.session(name)
		r := session.BeginRequest{ID: s, Event: p.event("e1", 1), Lease: short}
		t := p.begin("Begin", r, session.Run)
		p.pass(short)
		r = session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}
		p.begin("Begin with Hold after the lease ran out", r, session.Queued)
		return t
	}
	t := lost("extended")
	p.err("Extend after the lease ran out", nil, p.store.Extend(p.Context(), t.id, t.token, long))
	p.idle("Begin after it was extended", t.id)
	t = lost("released")
	p.release("Release after the lease ran out", t, session.ReleaseRequest{})
	t = p.look("Begin after it was released", t.id, "e1")
	p.same("Begin after it was released", "attempt", 1, t.Attempt)
	t = lost("committed")
	c := p.commit("Commit after the lease ran out", t, session.CommitRequest{})
	p.same("Commit after the lease ran out", "next event", "e2", c.Next.ID)
	p.end("Commit of the next", t)
}

// neverHeld has a caller with a token that was never given a lease. It is fenced on a session that
// does not exist, while another runs a turn, and on an idle session. None of its calls may make a
// session, or disturb the turn that runs.
func neverHeld(p *probe) {
	s := p.session("a")
	// A turn that no Begin gave.
	stranger := &turn{id: s, token: p.token()}
	fenced := func(when string) {
		p.Helper()
		_, err := p.store.Commit(p.Context(), stranger.request(session.CommitRequest{State: []byte("x")}))
		p.err("Commit of a stranger "+when, session.ErrFenced, err)
		err = p.store.Extend(p.Context(), s, stranger.token, long)
		p.err("Extend of a stranger "+when, session.ErrFenced, err)
		err = p.store.Release(p.Context(), &session.ReleaseRequest{ID: s, Token: stranger.token})
		p.err("Release of a stranger "+when, session.ErrFenced, err)
	}
	fenced("on a session that does not exist")
	t := p.run("Begin", s, p.event("e1", 1))
	fenced("while another runs")
	p.end("Commit of the holder", t)
	stranger.Rev = 1
	fenced("on an idle session")
}

// passedRevision commits two turns in a row under one lease, and then the first one again: the
// state would go back by one event. The token is right and the revision is not, so the call is
// fenced.
//
//	Begin e1              Run, revision 0; e2 and e3 wait
//	Commit e1, rev 0      revision 1, next e2, state "s1"
//	Commit e2, rev 1      revision 2, next e3, state "s2"
//	Commit e1, rev 0      ErrFenced: "s1" must not come back
func passedRevision(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	for i := 2; i <= 3; i++ {
		r := session.BeginRequest{ID: s, Event: p.event(fmt.Sprint("e", i), i)}
		p.begin("Begin while another runs", r, session.Queued)
	}
	// The first turn as it was, to be committed once more.
	first := *t
	p.commit("first Commit", t, session.CommitRequest{State: []byte("s1")})
	p.commit("second Commit", t, session.CommitRequest{State: []byte("s2")})
	late := first.request(session.CommitRequest{EventID: "e1", State: []byte("s1")})
	_, err := p.store.Commit(p.Context(), late)
	p.err("the first Commit again, after the second", session.ErrFenced, err)
	// So it is if the commit says that it is for a timer, and names no event.
	late.EventID = ""
	_, err = p.store.Commit(p.Context(), late)
	p.err("a Commit for a timer, of the first revision", session.ErrFenced, err)
	p.end("third Commit", t)
}

// extend gives a lease a longer term, and waits until the first term is over: the lease is held
// still, and the session is not due. Then it gives the lease a shorter term, which counts just the
// same. Terms are 480 ms, then 10 minutes, then 60 ms; each counts from its call.
func extend(p *probe) {
	s := p.session("a")
	r := session.BeginRequest{ID: s, Event: p.event("e1", 1), Lease: 8 * short}
	t := p.begin("Begin", r, session.Run)
	p.err("Extend", nil, p.store.Extend(p.Context(), s, t.token, long))
	p.pass(8 * short)
	r = session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin after the first term", r, session.Queued)
	if p.due(s) {
		p.fail("Due after the first term", "the session due", false, true)
	}
	// Extend sets the end, be it later or earlier than it was.
	p.err("Extend by less", nil, p.store.Extend(p.Context(), s, t.token, short))
	p.pass(short)
	t = p.look("Begin after the last term", s, "e1")
	p.commit("Commit", t, session.CommitRequest{})
	p.end("last Commit", t)
}

// defaultTerms gives no terms for the lease and the delivery lease. Both must last longer than a
// moment: zero means the default of some seconds, not an end at once.
func defaultTerms(p *probe) {
	s := p.session("a")
	t := &turn{id: s, token: p.token()}
	b, err := p.store.Begin(p.Context(), &session.BeginRequest{ID: s, Token: t.token, Event: p.event("e1", 1)})
	p.err("Begin without terms", nil, err)
	from := b.Now
	// held says whether the session is not due; or more than 3 s passed, and the default may be
	// over.
	held := func() bool { // a machine may be so slow that nothing can be said
		ok := !p.due(s)
		return ok || p.now().Sub(from) > 3*time.Second
	}
	p.pass(short)
	p.same("Due after Begin without terms", "the lease held", true, held())
	r := t.request(session.CommitRequest{EventID: "e1", Outputs: outputs("a")})
	r.Lease, r.DeliveryLease = 0, 0
	c, err := p.store.Commit(p.Context(), r)
	p.err("Commit without terms", nil, err)
	from = c.Now
	p.pass(short)
	p.same("Due after Commit without terms", "the delivery lease held", true, held())
}

// attempts loses the turn of one event again and again. Each turn is told which attempt it is,
// which the bot needs to give up on an event that crashes it. The next event begins at 1, also if
// it was handed over by Commit and then lost.
//
//	Begin e1     Run, attempts 1, 2 and 3; each lease runs out
//	Begin        Run, attempt 4; e2 arrives
//	Commit e1    next e2, which is its attempt 1; the lease runs out
//	Begin        Run, e2, attempt 2
//	Begin e3     Run, attempt 1, when e2 is committed
func attempts(p *probe) {
	s, e := p.session("a"), p.event("e1", 1)
	for want := 1; want <= 3; want++ {
		t := p.begin("Begin", session.BeginRequest{ID: s, Event: e, Lease: short}, session.Run)
		p.same("Begin", "attempt", want, t.Attempt)
		p.pass(short)
	}
	t := p.look("Begin without an event", s, "e1")
	p.same("Begin without an event", "attempt", 4, t.Attempt)
	// The next event has attempts of its own.
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin of another", r, session.Queued)
	c := p.commit("Commit", t, session.CommitRequest{Lease: short})
	p.same("Commit", "next event", "e2", c.Next.ID)
	p.pass(short)
	t = p.look("Begin after the next event was lost", s, "e2")
	p.same("Begin after the next event was lost", "attempt", 2, t.Attempt)
	p.end("last Commit", t)
	t = p.run("Begin of a third", s, p.event("e3", 3))
	p.same("Begin of a third", "attempt", 1, t.Attempt)
}

// crashed tells attempts that ended without a word (their lease ran out) from those that were
// released. A process that dies in the middle of a turn may have been killed by the event, so the
// bot treats such events with care. Once an attempt crashed, later ones are told so too, though
// they were released; a commit, or the next event, begins without a crash. The same holds for the
// turn of a timer.
//
//	how a turn ended                 what the next turn is told
//	released in time                 no crash
//	released too late, but released   no crash: the holder lives
//	its lease ran out                a crash
//	released in time                 a crash still, that of the turn before
//	committed; e2 is next            no crash: e2 is another event
func crashed(p *probe) {
	s, e := p.session("a"), p.event("e1", 1)
	r := session.BeginRequest{ID: s, Event: e, Lease: short}
	// is fails unless the turn says of earlier attempts what is true.
	is := func(step string, want bool, t *turn) *turn {
		p.Helper()
		p.same(step, "crash", want, t.Crashed)
		return t
	}
	t := is("first Begin", false, p.begin("first Begin", r, session.Run))
	p.release("Release", t, session.ReleaseRequest{Counted: true})
	t = is("Begin after a release", false, p.begin("Begin after a release", r, session.Run))
	// A holder who comes late but before anybody else released in time.
	p.pass(short)
	p.release("Release after the lease ran out", t, session.ReleaseRequest{Counted: true})
	is("Begin after a late release", false, p.begin("Begin after a late release", r, session.Run))
	// Nobody says a word for this attempt.
	p.pass(short)
	t = is("Begin after a crash", true, p.look("Begin after a crash", s, "e1"))
	p.release("Release after a crash", t, session.ReleaseRequest{})
	t = is("Begin after a crash and a release", true, p.look("Begin after a crash and a release", s, "e1"))
	// The crash was of the first event, not of the next.
	p.begin("Begin of another", session.BeginRequest{ID: s, Event: p.event("e2", 2)}, session.Queued)
	p.commit("Commit", t, session.CommitRequest{Due: p.base})
	p.release("Release of the next", t, session.ReleaseRequest{Counted: true})
	t = is("Begin of the next", false, p.look("Begin of the next", s, "e2"))
	p.end("Commit of the next", t)

	s = p.session("timer")
	t = p.run("Begin", s, p.event("e1", 1))
	p.commit("Commit with a timer", t, session.CommitRequest{State: []byte("s"), Due: p.base})
	is("Begin of a timer", false, p.begin("Begin of a timer", session.BeginRequest{ID: s, Lease: short}, session.Run))
	p.pass(short)
	t = is("Begin of a timer after a crash", true, p.look("Begin of a timer after a crash", s, ""))
	p.end("Commit of the timer", t)
}
