package storetest

import (
	"github.com/kaiwa-go/kaiwa/session"
)

// outboxChecks are those of outputs. They wait in the outbox in the order in which they were
// committed, and whoever has the delivery lease sends them: the caller of the commit that found the
// outbox empty, or whoever took over when that lease ran out.
func outboxChecks() []check {
	return []check{
		{"outputs wait in order, and only one delivers them", outputsInOrder},
		{"a delivery lease that is held is handed to nobody else", deliveryLeaseHeld},
		{"a delivery lease that ran out is handed out as retried", deliveryLeaseRanOut},
		{"an event is handed outputs whose delivery lease ran out", deliveryLeaseRanOutEvent},
		{"an ack carried by begin", ackByBegin},
		{"an ack carried by commit", ackByCommit},
		{"an ack of what was acknowledged does no harm", ackTwice},
		{"an ack takes no delivery lease from another process", ackOfAnother},
		{"outputs that are left wait, and then anybody gets them", ackLeaves},
		{"an ended session keeps its outputs", endedKeepsOutputs},
	}
}

// outputs makes outputs of texts.
func outputs(bodies ...string) [][]byte {
	var outs [][]byte
	for _, b := range bodies {
		outs = append(outs, []byte(b))
	}
	return outs
}

// say runs a turn for a new event that leaves outputs, and says whether it got the delivery lease.
func (p *probe) say(step, id, event string, r session.CommitRequest) (*turn, bool) {
	p.Helper()
	t := p.run("Begin before "+step, id, p.event(event, 0))
	r.State = []byte("s")
	delivery := p.commit(step, t, r).MayDeliver
	return t, delivery
}

// ack calls Ack with a long term, and fails unless it hands out these outputs.
func (p *probe) ack(step, id string, done session.Seq, want ...string) []session.Output {
	p.Helper()
	outs, err := p.store.Ack(p.Context(), &session.AckRequest{ID: id, Token: p.token(), Done: done, DeliveryLease: long})
	p.err(step, nil, err)
	p.same(step, "outputs", append([]string{}, want...), bodies(outs.Outputs))
	return outs.Outputs
}

// outputsInOrder commits two outputs and then a third. The first commit has the delivery lease; the
// second has not, as its output must come behind the others. Acks take them away one after the
// other, and when all are gone, the next commit has the delivery lease again.
//
//	Commit "a", "b"    numbers 1.1 and 1.2; may deliver
//	Commit "c"         number 2.1; may not deliver: "a" and "b" come first
//	Ack up to 1.1      "b" and "c" are left
//	Ack up to 1.2      "c" is left
//	Ack up to 2.1      nothing is left
//	Commit "d"         may deliver
func outputsInOrder(p *probe) {
	s := p.session("a")
	_, delivery := p.say("the first Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b")})
	p.same("the first Commit", "delivery lease", true, delivery)
	_, delivery = p.say("the second Commit", s, "e2", session.CommitRequest{Outputs: outputs("c")})
	p.same("the second Commit", "delivery lease", false, delivery)
	outs := p.ack("Ack of nothing", s, 0, "a", "b", "c")
	var seqs []session.Seq
	for _, o := range outs {
		seqs = append(seqs, o.Seq)
	}
	// Numbers are the revision of the commit, and the place in it.
	want := []session.Seq{session.MakeSeq(1, 1), session.MakeSeq(1, 2), session.MakeSeq(2, 1)}
	p.same("Ack of nothing", "numbers", want, seqs)
	p.ack("Ack of the first", s, want[0], "b", "c")
	p.ack("Ack of the second", s, want[1], "c")
	p.ack("Ack of the last", s, want[2])
	_, delivery = p.say("a Commit when all is delivered", s, "e3", session.CommitRequest{Outputs: outputs("d")})
	p.same("a Commit when all is delivered", "delivery lease", true, delivery)
}

