package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// adminChecks are those of what operators need: is the store fit, forget a session, take a message
// out. Dead letters have a file of their own.
func adminChecks() []check {
	return []check{
		{"a store that works is fit", fit},
		{"a forgotten session begins anew", forgetBeginsAnew},
		{"events from before a forget are refused", forgetRefuses},
		{"events from before a forget are refused for 25 hours", forgetRefusesLong},
		{"a forget fences the turn that runs", forgetFences},
		{"an unsent message is gone, and its events keep their place", unsent},
		{"an ack from before a forget drops nothing of the new session", forgetThenAck},
	}
}

// eventNow returns an event that happened now, by the store's clock, and after all that was done
// before.
func (p *probe) eventNow(id string) session.Event {
	p.Helper()
	p.pass(time.Millisecond)
	e := p.event(id, 0)
	e.Time = p.now()
	return e
}

// forget calls Forget, which must succeed.
func (p *probe) forget(step, id string) {
	p.Helper()
	p.err(step, nil, p.store.Forget(p.Context(), id))
}

// fit asks a store that works whether it does, twice. It must say yes both times, and the question
// must leave nothing behind that is due.
func fit(p *probe) {
	for range 2 {
		p.err("Check", nil, p.store.Check(p.Context()))
	}
	ids, _, err := p.store.Due(p.Context(), p.accounts(), 10, 0)
	p.err("Due after Check", nil, err)
	p.same("Due after Check", "sessions", 0, len(ids))
}

