package storetest

import (
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// repeatChecks are those of calls that are made again with the same arguments, as a caller does
// whose call ended in ErrUnavailable: it may have taken effect. Called twice must be as good as
// called once.
func repeatChecks() []check {
	return []check{
		{"begin repeated with the same token gives the same answer", beginRepeated},
		{"begin repeated for a timer gives the same answer", timerRepeated},
		{"commit repeated gives the same answer", commitRepeated},
		{"commit repeated hands over the same event", commitNextRepeated},
		{"commit repeated after the next turn has its delivery lease", commitRepeatedLate},
		{"a lost turn is fenced though its process delivers an earlier one", lostTurnFenced},
		{"release repeated counts once", releaseRepeated},
	}
}

// beginRepeated repeats a Begin that got a turn, also after another event arrived: each answer is
// that of the first call. One that was queued may be repeated too, and is there once.
//
//	Begin e1, token t    Run, attempt 1, state "s"
//	Begin e1, token t    the same answer; it is still attempt 1
//	Begin e2, token u    Queued, and Queued again
//	Begin e1, token t    the same answer, though e2 waits
//	Commit e1            next e2, once
func beginRepeated(p *probe) {
	s, token := p.session("a"), p.token()
	p.commit("Commit", p.run("Begin", s, p.event("e0", 0)), session.CommitRequest{State: []byte("s")})
	r := session.BeginRequest{ID: s, Token: token, Event: p.event("e1", 1)}
	first := p.begin("Begin", r, session.Run)
	second := p.begin("Begin again", r, session.Run)
	p.sameTurn("Begin again", first, second)
	// An event that waits changes nothing of the answer.
	other := session.BeginRequest{ID: s, Token: p.token(), Event: p.event("e2", 2)}
	p.begin("Begin of another", other, session.Queued)
	p.begin("Begin of another again", other, session.Queued)
	// The caller of the first event asks once more, though another event waits now.
	third := p.begin("Begin once more", r, session.Run)
	p.sameTurn("Begin once more", first, third)
	c := p.commit("Commit", third, session.CommitRequest{})
	p.same("Commit", "next event", "e2", c.Next.ID)
	p.end("last Commit", third)
}

// sameTurn compares two answers that give the same turn.
func (p *probe) sameTurn(step string, want, got *turn) {
	p.Helper()
	p.same(step, "event", want.Event.ID, got.Event.ID)
	p.same(step, "body", want.Event.Body, got.Event.Body)
	p.same(step, "attempt", want.Attempt, got.Attempt)
	p.same(step, "revision", want.Rev, got.Rev)
	p.same(step, "state", string(want.State), string(got.State))
	p.same(step, "timer", want.Due.UTC(), got.Due.UTC())
}

// timerRepeated repeats a Begin that got the turn of a timer. There is no event by which a store could
// know the call again: it has the token alone.
func timerRepeated(p *probe) {
	s := p.session("a")
	due := session.CommitRequest{State: []byte("s"), Due: p.now()}
	p.commit("Commit with a timer", p.run("Begin", s, p.event("e0", 0)), due)
	p.pass(time.Millisecond)
	r := session.BeginRequest{ID: s, Token: p.token()}
	first := p.begin("Begin without an event", r, session.Run)
	p.same("Begin without an event", "event", "", first.Event.ID)
	p.sameTurn("Begin again", first, p.begin("Begin again", r, session.Run))
	p.end("Commit", first)
}

// commitRepeated repeats commits, without outputs and with two. Each answer is that of the first
// call, and the outputs are there once.
// A store that does not recognise the second call either fences its caller, who then sends nothing, or
// adds the outputs twice.
func commitRepeated(p *probe) {
	s := p.session("a")
	for i, outs := range [][][]byte{nil, outputs("o1", "o2")} {
		t := p.run("Begin", s, p.event(fmt.Sprint("e", i), i))
		req := t.request(session.CommitRequest{EventID: t.Event.ID, State: []byte("s"), Outputs: outs})
		for _, step := range []string{"Commit", "Commit again", "Commit once more"} {
			c, err := p.store.Commit(p.Context(), req)
			p.err(step, nil, err)
			p.same(step, "revision", uint32(i+1), c.Rev)
			p.same(step, "next event", "", c.Next.ID)
			if outs != nil {
				p.same(step, "delivery lease", true, c.MayDeliver)
			}
		}
	}
	t := p.run("Begin of the next event", s, p.event("e2", 2))
	p.same("Begin of the next event", "revision", uint32(2), t.Rev)
	p.ack("Ack of nothing", s, 0, "o1", "o2")
}

// commitRepeatedLate repeats a commit after the next turn was committed: a caller waited long for
// an answer that was lost. If its outputs still wait under its delivery lease, the caller must
// learn that, or nobody delivers them until the lease runs out. If it left none, or they were
// delivered, nothing is left to say, and it is fenced.
//
//	Commit e1, "o1"    revision 1, may deliver; the answer is lost
//	Commit e2, "o2"    revision 2, by another process; may not deliver, as "o1" waits
//	Commit e1 again    revision 1, may deliver, no next event
//	Ack of "o1"        "o2" is left
//	Commit e1 again    ErrFenced
func commitRepeatedLate(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	first := t.request(session.CommitRequest{EventID: "e1", State: []byte("s"), Outputs: outputs("o1")})
	// The same with a commit that leaves no outputs.
	none := p.run("Begin without outputs", p.session("b"), p.event("e1", 1))
	quiet := none.request(session.CommitRequest{EventID: "e1", State: []byte("s")})
	for _, req := range []*session.CommitRequest{first, quiet} {
		_, err := p.store.Commit(p.Context(), req)
		p.err("Commit", nil, err)
		next := p.run("Begin of the next event", req.ID, p.event("e2", 2))
		c := p.commit("Commit of the next event", next, session.CommitRequest{State: []byte("s"), Outputs: outputs("o2")})
		p.same("Commit of the next event", "delivery lease", len(req.Outputs) == 0, c.MayDeliver)
	}
	// Its output is still first in line, under its delivery lease.
	c, err := p.store.Commit(p.Context(), first)
	p.err("Commit again", nil, err)
	p.same("Commit again", "revision", uint32(1), c.Rev)
	p.same("Commit again", "delivery lease", true, c.MayDeliver)
	p.same("Commit again", "next event", "", c.Next.ID)
	_, err = p.store.Commit(p.Context(), quiet)
	p.err("Commit without outputs again", session.ErrFenced, err)
	// Once that output was delivered, there is nothing to repeat.
	p.ack("Ack", s, session.MakeSeq(1, 1), "o2")
	_, err = p.store.Commit(p.Context(), first)
	p.err("Commit of what was delivered again", session.ErrFenced, err)
}

// lostTurnFenced has a process commit a turn, get the next event, and lose the lease: another runs that
// event, and a third commit drops the first output, so that the outputs of the other wait under the
// delivery lease that the first process got. Its commit of the turn that it lost is no repeated call.
//
//	A  Commit e1, "o1"             revision 1, may deliver, next e2; A freezes, and its lease runs out
//	B  Begin e3                    Run, for e2
//	B  Commit e2, "o2"             revision 2
//	B  Commit e3, "o3", Done o1    revision 3; "o2" and "o3" wait
//	A  Commit e2, "lost", rev 1    ErrFenced: "o2" is of revision 2 as well, but is not A's
func lostTurnFenced(p *probe) {
	s := p.session("a")
	r := session.BeginRequest{ID: s, Event: p.event("e1", 1), Lease: short}
	t := p.begin("Begin", r, session.Run)
	p.begin("Begin of another", session.BeginRequest{ID: s, Event: p.event("e2", 2)}, session.Queued)
	first := t.request(session.CommitRequest{EventID: "e1", State: []byte("s1"), Outputs: outputs("o1"), Lease: short})
	c, err := p.store.Commit(p.Context(), first)
	p.err("Commit", nil, err)
	p.same("Commit", "next event", "e2", c.Next.ID)
	lost := *first
	lost.Rev, lost.EventID, lost.Outputs = c.Rev, "e2", outputs("lost")
	p.pass(2 * short)
	t = p.begin("Begin of a third", session.BeginRequest{ID: s, Event: p.event("e3", 3)}, session.Run)
	p.same("Begin of a third", "event", "e2", t.Event.ID)
	p.commit("Commit of another process", t, session.CommitRequest{State: []byte("s2"), Outputs: outputs("o2")})
	done := session.CommitRequest{State: []byte("s3"), Outputs: outputs("o3"), Done: session.MakeSeq(1, 1)}
	p.commit("Commit that acknowledges", t, done)
	_, err = p.store.Commit(p.Context(), &lost)
	p.err("Commit of a turn that was lost", session.ErrFenced, err)
}

// commitNextRepeated repeats a commit that hands over the next event: the same event is handed over
// again, not the one after it.
// A store that takes the next event out of the mailbox at each call would hand over e3, and e2 would never run.
func commitNextRepeated(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	for _, id := range []string{"e2", "e3"} {
		p.begin("Begin of another", session.BeginRequest{ID: s, Event: p.event(id, 2)}, session.Queued)
	}
	// Three times the same commit: e2 is handed over each time.
	req := t.request(session.CommitRequest{EventID: "e1", State: []byte("s1")})
	for _, step := range []string{"Commit", "Commit again", "Commit once more"} {
		c, err := p.store.Commit(p.Context(), req)
		p.err(step, nil, err)
		p.same(step, "revision", uint32(1), c.Rev)
		p.same(step, "next event", "e2", c.Next.ID)
		p.same(step, "body of the next event", "body of e2", string(c.Next.Body))
		t.Rev, t.Event = c.Rev, c.Next
	}
	c := p.commit("Commit of the next event", t, session.CommitRequest{})
	p.same("Commit of the next event", "next event", "e3", c.Next.ID)
	p.end("last Commit", t)
}

// releaseRepeated repeats a Release that does not count: the attempt is taken back once.
func releaseRepeated(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	r := session.ReleaseRequest{ID: s, Token: t.token}
	p.err("Release", nil, p.store.Release(p.Context(), &r))
	// Whether the second call is told that the lease is gone is left to the store.
	if err := p.store.Release(p.Context(), &r); err != nil {
		p.err("Release again", session.ErrFenced, err)
	}
	t = p.look("Begin without an event", s, "e1")
	p.same("Begin without an event", "attempt", 1, t.Attempt)
	p.end("Commit", t)
}