// deliveryLeaseHeld leaves an output with a long delivery lease. Neither who looks nor who brings an event
// is handed the output, and the session is not due.
// A store that handed it out would have the user get it twice.
func deliveryLeaseHeld(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a")})
	t := p.idle("Begin without an event", s)
	p.same("Begin without an event", "outputs", []string{}, bodies(t.Outputs))
	t = p.run("Begin with an event", s, p.event("e2", 2))
	p.same("Begin with an event", "outputs", []string{}, bodies(t.Outputs))
	if p.due(s) {
		p.fail("Due", "the session due", false, true)
	}
	p.end("Commit", t)
}

// deliveryLeaseRanOut leaves outputs whose delivery lease runs out, as when their process died. The session
// is due; who looks gets all of them, and is told that they may have been sent already. Then the
// delivery lease is his, and a second one gets nothing. The same holds while another process runs a
// turn: who delivers and who runs turns are two things.
//
//	A  Commit "a", "b"    may deliver, for 60 ms; A dies after it sent "a", perhaps
//	                      61 ms pass
//	B  Begin              Idle; outputs "a" and "b", retried
//	C  Begin              Idle; no outputs: B delivers them
func deliveryLeaseRanOut(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b"), DeliveryLease: short})
	p.eventually("Due after the delivery lease ran out", "the session due", func() bool { return p.due(s) })
	const step = "Begin after the delivery lease ran out"
	t := p.idle(step, s)
	p.same(step, "outputs", []string{"a", "b"}, bodies(t.Outputs))
	p.same(step, "retried", true, t.Retried)
	// The first caller has the delivery lease now.
	t = p.idle("Begin of another, after it", s)
	p.same("Begin of another, after it", "outputs", []string{}, bodies(t.Outputs))
	if p.due(s) {
		p.fail("Due after it", "the session due", false, true)
	}
	p.ack("Ack", s, session.MakeSeq(1, 2))

	// Outputs are handed out though the lease is held.
	p.say("Commit", s, "e2", session.CommitRequest{Outputs: outputs("c"), DeliveryLease: short})
	p.run("Begin of the next", s, p.event("e3", 3))
	p.ack("Ack with a short delivery lease comes next", s, 0, "c")
	_, err := p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), DeliveryLease: short})
	p.err("Ack with a short delivery lease", nil, err)
	p.pass(short)
	t = p.idle("Begin while a turn runs and the delivery lease ran out", s)
	p.same("Begin while a turn runs and the delivery lease ran out", "outputs", []string{"c"}, bodies(t.Outputs))
}

// deliveryLeaseRanOutEvent is deliveryLeaseRanOut for a caller that brings an event: it is handed the outputs whether
// it gets the turn or not. With Hold it is not, as it is not going to do anything for the session.
func deliveryLeaseRanOutEvent(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b"), DeliveryLease: short})
	p.pass(short)
	hold := session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}
	t := p.begin("Begin with Hold after the delivery lease ran out", hold, session.Queued)
	p.same("Begin with Hold after the delivery lease ran out", "outputs", []string{}, bodies(t.Outputs))
	r := session.BeginRequest{ID: s, Event: p.event("e3", 3)}
	// The first caller gets the turn; the second does not, as the first runs it.
	for _, status := range []session.Status{session.Run, session.Queued} {
		step := "Begin with an event that is " + map[session.Status]string{
			session.Run: "run", session.Queued: "queued",
		}[status] + " after the delivery lease ran out"
		r.DeliveryLease = short
		t = p.begin(step, r, status)
		p.same(step, "outputs", []string{"a", "b"}, bodies(t.Outputs))
		p.same(step, "retried", true, t.Retried)
		p.pass(short)
		r.Event = p.event("e4", 4)
	}
}

