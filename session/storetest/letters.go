package storetest

import (
	"fmt"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// letterChecks are those of dead letters: events that could not be handled, and outputs that could
// not be delivered.
func letterChecks() []check {
	return []check{
		{"dead letters are listed by page", lettersListed},
		{"dead letters are counted", lettersCounted},
		{"a commit of a dead event that is repeated leaves one letter", deadRepeated},
		{"a replayed letter is a new event", letterReplayed},
		{"a letter may be replayed again and again", replayedAgain},
		{"a replay into a full mailbox keeps the letter", replayFull},
		{"a letter that is purged is gone", letterPurged},
		{"an output that is discarded leaves a letter", discarded},
		{"an output of which a part was delivered leaves a letter of the rest", discardedPart},
		{"an output that is a dead letter is replayed as an event", outputReplayed},
	}
}

// lettersCounted leaves three dead letters in two sessions, and takes them away in each way that there is. The
// count is right each time.
func lettersCounted(p *probe) {
	a, b := p.session("a"), p.session("b")
	count := func(after string, want int) {
		p.Helper()
		n, err := p.store.CountDeadLetters(p.Context(), p.accounts())
		p.err("CountDeadLetters "+after, nil, err)
		p.same("CountDeadLetters "+after, "number", want, n)
	}
	count("of an empty store", 0)
	p.setAside(a, p.event("e1", 1), "bad")
	p.setAside(a, p.event("e2", 2), "bad")
	p.setAside(b, p.event("e3", 3), "bad")
	count("after three were set aside", 3)
	letters := p.lettersOf(a)
	p.same("Letters", "of the first session", 2, len(letters))
	p.err("Delete", nil, p.store.DeleteDeadLetter(p.Context(), letters[0].ID))
	count("after one was deleted", 2)
	p.err("Replay", nil, p.store.Replay(p.Context(), letters[1].ID))
	count("after one was replayed", 1)
	p.err("Forget", nil, p.store.Forget(p.Context(), b))
	count("after the other session was forgotten", 0)
}

// setAside runs a turn for the event that ends with a dead letter.
func (p *probe) setAside(id string, e session.Event, why string) {
	p.Helper()
	t := p.run("Begin of a bad event", id, e)
	p.commit("Commit with Dead", t, session.CommitRequest{State: []byte("s"), Dead: why})
}

// maxPages is more than a store has to show.
const maxPages = 10_000

// letters lists all dead letters of the check's account, by pages of that size.
func (p *probe) letters(limit int) []session.DeadLetter {
	p.Helper()
	return p.lettersBy(limit, p.accounts()...)
}

// lettersBy lists all dead letters of some accounts, by pages of that size.
func (p *probe) lettersBy(limit int, accounts ...string) []session.DeadLetter {
	p.Helper()
	var all []session.DeadLetter
	from := ""
	for range maxPages {
		some, next, err := p.store.DeadLetters(p.Context(), accounts, from, limit)
		p.err("Letters", nil, err)
		if len(some) > limit {
			p.fail("Letters", "letters of a page, at most", limit, len(some))
		}
		all = append(all, some...)
		if from = next; from == "" {
			return all
		}
	}
	p.fail("Letters", "pages, at most", maxPages, maxPages+1)
	return nil
}

// lettersOf lists the dead letters of one session.
func (p *probe) lettersOf(id string) []session.DeadLetter {
	p.Helper()
	var of []session.DeadLetter
	for _, l := range p.lettersBy(100, session.Account(id)) {
		if l.Session == id {
			of = append(of, l)
		}
	}
	return of
}

// lettersListed leaves five dead letters of a session and one of another, and lists them by pages
// of several sizes. Each way, all are there once, those of a session in the order in which they
// were set aside, with event, reason, attempts and time. What a caller does to a letter does not
// change it in the store.
// With pages of 2, six letters take three pages, or four where a store does not know that a page was the last.
func lettersListed(p *probe) {
	p.same("Letters of an empty store", "letters", 0, len(p.letters(10)))
	s, before := p.session("a"), p.now()
	events := []session.Event{p.event("e1", 1), p.event("e2", 2), p.event("e0", 0), p.event("e3", 3), p.event("e4", 4)}
	for i, e := range events {
		t := p.run("Begin", s, e)
		// The third event is tried twice, and so its letter has two attempts.
		if i == 2 {
			p.release("Release", t, session.ReleaseRequest{Counted: true})
			t = p.look("Begin again", s, e.ID)
		}
		p.commit("Commit with Dead", t, session.CommitRequest{State: []byte("s"), Dead: "why " + e.ID})
	}
	p.setAside(p.session("b"), p.event("e1", 1), "another")
	after := p.now()
	ids := map[string]bool{}
	// By pages of one, of most, of all but one, of just all, and of more than there are.
	for _, limit := range []int{1, 2, 5, 6, 100} {
		step := fmt.Sprintf("Letters by pages of %d", limit)
		all := p.letters(limit)
		p.same(step, "letters", len(events)+1, len(all))
		n := 0
		for _, l := range all {
			ids[l.ID] = true
			if l.Session == s {
				p.sameEvent(step, events[n], l.Event)
				p.same(step, "reason", "why "+events[n].ID, l.Why)
				p.same(step, "attempts", map[bool]int{false: 1, true: 2}[n == 2], l.Attempts)
				n++
			}
			if l.Time.Before(before) || l.Time.After(after) {
				p.fail(step, "a time between "+show(before)+" and", after, l.Time)
			}
			// The next listing must not see this.
			scribble(l.Event.Body)
		}
		p.same(step, "letters of the session", len(events), n)
	}
	p.same("Letters", "ids", len(events)+1, len(ids))
}

// sameEvent compares all of an event but the time at which it was accepted.
func (p *probe) sameEvent(step string, want, got session.Event) {
	p.Helper()
	p.same(step, "event", want.ID, got.ID)
	p.same(step, "message", want.MessageID, got.MessageID)
	p.same(step, "body", string(want.Body), string(got.Body))
	p.same(step, "time of the event", want.Time.UTC(), got.Time.UTC())
}

// deadRepeated repeats the commit that sets an event aside, as a caller does that got no answer:
// there is one letter.
// A store that writes a letter at each call leaves three.
func deadRepeated(p *probe) {
	s := p.session("a")
	t := p.run("Begin", s, p.event("e1", 1))
	r := t.request(session.CommitRequest{EventID: "e1", State: []byte("s"), Dead: "panic"})
	for range 3 {
		_, err := p.store.Commit(p.Context(), r)
		p.err("Commit with Dead", nil, err)
	}
	p.same("Letters", "letters", 1, len(p.letters(10)))
}

// replay replays the only letter of the session, and begins the turn of its new event.
func (p *probe) replay(id string) *turn {
	p.Helper()
	all := p.lettersOf(id)
	p.same("Letters before Replay", "letters", 1, len(all))
	p.err("Replay", nil, p.store.Replay(p.Context(), all[0].ID))
	p.same("Letters after Replay", "letters", 0, len(p.lettersOf(id)))
	p.err("Replay again", session.ErrNoDeadLetter, p.store.Replay(p.Context(), all[0].ID))
	p.eventually("Due after Replay", "the session due", func() bool { return p.due(id) })
	// Anybody may look after the session now.
	t := p.begin("Begin after Replay", session.BeginRequest{ID: id}, session.Run)
	// The new id is the old one, "#r" and a number that the store chooses.
	old := all[0].Replayed().ID
	number, ok := strings.CutPrefix(t.Event.ID, old+"#r")
	if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
		p.fail("Begin after Replay", "event", old+"#r<number>", t.Event.ID)
	}
	return t
}

