package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// timerChecks are those of a session's timer. A session has one: the time at which somebody must
// look after it, though no event comes.
func timerChecks() []check {
	return []check{
		{"a timer is due at its time", timerDue},
		{"a timer that was replaced or cleared does not fire", timerReplaced},
		{"an event comes before a timer", eventBeforeTimer},
		{"a commit for a timer keeps the event that waits", timerKeepsEvent},
		{"a timer whose turn was lost comes again", timerLost},
		{"an event waits behind a timer that was released", timerReleased},
		{"a session without state keeps its timer", timerWithoutState},
		{"the attempts of a timer are not those of the event behind it", timerAttempts},
		{"a timer that is set aside leaves a letter, and is replayed as an event", timerDead},
	}
}

// arm runs a turn for a new event that sets the timer.
func (p *probe) arm(id, event string, due time.Time) {
	p.Helper()
	t := p.run("Begin", id, p.event(event, 0))
	p.commit("Commit with a timer", t, session.CommitRequest{State: []byte("s"), Due: due})
}

// timerDue sets a timer that is far ahead and one that is near. The near one is due at its time,
// not earlier, and gives a turn without an event, with the time for which it was set. The turn is
// one like any other: nobody else gets it meanwhile, and its commit clears the timer.
// A store that calls for a timer too early ends a conversation before its time.
func timerDue(p *probe) {
	far, near := p.session("far"), p.session("near")
	p.arm(far, "e1", p.now().Add(long))
	p.idle("Begin before the timer is due", far)

	// A timer that comes soon.
	due := p.now().Add(short)
	p.arm(near, "e1", due)
	p.eventually("Due", "the session due", func() bool { return p.due(near) })
	if p.due(far) {
		p.fail("Due", "the session with the later timer due", false, true)
	}
	t := p.look("Begin when it is due", near, "")
	p.same("Begin when it is due", "timer", due.UTC(), t.Due.UTC())
	p.same("Begin when it is due", "attempt", 1, t.Attempt)
	p.same("Begin when it is due", "state", "s", string(t.State))
	if t.Now.Before(due) {
		p.fail("Begin when it is due", "a time from", due, t.Now)
	}
	// The timer's turn is a turn like others.
	p.idle("Begin of another while it runs", near)
	p.end("Commit without a timer", t)
	p.idle("Begin after it", near)
	if p.due(near) {
		p.fail("Due after it", "the session due", false, true)
	}
}

// timerReplaced sets two timers, and replaces one by a later time and the other by none. When the
// first time passes, neither session is due. A timer that is set to a time in the past is due at
// once.
// A store that only adds to a list of times fails here.
func timerReplaced(p *probe) {
	later, cleared := p.session("later"), p.session("cleared")
	soon := p.now().Add(short)
	p.arm(later, "e1", soon)
	p.arm(cleared, "e1", soon)
	p.arm(later, "e2", soon.Add(long))
	p.arm(cleared, "e2", time.Time{})
	// The time passes for which both timers were set at first.
	p.until("the first timer to pass", soon)
	p.idle("Begin after the first timer was replaced", later)
	p.idle("Begin after the timer was cleared", cleared)
	for _, id := range []string{later, cleared} {
		if p.due(id) {
			p.fail("Due", "a session due", false, true)
		}
	}
	p.arm(later, "e3", p.now().Add(-time.Second))
	p.look("Begin after the timer was set to a time that is past", later, "")
}

// eventBeforeTimer has a session with a timer that is due and an event that waits. The event comes
// first: the user wrote in time, and the flow may want to clear the timer for it. If the commit
// leaves the timer, its turn comes next.
//
//	             the timer is due; e2 arrives with Hold
//	Begin        Run, for e2; Due tells of the timer
//	Commit e2    leaves the timer; no next event
//	Begin        Run, for the timer
func eventBeforeTimer(p *probe) {
	s := p.session("a")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", r, session.Queued)
	// The event comes first, though the timer was due before it.
	t := p.look("Begin without an event", s, "e2")
	if t.Due.IsZero() {
		p.fail("Begin without an event", "a timer", "that was set", t.Due)
	}
	c := p.commit("Commit that leaves the timer", t, session.CommitRequest{State: []byte("s"), Due: t.Due})
	p.same("Commit that leaves the timer", "next event", "", c.Next.ID)
	p.end("Commit", p.look("Begin after it", s, ""))
}

