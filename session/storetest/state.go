package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

func stateChecks() []check {
	return []check{
		{"state is kept as it was written", stateKept},
		{"state is copied", stateCopied},
		{"events and outputs are copied", eventsCopied},
		{"a session is kept as long as was asked", keptLongEnough},
	}
}

func stateKept(p *probe) {
	s := p.session("a")
	t := p.run("Begin of a new session", s, p.event("e0", 0))
	p.same("Begin of a new session", "state", []byte(nil), t.State)
	p.same("Begin of a new session", "revision", uint32(0), t.Rev)
	p.same("Begin of a new session", "timer", time.Time{}, t.Due)
	due := p.now().Add(long)
	for i, state := range []string{"one", "a longer one \x00\xff\n", "", "s"} {
		p.commit("Commit", t, session.CommitRequest{State: []byte(state), Due: due})
		t = p.run("Begin of the next event", s, p.event("e"+state, i))
		p.same("Begin of the next event", "state", state, string(t.State))
		p.same("Begin of the next event", "revision", uint32(i+1), t.Rev)
		p.same("Begin of the next event", "timer", due.UTC(), t.Due.UTC())
	}
}

func stateCopied(p *probe) {
	s, state := p.session("a"), []byte("state")
	t := p.run("Begin", s, p.event("e1", 1))
	p.commit("Commit", t, session.CommitRequest{State: state})
	scribble(state)
	r := session.BeginRequest{ID: s, Token: p.token(), Event: p.event("e2", 2)}
	t = p.begin("Begin after the caller wrote to what it committed", r, session.Run)
	p.same("Begin after the caller wrote to what it committed", "state", "state", string(t.State))
	scribble(t.State)
	t = p.begin("Begin again after the caller wrote to what it got", r, session.Run)
	p.same("Begin again after the caller wrote to what it got", "state", "state", string(t.State))
	kept := t.State
	p.commit("Commit", t, session.CommitRequest{State: []byte("other")})
	p.same("a later Commit", "the state that was handed out before", "state", string(kept))
}

func eventsCopied(p *probe) {
	s, e := p.session("a"), p.event("e1", 1)
	r := session.BeginRequest{ID: s, Token: p.token(), Event: e}
	p.begin("Begin", r, session.Run)
	scribble(e.Body)
	t := p.begin("Begin again", r, session.Run)
	p.same("Begin after the caller wrote to its event", "body", "body of e1", string(t.Event.Body))
	scribble(t.Event.Body)
	t = p.begin("Begin again", r, session.Run)
	p.same("Begin after the caller wrote to what it got", "body", "body of e1", string(t.Event.Body))

	r2 := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	p.begin("Begin of another", r2, session.Queued)
	scribble(r2.Event.Body)
	outs := outputs("a")
	c := p.commit("Commit", t, session.CommitRequest{Outputs: outs})
	p.same("Commit", "body of the next event", "body of e2", string(c.Next.Body))
	scribble(c.Next.Body)
	scribble(outs[0])
	left := p.ack("Ack after the caller wrote to its outputs", s, 0, "a")
	scribble(left[0].Body)
	p.ack("Ack after the caller wrote to what it got", s, 0, "a")
	p.release("Release", t, session.ReleaseRequest{})
	t = p.look("Begin without an event", s, "e2")
	p.same("Begin without an event", "body", "body of e2", string(t.Event.Body))
}

func scribble(b []byte) {
	for i := range b {
		b[i] = '!'
	}
}

// keptLongEnough needs a clock that can be moved by days.
func keptLongEnough(p *probe) {
	if !p.movable() {
		return
	}
	const day = 24 * time.Hour
	turn, timer := p.session("turn"), p.session("timer")
	for id, r := range map[string]session.CommitRequest{
		turn:  {State: []byte("s"), Keep: 3 * day},
		timer: {State: []byte("s"), Keep: day, Due: p.now().Add(2 * day)},
	} {
		p.commit("Commit", p.run("Begin", id, p.event("e1", 1)), r)
	}
	p.pass(3*day - time.Hour)
	t := p.run("Begin of a session that is kept for three days", turn, p.event("e2", 2))
	p.same("Begin of a session that is kept for three days", "state", "s", string(t.State))
	t = p.look("Begin of a session whose timer is due", timer, "")
	p.same("Begin of a session whose timer is due", "state", "s", string(t.State))
}