// letterReplayed sets an event aside and replays it. The session is due, the turn is for an event
// with the same time, body and time of acceptance, as a first attempt, and its id is the old one
// with a mark. Both ids are known from then on.
//
//	Commit e1, Dead    a dead letter
//	Replay             the letter is gone; the session is due
//	Begin              Run, for e1#r and a number, attempt 1
//	Begin e1           Duplicate, and so is the new id
func letterReplayed(p *probe) {
	s := p.session("a")
	e := p.event("e1", 1)
	t := p.run("Begin", s, e)
	accepted := t.Event.Accepted
	p.commit("Commit with Dead", t, session.CommitRequest{State: []byte("s"), Dead: "panic"})
	p.pass(short)
	t = p.replay(s)
	e.ID = t.Event.ID
	p.sameEvent("Begin after Replay", e, t.Event)
	p.same("Begin after Replay", "time of acceptance", accepted.UTC(), t.Event.Accepted.UTC())
	p.same("Begin after Replay", "attempt", 1, t.Attempt)
	p.same("Begin after Replay", "state", "s", string(t.State))
	p.end("Commit", t)
	// The event that failed and the one that was replayed are both known.
	for _, id := range []string{"e1", e.ID} {
		r := session.BeginRequest{ID: s, Event: p.event(id, 1)}
		p.begin("Begin of "+id, r, session.Duplicate)
	}
	p.idle("Begin without an event", s)
}

