package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// limitChecks are those of what a store takes and what it refuses. Refused means that nothing was
// written.
func limitChecks() []check {
	return []check{
		{"a full mailbox refuses events and forgets that they came", fullMailbox},
		{"a full outbox refuses a commit and keeps the turn", fullOutbox},
		{"what is too large is refused before anything is written", tooLarge},
		{"what is just not too large is kept", largest},
		{"a call that names nothing is refused", nothingNamed},
	}
}

// nothingNamed makes calls that cannot mean anything. To do nothing and say that all is well would hide the
// mistake: a page of no letters, for example, never ends a list.
func nothingNamed(p *probe) {
	s := p.session("a")
	p.setAside(s, p.event("e1", 1), "bad")
	refused := func(step string, err error) {
		p.Helper()
		if err == nil || errors.Is(err, session.ErrUnavailable) {
			p.fail(step, "an error of its own", true, err)
		}
	}
	refused("Unsend of no message", p.store.Unsend(p.Context(), s, ""))
	for _, limit := range []int{0, -1} {
		_, _, err := p.store.DeadLetters(p.Context(), p.accounts(), "", limit)
		refused(fmt.Sprint("DeadLetters with a limit of ", limit), err)
	}
	for _, letter := range []string{"", "no letter", p.promise + "/", p.promise + "/999999999", p.promise + "/0-0-0"} {
		p.err(fmt.Sprintf("Replay of %q", letter), session.ErrNoDeadLetter, p.store.Replay(p.Context(), letter))
		p.err(fmt.Sprintf("DeleteDeadLetter of %q", letter), session.ErrNoDeadLetter, p.store.DeleteDeadLetter(p.Context(), letter))
	}
	p.same("Letters", "number", 1, len(p.lettersOf(s)))
}

// fullMailbox fills a mailbox while a turn runs, until an event is refused. That event must not be
// remembered as one that came: when there is room, LINE delivers it again, and it is accepted. In
// the end all events are run, in order. With MaxMailbox of 200: the first event runs, 200 wait (or 199,
// where a store counts the one that runs), and the next is refused with ErrFull. After one commit it fits.
func fullMailbox(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("first", 0))
	begin := func(i int) (session.Status, error) {
		r := session.BeginRequest{ID: s, Token: p.token(), Event: p.event(fmt.Sprint("e", i), i+1)}
		b, err := p.store.Begin(p.Context(), &r)
		return b.Status, err
	}
	// How many events the store takes before it refuses one.
	accepted := 0
	for ; ; accepted++ {
		status, err := begin(accepted)
		if errors.Is(err, session.ErrFull) {
			break
		}
		p.err("Begin while another runs", nil, err)
		p.same("Begin while another runs", "status", session.Queued, status)
		// A store that takes everything would never end this loop.
		if accepted > session.MaxMailbox {
			p.fail("Begin", "events that wait, at most", session.MaxMailbox, accepted)
		}
	}
	// Whether the event that runs counts is left to the store.
	if accepted < session.MaxMailbox-1 {
		p.fail("Begin", "events that wait, at least", session.MaxMailbox-1, accepted)
	}
	// One event leaves the mailbox, and the one that was refused finds room.
	c := p.commit("Commit", t, session.CommitRequest{State: []byte("s")})
	p.same("Commit", "next event", "e0", c.Next.ID)
	// It is not taken for a duplicate.
	status, err := begin(accepted)
	p.err("Begin of the refused event when there is room", nil, err)
	p.same("Begin of the refused event when there is room", "status", session.Queued, status)
	// All come to their turns, in order.
	for i := range accepted + 1 {
		p.same("Commit", "next event", fmt.Sprint("e", i), t.Event.ID)
		p.commit("Commit", t, session.CommitRequest{State: []byte("s")})
	}
	p.same("last Commit", "next event", "", t.Event.ID)
}