// timerKeepsEvent commits the timer's turn while an event is there: the caller saw that the timer
// was due before the event, and ran that. A commit without an event keeps the event, which is
// handed over next. So it is for an event that arrives while the timer's turn runs.
//
//	Begin e2            Run, for e2; the bot sees that the timer was due first, and runs that
//	Commit, no event    next e2
//	Commit e2           no next event
func timerKeepsEvent(p *probe) {
	s := p.session("a")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	// The caller is handed the event, sees that the timer is due, and runs that first.
	t := p.run("Begin of an event when a timer is due", s, p.event("e2", 2))
	c := p.commitAs("Commit without an event", t, session.CommitRequest{State: []byte("fired")})
	p.same("Commit without an event", "next event", "e2", c.Next.ID)
	p.same("Commit without an event", "body", "body of e2", string(c.Next.Body))
	p.end("Commit of the event", t)
	p.idle("Begin after it", s)

	// The other way round: the event comes while the timer's turn runs.
	p.arm(s, "e3", p.now())
	p.pass(time.Millisecond)
	t = p.look("Begin for a timer", s, "")
	r := session.BeginRequest{ID: s, Event: p.event("e4", 4)}
	p.begin("Begin of an event while the timer's turn runs", r, session.Queued)
	c = p.commit("Commit of the timer", t, session.CommitRequest{State: []byte("s")})
	p.same("Commit of the timer", "next event", "e4", c.Next.ID)
	p.end("Commit of the event", t)
}

// timerLost loses the turn of a timer. The session is due again when the lease runs out, and the
// next turn is the second attempt: a timer must not get lost with a process.
func timerLost(p *probe) {
	s := p.session("a")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	p.begin("Begin", session.BeginRequest{ID: s, Lease: short}, session.Run)
	p.eventually("Due after the lease ran out", "the session due", func() bool { return p.due(s) })
	t := p.look("Begin after the lease ran out", s, "")
	p.same("Begin after the lease ran out", "attempt", 2, t.Attempt)
	p.end("Commit", t)
}

// timerReleased gives up the turn of a timer with a delay. An event that arrives meanwhile waits
// until the delay is over, though its own turn never failed: the bot pauses the session.
// Two sessions show it: one with a delay of 10 minutes, which is not over, and one with a delay of 60 ms.
func timerReleased(p *probe) {
	s := p.session("a")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	p.release("Release with a long delay", p.look("Begin", s, ""), session.ReleaseRequest{Delay: long})
	r := session.BeginRequest{ID: s, Event: p.event("e2", 2)}
	for _, step := range []string{"Begin of an event", "Begin of the event again"} {
		p.begin(step+", before the delay is over", r, session.Queued)
	}
	p.idle("Begin before the delay is over", s)
	if p.due(s) {
		p.fail("Due before the delay is over", "the session due", false, true)
	}

	// Now with a delay that ends.
	s = p.session("b")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	p.release("Release with a short delay", p.look("Begin", s, ""), session.ReleaseRequest{Delay: short})
	r.ID, r.Hold = s, true
	p.begin("Begin with Hold", r, session.Queued)
	p.eventually("Due after the delay", "the session due", func() bool { return p.due(s) })
	p.end("Commit", p.look("Begin after the delay", s, "e2"))
}

// timerWithoutState commits a timer and no state: the session has not ended, and the timer is due.
func timerWithoutState(p *probe) {
	s := p.session("a")
	due := p.now()
	t := p.run("Begin", s, p.event("e1", 1))
	p.commit("Commit with a timer alone", t, session.CommitRequest{Due: due})
	p.pass(time.Millisecond)
	t = p.look("Begin when it is due", s, "")
	p.same("Begin when it is due", "timer", due.UTC(), t.Due.UTC())
	p.same("Begin when it is due", "state", "", string(t.State))
	p.end("Commit", t)
}