// replayedAgain replays an event three times, which fails each time: each has an id that was not
// there before. With the same id, the second replay would be taken for a duplicate of the first.
func replayedAgain(p *probe) {
	s := p.session("a")
	p.setAside(s, p.event("e1", 1), "panic")
	seen := map[string]bool{}
	for range 3 {
		t := p.replay(s)
		p.same("Begin after Replay", "an id that was there before", false, seen[t.Event.ID])
		seen[t.Event.ID] = true
		p.commit("Commit with Dead", t, session.CommitRequest{State: []byte("s"), Dead: "panic"})
	}
}

// replayFull replays a letter into a mailbox that is full. It is refused, and the letter is still
// there; when there is room, the replay succeeds.
func replayFull(p *probe) {
	s := p.session("a")
	p.setAside(s, p.event("e1", 1), "panic")
	t := p.run("Begin", s, p.event("first", 0))
	// Whether the event that runs counts is left to the store: the last may or may not fit.
	for i := range session.MaxMailbox {
		r := session.BeginRequest{ID: s, Token: p.token(), Event: p.event(fmt.Sprint("e", i+2), i+2)}
		if _, err := p.store.Begin(p.Context(), &r); err != nil {
			p.err("Begin while another runs", session.ErrFull, err)
		}
	}
	// The letter stays, and may be replayed later.
	all := p.letters(10)
	p.same("Letters", "letters", 1, len(all))
	p.err("Replay into a full mailbox", session.ErrFull, p.store.Replay(p.Context(), all[0].ID))
	p.same("Letters after it", "letters", 1, len(p.letters(10)))
	p.commit("Commit", t, session.CommitRequest{State: []byte("s")})
	p.err("Replay when there is room", nil, p.store.Replay(p.Context(), all[0].ID))
}

// letterPurged deletes one of two letters. It is gone for Purge and for Replay, the other stays,
// and the event is known still: when LINE delivers it again, it is a duplicate.
// In failures, Purge stands for DeleteDeadLetter and Letters for DeadLetters.
func letterPurged(p *probe) {
	s := p.session("a")
	p.setAside(s, p.event("e1", 1), "one")
	p.setAside(s, p.event("e2", 2), "two")
	gone := p.lettersOf(s)[0].ID
	p.err("Purge", nil, p.store.DeleteDeadLetter(p.Context(), gone))
	p.err("Purge again", session.ErrNoDeadLetter, p.store.DeleteDeadLetter(p.Context(), gone))
	p.err("Replay after Purge", session.ErrNoDeadLetter, p.store.Replay(p.Context(), gone))
	all := p.letters(10)
	p.same("Letters after Purge", "letters", 1, len(all))
	p.same("Letters after Purge", "event", "e2", all[0].Event.ID)
	r := session.BeginRequest{ID: s, Event: p.event("e1", 1)}
	p.begin("Begin of the event that was purged", r, session.Duplicate)
	p.idle("Begin without an event", s)
}
