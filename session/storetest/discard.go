package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

// discard calls Discard, which must succeed.
func (p *probe) discard(step, id string, seq session.Seq, why string) {
	p.Helper()
	p.err(step, nil, p.store.Discard(p.Context(), id, seq, why, nil))
}

// discardedPart discards an output of which a part was delivered: the letter has what is left, and is
// replayed with it.
func discardedPart(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	c := p.commit("Commit", t, session.CommitRequest{Outputs: outputs("abc"), State: []byte("s")})
	left := []byte("b")
	p.err("Discard", nil, p.store.Discard(p.Context(), s, session.MakeSeq(c.Rev, 1), "blocked", left))
	scribble(left)
	p.same("Letters", "output", session.Output{Seq: session.MakeSeq(c.Rev, 1), Body: []byte("b")}, p.lettersOf(s)[0].Output)
	t = p.replay(s)
	p.same("Begin after Replay", "body", "b", string(t.Event.Body))
}

// discarded leaves three outputs and discards the second, which drops the first with it, as if it
// was delivered. There is one dead letter, with the session, the number, the body and the reason of
// the second output; discarding again, or what is gone already, leaves no other. The third output
// waits until the delivery lease runs out, as Discard does not hand it out. Purge and Forget take such
// letters away like others.
//
//	Commit "a", "b", "c"    1.1, 1.2 and 1.3 wait
//	Discard 1.2             "a" is dropped, "b" is a dead letter, "c" waits
//	Discard 1.2 again       nothing changes
//	Begin, 60 ms later      "c" is handed out
func discarded(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	c := p.commit("Commit", t, session.CommitRequest{Outputs: outputs("a", "b", "c"), State: []byte("s"), DeliveryLease: short})
	from := p.now()
	for range 2 {
		p.discard("Discard of the second", s, session.MakeSeq(c.Rev, 2), "blocked")
		p.discard("Discard of the first, which is gone", s, session.MakeSeq(c.Rev, 1), "blocked")
		p.discard("Discard in a session that does not exist", p.session("b"), session.MakeSeq(1, 1), "blocked")
	}
	all := p.letters(10)
	p.same("Letters", "letters", 1, len(all))
	// The letter has the output and nothing of an event.
	l := all[0]
	p.same("Letters", "session", s, l.Session)
	p.same("Letters", "output", session.Output{Seq: session.MakeSeq(c.Rev, 2), Body: []byte("b")}, l.Output)
	p.same("Letters", "event", session.Event{}, l.Event)
	p.same("Letters", "reason", "blocked", l.Why)
	p.same("Letters", "attempts", 0, l.Attempts)
	if l.Time.Before(from) {
		p.fail("Letters", "a time from", from, l.Time)
	}
	// What a caller does to it does not change what is stored.
	scribble(l.Output.Body)
	p.same("Letters again", "output", "b", string(p.letters(10)[0].Output.Body))

	// The third output waits for its delivery lease to end, and is handed out then.
	p.pass(short)
	look := p.idle("Begin when the delivery lease ran out", s)
	p.same("Begin when the delivery lease ran out", "outputs", []string{"c"}, bodies(look.Outputs))
	p.discard("Discard of the last", s, session.MakeSeq(c.Rev, 3), "gone")
	p.ack("Ack", s, 0)
	p.same("Letters after the last", "letters", 2, len(p.letters(10)))
	// Letters of outputs go as letters of events do.
	p.err("Purge", nil, p.store.DeleteDeadLetter(p.Context(), l.ID))
	p.same("Letters after Purge", "letters", 1, len(p.letters(10)))
	p.forget("Forget", s)
	p.same("Letters after Forget", "letters", 0, len(p.letters(10)))
}

// outputReplayed discards an output, and replays the letter while another event waits. The letter becomes an
// event that has the body of the output and the time of the letter. So it runs before the event, which
// happens later. When the event of the output is set aside too, that letter is replayed like any other.
func outputReplayed(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	c := p.commit("Commit", t, session.CommitRequest{Outputs: outputs("a"), State: []byte("s")})
	seq := session.MakeSeq(c.Rev, 1)
	p.discard("Discard", s, seq, "blocked")
	l := p.lettersOf(s)[0]
	later := p.event("e2", 2)
	later.Time = p.now().Add(long)
	p.begin("Begin of an event that waits", session.BeginRequest{ID: s, Event: later, Hold: true}, session.Queued)
	t = p.replay(s)
	p.same("Begin after Replay", "body", "a", string(t.Event.Body))
	p.same("Begin after Replay", "message", "", t.Event.MessageID)
	p.same("Begin after Replay", "time of the event", l.Time.UTC(), t.Event.Time.UTC())
	p.same("Begin after Replay", "time of acceptance", l.Time.UTC(), t.Event.Accepted.UTC())
	p.same("Begin after Replay", "attempt", 1, t.Attempt)
	p.same("Begin after Replay", "state", "s", string(t.State))
	p.same("Begin after Replay", "outputs", 0, len(t.Outputs))
	c = p.commit("Commit with Dead", t, session.CommitRequest{State: []byte("s"), Dead: "panic", Release: true})
	p.same("Commit with Dead", "next event", "", c.Next.ID)
	t = p.replay(s)
	p.same("Begin after another Replay", "body", "a", string(t.Event.Body))
	c = p.commit("Commit", t, session.CommitRequest{State: []byte("s"), Outputs: outputs("a")})
	p.same("Commit", "delivery lease", true, c.MayDeliver)
	p.same("Commit", "next event", "e2", c.Next.ID)
}
