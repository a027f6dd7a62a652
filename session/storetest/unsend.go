package storetest

import (
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// unsent has two events of a message, one that runs and one that waits, and two dead letters: one of the
// message, and one of another. The sender takes the message back.
//
//	e0    a dead letter of the message      deleted
//	kept  a dead letter of another          stays
//	e1    of the message; its turn runs     has its turn, without a body
//	e3    of another; waits                 has its turn, with its body
//	e2    of the message; waits behind e3   has its turn, without a body
//
// A session with the same dead letters and no Unsend shows that nothing else was deleted.
func unsent(p *probe) {
	s, other := p.session("a"), p.session("b")
	again := p.event("e2", 3)
	again.MessageID = p.event("e1", 1).MessageID
	for _, id := range []string{s, other} {
		letter := p.event("e0", 0)
		letter.MessageID = again.MessageID
		p.setAside(id, letter, "panic")
		p.setAside(id, p.event("kept", 0), "panic")
	}
	first := p.run("Begin", s, p.event("e1", 1))
	for _, e := range []session.Event{again, p.event("e3", 2)} {
		p.begin("Begin while another runs", session.BeginRequest{ID: s, Event: e}, session.Queued)
	}
	// Twice, as a repeated call must do no harm; and where there is nothing to take out.
	for range 2 {
		p.unsend("Unsend", s, again.MessageID)
		p.unsend("Unsend of what was never sent", p.session("c"), again.MessageID)
	}
	p.err("Unsend of a long id", session.ErrTooLarge,
		p.store.Unsend(p.Context(), s, strings.Repeat("m", session.MaxEventID+1)))
	p.same("Letters after Unsend", "letters", 1, len(p.lettersOf(s)))
	p.sameEvent("Letters after Unsend", p.event("kept", 0), p.lettersOf(s)[0].Event)
	p.same("Letters after Unsend", "letters of another session", 2, len(p.lettersOf(other)))

	// The event that runs has lost its body by the next attempt. Its place and its count stay.
	p.release("Release", first, session.ReleaseRequest{Counted: true})
	gone := p.event("e1", 1)
	gone.Body, again.Body = nil, nil
	t := p.look("Begin after Unsend", s, "e1")
	p.sameEvent("Begin after Unsend", gone, t.Event)
	p.same("Begin after Unsend", "attempt", 2, t.Attempt)
	// The other event of the message waits behind one that is older, without its body.
	p.commit("Commit after Unsend", t, session.CommitRequest{})
	p.sameEvent("Commit after Unsend", p.event("e3", 2), t.Event)
	p.commit("Commit of the next", t, session.CommitRequest{})
	p.sameEvent("Commit of the next", again, t.Event)
	// It becomes a dead letter, still without it.
	p.commit("last Commit", t, session.CommitRequest{Dead: "panic"})
	p.same("Letters at the end", "letters", 2, len(p.lettersOf(s)))
	p.sameEvent("Letters at the end", again, p.lettersOf(s)[1].Event)
	for _, e := range []session.Event{p.event("e1", 1), again} {
		p.begin("Begin of what was unsent", session.BeginRequest{ID: s, Event: e}, session.Duplicate)
	}
}

// unsend calls Unsend, which must succeed.
func (p *probe) unsend(step, id, messageID string) {
	p.Helper()
	p.err(step, nil, p.store.Unsend(p.Context(), id, messageID))
}
