package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

// releaseChecks are those of turns that are given up without a commit: the bot failed to run the
// action and tries again later, or the process goes down.
func releaseChecks() []check {
	return []check{
		{"a released event is due at once and counts", releaseCounted},
		{"a release that does not count leaves the attempts as they were", releaseUncounted},
		{"a released event waits for its delay", releaseDelayed},
		{"a released event stays the first in line", releaseStaysFirst},
		{"a released turn cannot be committed", releaseEndsTurn},
	}
}

// release calls Release for the turn, which must succeed.
func (p *probe) release(step string, t *turn, r session.ReleaseRequest) {
	p.Helper()
	r.ID, r.Token = t.id, t.token
	p.err(step, nil, p.store.Release(p.Context(), &r))
}

// releaseCounted gives a turn up twice, without a delay. The session is due at once, and each next
// turn is a further attempt: 1, 2, 3. By that number the bot gives up on an event.
func releaseCounted(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	for want := 2; want <= 3; want++ {
		p.release("Release", t, session.ReleaseRequest{Counted: true})
		p.eventually("Due after Release", "the session due", func() bool { return p.due(s) })
		t = p.look("Begin without an event", s, "e1")
		p.same("Begin without an event", "attempt", want, t.Attempt)
	}
	p.end("Commit", t)
}

// releaseUncounted gives a turn up without counting the attempt, as a process does that goes down.
// However often that happens, the next turn is the same attempt: restarts must not bring an event
// closer to being set aside.
//
//	Begin e1    Run, attempt 1; released, counted
//	Begin       Run, attempt 2; released, not counted
//	Begin       Run, attempt 2; and so on
func releaseUncounted(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	p.release("Release that counts", t, session.ReleaseRequest{Counted: true})
	for range 3 {
		t = p.look("Begin without an event", s, "e1")
		p.same("Begin without an event", "attempt", 2, t.Attempt)
		p.release("Release that does not count", t, session.ReleaseRequest{})
	}
	p.end("Commit", p.look("Begin without an event", s, "e1"))
}

// releaseDelayed gives a turn up with a delay. Until it is over no turn begins: not for the event,
// and not for another that comes meanwhile, which waits behind it. Afterwards the session is due,
// and not a millisecond earlier. A store that lets the other event run first would break the order of
// what the user wrote.
func releaseDelayed(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	p.release("Release with a long delay", t, session.ReleaseRequest{Counted: true, Delay: long})
	p.idle("Begin without an event, before the delay is over", s)
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin of another, before the delay is over", r, session.Queued)
	if p.due(s) {
		p.fail("Due before the delay is over", "the session due", false, true)
	}

	// Now with a delay that ends.
	s = p.session("b")
	t = p.run("Begin", s, p.event("e1", 1))
	from := p.now()
	p.release("Release with a short delay", t, session.ReleaseRequest{Counted: true, Delay: short})
	p.eventually("Due after the delay", "the session due", func() bool { return p.due(s) })
	t = p.look("Begin after the delay", s, "e1")
	p.same("Begin after the delay", "attempt", 2, t.Attempt)
	if t.Now.Before(from.Add(short)) {
		p.fail("Begin after the delay", "a time from", from.Add(short), t.Now)
	}
	p.end("Commit", t)
}

// releaseStaysFirst gives a turn up, and then an older event arrives. The caller that brings it
// gets the turn of the released event: it was begun, and stays the first. So e5 runs before e3.
func releaseStaysFirst(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e5", 5))
	p.release("Release", t, session.ReleaseRequest{Counted: true})
	r := session.BeginRequest{ID: s, Event: p.event("e3", 3)}
	t = p.begin("Begin of an older event", r, session.Run)
	p.same("Begin of an older event", "event", "e5", t.Event.ID)
	c := p.commit("Commit", t, session.CommitRequest{})
	p.same("Commit", "next event", "e3", c.Next.ID)
	p.end("last Commit", t)
}

// releaseEndsTurn gives a turn up and commits it all the same: it is fenced, before and after
// another caller takes the turn. Who gave a turn up has no right to it any more.
func releaseEndsTurn(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	p.release("Release", t, session.ReleaseRequest{Counted: true})
	r := t.request(session.CommitRequest{EventID: "e1", State: []byte("old")})
	_, err := p.store.Commit(p.Context(), r)
	p.err("Commit after Release", session.ErrFenced, err)
	t = p.look("Begin without an event", s, "e1")
	p.same("Begin without an event", "state", "", string(t.State))
	_, err = p.store.Commit(p.Context(), r)
	p.err("Commit of the old turn while another runs", session.ErrFenced, err)
	p.end("Commit", t)
}
