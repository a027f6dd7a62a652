package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

func releaseChecks() []check {
	return []check{
		{"a released event is due at once and counts", releaseCounted},
		{"a release that does not count leaves the attempts as they were", releaseUncounted},
		{"a released event waits for its delay", releaseDelayed},
		{"a released event stays the first in line", releaseStaysFirst},
		{"a released turn cannot be committed", releaseEndsTurn},
	}
}

func (p *probe) release(step string, t *turn, r session.ReleaseRequest) {
	p.Helper()
	r.ID, r.Token = t.id, t.token
	p.err(step, nil, p.store.Release(p.Context(), &r))
}

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