// timerAttempts fails or loses turns of a timer while an event waits, and looks at what the event is
// charged with: nothing. An event that waits behind a bad timer would otherwise be set aside for what
// the timer did. It does so in two ways: a turn "fails" if it is released, and "dies" if its lease
// runs out.
//
//	timer alone               the timer's turn ends so, and then e2 arrives; e2 has its first attempt
//	timer before an event     e2 is handed out, and the bot runs the timer first. That ends so twice.
//	                          At the third attempt the timer commits, and e2 has its first attempt
func timerAttempts(p *probe) {
	// The two ways in which a turn ends without a commit.
	fails := func(t *turn) { p.release("Release of a timer's turn", t, session.ReleaseRequest{Counted: true}) }
	dies := func(t *turn) {
		p.err("Extend by a moment", nil, p.store.Extend(p.Context(), t.id, t.token, time.Millisecond))
		p.pass(short)
	}
	// first begins a turn that must be the first attempt at its event, with no crash before it.
	first := func(step, id, event string) *turn {
		p.Helper()
		t := p.look(step, id, event)
		p.same(step, "attempt", 1, t.Attempt)
		p.same(step, "a crash", false, t.Crashed)
		return t
	}
	for name, ends := range map[string]func(*turn){"fails": fails, "dies": dies} {
		// The timer's turn is over before the event arrives.
		s := p.session("timer alone " + name)
		p.arm(s, "e1", p.now())
		p.pass(time.Millisecond)
		ends(p.look("Begin for a timer", s, ""))
		p.begin("Begin with Hold", session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}, session.Queued)
		p.end("Commit of the event", first("Begin after a timer's turn that "+name, s, "e2"))

		// The event is there from the first attempt on.
		s = p.session("timer before an event " + name)
		p.arm(s, "e1", p.now())
		p.pass(time.Millisecond)
		ends(p.run("Begin of an event when a timer is due", s, p.event("e2", 2)))
		ends(p.look("Begin for the timer again", s, "e2"))
		// All three are attempts at the head, as far as the store can know. The commit tells that they were the timer's.
		t := p.look("Begin for the timer, for the third time", s, "e2")
		p.same("Begin for the timer, for the third time", "attempt", 3, t.Attempt)
		c := p.commitAs("Commit of the timer", t, session.CommitRequest{State: []byte("s")})
		p.same("Commit of the timer", "next event", "e2", c.Next.ID)
		fails(t)
		t = p.look("Begin after the event failed once", s, "e2")
		p.same("Begin after the event failed once", "attempt", 2, t.Attempt)
		p.same("Begin after the event failed once", "a crash", false, t.Crashed)

		// A commit for a timer that gives the lease up charges the event with nothing either.
		p.commitAs("Commit of another timer, with Release", t, session.CommitRequest{State: []byte("s"), Release: true})
		p.end("Commit of the event", first("Begin after it", s, "e2"))
	}
}

// timerDead sets a timer aside: the bot gives up on it. The store has no event for it, so the bot makes
// one. The commit is made twice, as by a caller that got no answer, and leaves one letter, with the
// attempts that the bot counted. A replay makes an event of it. Without a DeadTimer there is no letter.
func timerDead(p *probe) {
	s := p.session("a")
	p.arm(s, "e1", p.now())
	p.pass(time.Millisecond)
	t := p.run("Begin of an event when a timer is due", s, p.event("e2", 2))
	dead := session.DeadTimer{Event: p.event("timer", 1), Attempts: 5}
	dead.Event.MessageID = ""
	r := t.request(session.CommitRequest{State: []byte("s"), Dead: "why", DeadTimer: &dead})
	for range 2 {
		c, err := p.store.Commit(p.Context(), r)
		p.err("Commit of a dead timer", nil, err)
		p.same("Commit of a dead timer", "next event", "e2", c.Next.ID)
	}
	// The event that waited behind the timer has its turn.
	t.Rev, t.Event = t.Rev+1, p.event("e2", 2)
	p.end("Commit of the event", t)
	all := p.lettersOf(s)
	p.same("Letters", "letters", 1, len(all))
	p.sameEvent("Letters", dead.Event, all[0].Event)
	p.same("Letters", "attempts", 5, all[0].Attempts)
	p.same("Letters", "reason", "why", all[0].Why)
	// Nobody accepted that event: its time is that of the commit.
	if at := all[0].Event.Accepted; !at.Equal(all[0].Time) {
		p.fail("Letters", "accepted at", all[0].Time, at)
	}

	t = p.replay(s)
	p.same("Begin after Replay", "body", "body of timer", string(t.Event.Body))
	p.same("Begin after Replay", "attempt", 1, t.Attempt)
	p.end("Commit of the replayed timer", t)

	p.arm(s, "e3", p.now())
	p.pass(time.Millisecond)
	t = p.look("Begin for a timer", s, "")
	// The bot said that the timer is dead, and not what stands for it.
	p.commit("Commit with Dead alone", t, session.CommitRequest{State: []byte("s"), Dead: "why"})
	p.same("Letters after it", "letters", 0, len(p.lettersOf(s)))

	p.arm(s, "e5", p.now())
	p.pass(time.Millisecond)
	t = p.look("Begin for a timer", s, "")
	// The event of a timer is as large as any event may be.
	dead.Event.Body = make([]byte, session.MaxEvent+1)
	_, err := p.store.Commit(p.Context(), t.request(session.CommitRequest{Dead: "why", DeadTimer: &dead}))
	p.err("Commit of a dead timer that is too large", session.ErrTooLarge, err)
	dead.Event.Body = dead.Event.Body[1:]
	p.commit("Commit of one that is just not too large", t, session.CommitRequest{Dead: "why", DeadTimer: &dead})
	p.same("Letters", "letters", 1, len(p.lettersOf(s)))
}
