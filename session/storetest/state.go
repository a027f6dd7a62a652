package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// stateChecks are those of what a session keeps between two turns: state, timer and revision.
func stateChecks() []check {
	return []check{
		{"state is kept as it was written", stateKept},
		{"state is copied", stateCopied},
		{"events and outputs are copied", eventsCopied},
		{"a session is kept as long as was asked", keptLongEnough},
	}
}

// stateKept writes states one after the other, among them an empty one and one with bytes that are
// no text. Each next turn gets the last state, a revision that is one higher, and the timer.
// A store that keeps text fails at the second state, which has a zero byte and a byte that is not UTF-8.
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

// stateCopied writes over the slice that was committed, and over those that Begin handed out. The
// store keeps its own: neither what is stored nor what other callers got may change.
// A store in memory that keeps or returns a slice itself fails here.
func stateCopied(p *probe) {
	s, state := p.session("a"), []byte("state")
	t := p.run("Begin", s, p.event("e1", 1))
	p.commit("Commit", t, session.CommitRequest{State: state})
	scribble(state)
	r := session.BeginRequest{ID: s, Token: p.token(), Event: p.event("e2", 2)}
	t = p.begin("Begin after the caller wrote to what it committed", r, session.Run)
	p.same("Begin after the caller wrote to what it committed", "state", "state", string(t.State))
	// Now the slice that Begin handed out.
	scribble(t.State)
	t = p.begin("Begin again after the caller wrote to what it got", r, session.Run)
	p.same("Begin again after the caller wrote to what it got", "state", "state", string(t.State))
	// A slice that was handed out does not change with the next commit either.
	kept := t.State
	p.commit("Commit", t, session.CommitRequest{State: []byte("other")})
	p.same("a later Commit", "the state that was handed out before", "state", string(kept))
}

// eventsCopied is stateCopied for the bodies of events and of outputs.
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

	// An event that waits, and the outputs of a commit.
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
	// The event is handed out once more, from what the store kept.
	p.release("Release", t, session.ReleaseRequest{})
	t = p.look("Begin without an event", s, "e2")
	p.same("Begin without an event", "body", "body of e2", string(t.Event.Body))
}

// scribble writes over a slice.
func scribble(b []byte) {
	for i := range b {
		b[i] = '!'
	}
}

// keptLongEnough has a store keep one session for three days after its turn, and another for one day after
// a timer that is due in two. It needs a clock that can be moved by days. A store that counts Keep from
// the commit alone would have lost the second session, with a timer that was never run.
func keptLongEnough(p *probe) {
	if !p.movable() {
		return
	}
	const day = 24 * time.Hour
	turn, timer := p.session("turn"), p.session("timer")
	// One session is to be kept for three days after its turn; the other for one day after its
	// timer, which is due in two. Both are there when three days are almost over.
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