// ackByBegin acknowledges outputs with Done of Begin, which saves a call. What is left is handed
// out, and is not marked as retried: nobody else had it.
// Where all were delivered, the next commit finds an empty outbox and may deliver.
func ackByBegin(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b", "c")})
	r := session.BeginRequest{ID: s, Done: session.MakeSeq(1, 1)}
	t := p.begin("Begin with Done", r, session.Idle)
	p.same("Begin with Done", "outputs", []string{"b", "c"}, bodies(t.Outputs))
	p.same("Begin with Done", "retried", false, t.Retried)
	r = session.BeginRequest{ID: s, Done: session.MakeSeq(1, 3), Event: p.event("e2", 2)}
	t = p.begin("Begin with Done and an event", r, session.Run)
	p.same("Begin with Done and an event", "outputs", []string{}, bodies(t.Outputs))
	c := p.commit("Commit", t, session.CommitRequest{Outputs: outputs("d")})
	p.same("Commit", "delivery lease", true, c.MayDeliver)
	p.ack("Ack of nothing", s, 0, "d")
}

// ackByCommit acknowledges outputs with Done of Commit. If some are left, the new output waits
// behind them; if none are, the commit has the delivery lease.
// Done counts before the commit's own outputs are added: "b" and "c" wait after the first case, "d" alone
// after the second.
func ackByCommit(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b")})
	// Of two outputs, one was delivered: the other comes before the new one.
	part := session.CommitRequest{Outputs: outputs("c"), Done: session.MakeSeq(1, 1)}
	_, delivery := p.say("Commit with Done of some", s, "e2", part)
	p.same("Commit with Done of some", "delivery lease", false, delivery)
	p.ack("Ack of nothing", s, 0, "b", "c")
	// All were delivered: the new output is the first.
	all := session.CommitRequest{Outputs: outputs("d"), Done: session.MakeSeq(2, 1)}
	_, delivery = p.say("Commit with Done of all", s, "e3", all)
	p.same("Commit with Done of all", "delivery lease", true, delivery)
	p.ack("Ack of nothing", s, 0, "d")
}

// ackTwice acknowledges what was acknowledged before, and what never was there. It must not touch
// outputs that came later: numbers only grow.
// An Ack of 1.2 that arrives when 2.1 waits drops nothing: it means "up to 1.2", not "the first two".
func ackTwice(p *probe) {
	s := p.session("a")
	p.ack("Ack of a session that does not exist", s, session.MakeSeq(1, 1))
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b")})
	p.ack("Ack", s, session.MakeSeq(1, 1), "b")
	p.ack("Ack again", s, session.MakeSeq(1, 1), "b")
	p.ack("Ack of the rest", s, session.MakeSeq(1, 2))
	// Late repetitions of both Acks leave the new output where it is.
	p.say("the next Commit", s, "e2", session.CommitRequest{Outputs: outputs("c")})
	p.ack("Ack of the rest again", s, session.MakeSeq(1, 2), "c")
	p.ack("Ack of the first again", s, session.MakeSeq(1, 1), "c")
	p.ack("last Ack", s, session.MakeSeq(2, 1))
	p.idle("Begin without an event", s)
}