// fullOutbox commits more outputs than a session may have, at once and then on top of others. The
// commit is refused and the turn goes on: it may commit less, or acknowledge some with the same
// call. Nothing of the refused commit is kept.
//
//	Commit of 101 outputs, none wait                       ErrFull
//	Commit of 100                                          they wait
//	Commit of 2 that acknowledges 1                        ErrFull: 101 would wait
//	Commit of 2 that acknowledges 2                        100 wait
//	Ack of all 100 of the first commit but the last one    3 wait
func fullOutbox(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	many := make([][]byte, session.MaxOutputs+1)
	for i := range many {
		many[i] = []byte{byte(i)}
	}
	// One more than fits into an empty outbox.
	r := session.CommitRequest{EventID: "e1", State: []byte("no"), Outputs: many}
	_, err := p.store.Commit(p.Context(), t.request(r))
	p.err("Commit of too many outputs", session.ErrFull, err)
	// The turn is still the caller's, so it may commit fewer.
	c := p.commit("Commit of as many as may be", t, session.CommitRequest{Outputs: many[1:]})
	p.same("Commit of as many as may be", "delivery lease", true, c.MayDeliver)
	// Two more, where one place is free: it takes an Ack of two.
	t = p.run("Begin of the next", s, p.event("e2", 2))
	r = session.CommitRequest{EventID: "e2", State: []byte("no"), Outputs: many[:2], Done: session.MakeSeq(1, 1)}
	_, err = p.store.Commit(p.Context(), t.request(r))
	p.err("Commit of two more when one was delivered", session.ErrFull, err)
	// The Done of the refused commit counts as little as the rest: all outputs wait.
	outs, err := p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), DeliveryLease: long})
	p.err("Ack of nothing", nil, err)
	p.same("Ack of nothing", "outputs that wait", session.MaxOutputs, len(outs.Outputs))
	r.Done = session.MakeSeq(1, 2)
	p.commit("Commit of two more when two were delivered", t, r)
	outs, err = p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), Done: session.MakeSeq(1, 99), DeliveryLease: long})
	p.err("Ack", nil, err)
	p.same("Ack", "outputs that wait", 3, len(outs.Outputs))
}

// tooLarge sends an event, an id, a state and outputs that are larger than a store takes. Each is
// refused, and the session is as it was before: the turn may commit less. Each is one byte too large.
func tooLarge(p *probe) {
	s := p.session("a")
	long := p.event(strings.Repeat("i", session.MaxEventID+1), 1)
	big := p.event("big", 1)
	big.Body = make([]byte, session.MaxEvent+1)
	for _, e := range []session.Event{long, big} {
		r := session.BeginRequest{ID: s, Token: p.token(), Event: e}
		_, err := p.store.Begin(p.Context(), &r)
		p.err("Begin", session.ErrTooLarge, err)
	}
	p.idle("Begin after what was refused", s)
	t := p.run("Begin", s, p.event("e1", 1))
	// The outputs count together.
	half := make([]byte, session.MaxOutput/2)
	for _, r := range []session.CommitRequest{
		{EventID: "e1", State: make([]byte, session.MaxState+1)},
		{EventID: "e1", Outputs: [][]byte{half, half, {1}}},
	} {
		_, err := p.store.Commit(p.Context(), t.request(r))
		p.err("Commit", session.ErrTooLarge, err)
	}
	// The turn goes on, and nothing of what was refused is there.
	p.commit("Commit of less", t, session.CommitRequest{State: []byte("s")})
	t = p.run("Begin of the next", s, p.event("e2", 2))
	p.same("Begin of the next", "state", "s", string(t.State))
	p.ack("Ack of nothing", s, 0)
}

// largest sends the largest event, ids, state and outputs that a store takes. They come back whole. A
// store that keeps a length in too few bytes, or cuts what is long, fails here.
func largest(p *probe) {
	s := p.session("a")
	e := p.event(strings.Repeat("i", session.MaxEventID), 1)
	e.MessageID, e.Body = strings.Repeat("m", session.MaxEventID), make([]byte, session.MaxEvent)
	t := p.run("Begin", s, e)
	p.same("Begin", "size of the body", session.MaxEvent, len(t.Event.Body))
	half := make([]byte, session.MaxOutput/2)
	p.commit("Commit", t, session.CommitRequest{
		State: make([]byte, session.MaxState), Outputs: [][]byte{half, half},
	})
	t = p.run("Begin of the next", s, p.event("e2", 2))
	p.same("Begin of the next", "size of the state", session.MaxState, len(t.State))
	outs, err := p.store.Ack(p.Context(), &session.AckRequest{ID: s, Token: p.token(), Done: session.MakeSeq(1, 1), DeliveryLease: long})
	p.err("Ack", nil, err)
	p.same("Ack", "outputs that wait", 1, len(outs.Outputs))
	p.same("Ack", "size of the output", session.MaxOutput/2, len(outs.Outputs[0].Body))
}