// fill leaves something of each kind behind: a dead letter, state, a timer and an output that are
// due, and an event that waits.
// So a Forget that overlooks one of them is seen.
func (p *probe) fill(id string) {
	p.Helper()
	p.setAside(id, p.event("dead", 0), "panic")
	p.say("Commit", id, "e1", session.CommitRequest{Outputs: outputs("o"), DeliveryLease: short, Due: p.now()})
	r := session.BeginRequest{ID: id, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", r, session.Queued)
	p.pass(short)
}

// forgetBeginsAnew has two sessions that hold something of each kind, and forgets one of them. Of
// that one nothing may be left: no event, no outputs, no dead letter, no state. A later event
// begins a session as if there had never been one, and from then on the session is one like any
// other. The other session must not have noticed.
func forgetBeginsAnew(p *probe) {
	s, other := p.session("a"), p.session("b")
	p.fill(s)
	p.fill(other)
	p.forget("Forget", s)
	// Nothing is left of the session that was forgotten.
	p.same("Due after Forget", "the session due", false, p.due(s))
	t := p.idle("Begin after Forget", s)
	p.same("Begin after Forget", "outputs", []string{}, bodies(t.Outputs))
	p.ack("Ack after Forget", s, 0)
	p.same("Letters after Forget", "letters of the session", 0, len(p.lettersOf(s)))

	// What happens later begins a session that is new in every way.
	e := p.eventNow("later")
	t = p.run("Begin of a later event", s, e)
	p.same("Begin of a later event", "state", []byte(nil), t.State)
	p.same("Begin of a later event", "timer", time.Time{}, t.Due)
	p.same("Begin of a later event", "attempt", 1, t.Attempt)
	p.end("Commit", t)
	// And from then on it is a session like any other: it knows its events and keeps its state.
	p.begin("Begin of the later event again", session.BeginRequest{ID: s, Event: e}, session.Duplicate)
	t = p.run("Begin of the next", s, p.eventNow("next"))
	p.same("Begin of the next", "state", "state", string(t.State))
	p.end("Commit", t)

	// The other session has all that it had.
	t = p.look("Begin of another session", other, "e2")
	p.same("Begin of another session", "state", "s", string(t.State))
	p.same("Begin of another session", "outputs", []string{"o"}, bodies(t.Outputs))
	p.same("Letters", "letters of another session", 1, len(p.lettersOf(other)))
}

// forgetRefuses brings events to a session that was forgotten, and to one that never was but was
// forgotten all the same. What happened up to the Forget is refused as stale: an event that the
// session had, an older one that it never had, and the last one, of the very moment. It does not
// matter whether they are marked as redelivered or are to be held, nor that a new session has begun
// meanwhile. Without this, a copy that LINE sends late would bring back what the user wanted gone.
//
//	Forget         at 12:00
//	Begin e1       Stale: it happened before 12:00, and its turn was done
//	Begin e0       Stale: it happened before 12:00, and never came
//	Begin later    Run: it happened after 12:00
//	Begin e1       Stale still
func forgetRefuses(p *probe) {
	known, unknown := p.session("known"), p.session("unknown")
	p.end("Commit", p.run("Begin", known, p.event("e1", 1)))
	// last happens in the very millisecond of the Forget, or just before it: that is still before.
	last := p.eventNow("last")
	for _, id := range []string{known, unknown} {
		p.forget("Forget", id)
		// refused brings all that happened up to the Forget, in each way in which an event may
		// come.
		refused := func(when string) {
			p.Helper()
			for _, e := range []session.Event{p.event("e1", 1), p.event("e0", -1000), last} {
				for _, r := range []session.BeginRequest{{}, {Redelivered: true}, {Hold: true}} {
					r.ID, r.Event = id, e
					p.begin("Begin of an event from before Forget"+when, r, session.Stale)
				}
			}
			p.idle("Begin after what was refused", id)
		}
		refused("")
		p.end("Commit", p.run("Begin of a later event", id, p.eventNow("later")))
		refused(", when the new session began")
		p.forget("Forget again", id)
		refused(", when it was forgotten again")
	}
}

// forgetRefusesLong is forgetRefuses one minute before 25 hours are over. One session is a tombstone alone;
// in the other a new session began and ended. It needs a clock that can be moved by hours.
func forgetRefusesLong(p *probe) {
	if !p.movable() {
		return
	}
	alone, ended := p.session("alone"), p.session("ended")
	p.forget("Forget", alone)
	p.forget("Forget", ended)
	t := p.run("Begin of a later event", ended, p.eventNow("later"))
	p.commit("Commit with neither state nor timer", t, session.CommitRequest{})
	// Almost 25 hours later the tombstone is still there, also where a session has begun and ended.
	p.pass(25*time.Hour - time.Minute)
	for _, id := range []string{alone, ended} {
		r := session.BeginRequest{ID: id, Event: p.event("e1", -1000)}
		p.begin("Begin of an older event almost 25 hours after Forget", r, session.Stale)
	}
}

// forgetFences forgets a session while a turn of it runs. The turn belongs to what was forgotten:
// it may not commit, extend or release, neither at once, nor while the new session runs a turn, nor
// when that was committed. A commit that succeeded before the Forget may not be repeated after it
// either: the state that it would bring back is the forgotten one.
func forgetFences(p *probe) {
	s := p.session("a")
	p.end("Commit", p.run("Begin", s, p.event("e1", 1)))
	t := p.run("Begin of the next", s, p.event("e2", 2))
	p.forget("Forget", s)
	// fenced makes all calls that need the lease, as the process does that still runs the old turn.
	fenced := func(when string) {
		p.Helper()
		r := session.CommitRequest{EventID: "e2", State: []byte("old"), Outputs: outputs("old")}
		_, err := p.store.Commit(p.Context(), t.request(r))
		p.err("Commit "+when, session.ErrFenced, err)
		err = p.store.Extend(p.Context(), s, t.token, long)
		p.err("Extend "+when, session.ErrFenced, err)
		err = p.store.Release(p.Context(), &session.ReleaseRequest{ID: s, Token: t.token})
		p.err("Release "+when, session.ErrFenced, err)
	}
	fenced("after Forget")
	now := p.run("Begin of a later event", s, p.eventNow("later"))
	fenced("while the new session runs")
	// The commit of the new session, to be repeated after the next Forget.
	done := now.request(session.CommitRequest{EventID: "later", State: []byte("new")})
	p.end("Commit of the new session", now)
	fenced("when the new session was committed")

	p.forget("Forget", s)
	_, err := p.store.Commit(p.Context(), done)
	p.err("the last Commit again, after Forget", session.ErrFenced, err)
	p.ack("Ack at the end", s, 0)
	t = p.run("Begin at the end", s, p.eventNow("end"))
	p.same("Begin at the end", "state", "", string(t.State))
}

// forgetThenAck has outputs that were being delivered when their session was forgotten: who
// does that acknowledges them later. So the revision, which numbers outputs, goes on.
//
//	Commit e1             revision 1
//	Commit e2, "old"      revision 2: the output is 2.1, and is being delivered
//	Forget
//	Commit later, "new"   revision 3: the output is 3.1. If revisions began anew, it would be 1.1
//	Ack up to 2.1         "new" is left
func forgetThenAck(p *probe) {
	s := p.session("a")
	p.end("Commit", p.run("Begin", s, p.event("e1", 1)))
	p.say("Commit with outputs", s, "e2", session.CommitRequest{Outputs: outputs("old")})
	p.forget("Forget", s)
	t := p.run("Begin of a later event", s, p.eventNow("later"))
	p.commit("Commit of the new session", t, session.CommitRequest{Outputs: outputs("new")})
	p.ack("Ack of outputs from before Forget", s, session.MakeSeq(2, 1), "new")
}
