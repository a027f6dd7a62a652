package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

// discard calls Discard, which must succeed.
func (p *probe) discard(step, id string, seq session.Seq, why string) {
	p.Helper()
	p.err(step, nil, p.store.Discard(p.Context(), id, seq, why))
}

// discarded leaves three outputs and discards the second, which drops the first with it, as if it
// was delivered. There is one dead letter, with the session, the number, the body and the reason of
// the second output; discarding again, or what is gone already, leaves no other. It cannot be
// replayed. The third output waits until the delivery lease runs out, as Discard does not hand it
// out. Purge and Forget take such letters away like others.
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
	p.err("Replay", session.ErrOutput, p.store.Replay(p.Context(), l.ID))

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