// ackOfAnother acknowledges an output that another process took over meanwhile, as a process does that was frozen
// for some seconds. The output is dropped. But the output behind it is the other process's to send, as long as
// that one's delivery lease lasts. When that lease is over, whoever acknowledges or begins gets the output, and is
// told that it may have been sent.
func ackOfAnother(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a")})
	r := session.BeginRequest{ID: s, Token: p.tokenOf(1), Event: p.event("e2", 2)}
	t := p.begin("Begin of another process", r, session.Run)
	all := session.CommitRequest{Outputs: outputs("b"), Done: session.MakeSeq(1, 1)}
	p.same("Commit of it", "delivery lease", true, p.commit("Commit of it", t, all).MayDeliver)

	p.ack("Ack of the first process", s, session.MakeSeq(1, 1))
	t = p.begin("Begin of the first process", session.BeginRequest{ID: s, Done: session.MakeSeq(1, 1)}, session.Idle)
	p.same("Begin of the first process", "outputs", []string{}, bodies(t.Outputs))
	own := &session.AckRequest{ID: s, Token: p.tokenOf(1), DeliveryLease: short}
	got, err := p.store.Ack(p.Context(), own)
	p.err("Ack of the other process", nil, err)
	p.same("Ack of the other process", "outputs", []string{"b"}, bodies(got.Outputs))
	p.same("Ack of the other process", "retried", false, got.Retried)

	// Its delivery lease is over now.
	p.pass(short)
	got, err = p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), DeliveryLease: short})
	p.err("Ack after the delivery lease ran out", nil, err)
	p.same("Ack after the delivery lease ran out", "outputs", []string{"b"}, bodies(got.Outputs))
	p.same("Ack after the delivery lease ran out", "retried", true, got.Retried)
	p.pass(short)
	r = session.BeginRequest{ID: s, Token: p.tokenOf(1), Done: session.MakeSeq(1, 1)}
	t = p.begin("Begin after the delivery lease ran out", r, session.Idle)
	p.same("Begin after the delivery lease ran out", "outputs", []string{"b"}, bodies(t.Outputs))
	p.same("Begin after the delivery lease ran out", "retried", true, t.Retried)
	// What was handed out as retried once stays so, until it is delivered.
	r = session.BeginRequest{ID: s, Token: p.tokenOf(1), Done: session.MakeSeq(1, 1)}
	t = p.begin("Begin of the same process", r, session.Idle)
	p.same("Begin of the same process", "retried", true, t.Retried)
	got, err = p.store.Ack(p.Context(), own)
	p.err("Ack of the same process", nil, err)
	p.same("Ack of the same process", "retried", true, got.Retried)
}

// ackLeaves gives the delivery lease up, as a bot does that waits before another attempt. Until the wait is over,
// nobody gets the outputs, not even the process that left them. Then they are handed out as retried.
func ackLeaves(p *probe) {
	s := p.session("a")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b")})
	left, err := p.store.Ack(p.Context(), &session.AckRequest{
		ID: s, Token: p.token(), Done: session.MakeSeq(1, 1), DeliveryLease: long, Leave: true,
	})
	p.err("Ack that leaves", nil, err)
	p.same("Ack that leaves", "outputs", []string{}, bodies(left.Outputs))
	p.ack("Ack during the wait", s, session.MakeSeq(1, 1))
	t := p.begin("Begin during the wait", session.BeginRequest{ID: s, Done: session.MakeSeq(1, 1)}, session.Idle)
	p.same("Begin during the wait", "outputs", []string{}, bodies(t.Outputs))
	_, delivery := p.say("Commit during the wait", s, "e2", session.CommitRequest{Outputs: outputs("c")})
	p.same("Commit during the wait", "delivery lease", false, delivery)

	s = p.session("b")
	p.say("Commit", s, "e1", session.CommitRequest{Outputs: outputs("a", "b")})
	_, err = p.store.Ack(p.Context(), &session.AckRequest{
		ID: s, Token: p.token(), Done: session.MakeSeq(1, 1), DeliveryLease: short, Leave: true,
	})
	p.err("Ack that leaves for a short time", nil, err)
	p.eventually("Due after the wait", "the session due", func() bool { return p.due(s) })
	t = p.idle("Begin after the wait", s)
	p.same("Begin after the wait", "outputs", []string{"b"}, bodies(t.Outputs))
	p.same("Begin after the wait", "retried", true, t.Retried)
}

// endedKeepsOutputs ends a session with a last output. That output waits like any other, and one of
// the next conversation waits behind it.
// A store that deletes a session which has ended would lose the last words of the bot.
func endedKeepsOutputs(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	c := p.commit("Commit with neither state nor timer", t, session.CommitRequest{Outputs: outputs("bye")})
	p.same("Commit with neither state nor timer", "delivery lease", true, c.MayDeliver)
	t = p.run("Begin", s, p.event("e2", 2))
	c = p.commit("Commit of the next", t, session.CommitRequest{Outputs: outputs("hello")})
	p.same("Commit of the next", "delivery lease", false, c.MayDeliver)
	p.ack("Ack of nothing", s, 0, "bye", "hello")
	p.ack("Ack of the first", s, session.MakeSeq(1, 1), "hello")
}
