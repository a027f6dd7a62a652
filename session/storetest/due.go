package storetest

import (
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// dueChecks are those of Due: which sessions it lists, in which order, and whether a caller that
// sleeps in between learns of them in time.
func dueChecks() []check {
	return []check{
		{"due lists the most overdue first", dueInOrder},
		{"due lists each session once, and none that has nothing to do", dueOnce},
		{"a claimed session is listed to nobody until the claim is over or it had a turn", dueClaims},
		{"who sleeps as long as due tells, or until wake, is not late", sleeperInTime},
		{"without wake, due tells to wait for two seconds at most", shortWaits},
	}
}

// dueInOrder makes six sessions due: four by timers that are past by 1 to 4 seconds, two by events
// that were left to others a moment ago. Due lists the most overdue first, whatever the limit. When
// the first was looked after it is gone from the list, and one that is due later comes at the end.
//
//	b       a timer that was due 4 s ago
//	d       3 s
//	a       2 s
//	c       1 s
//	first   an event that waits since now
//	second  an event that waits since a few milliseconds later
func dueInOrder(p *probe) {
	now := p.now()
	// By how many seconds the timer of each session is past.
	late := map[string]time.Duration{"a": 2, "b": 4, "c": 1, "d": 3}
	for name, seconds := range late {
		p.arm(p.session(name), "e1", now.Add(-seconds*time.Second))
	}
	want := []string{p.session("b"), p.session("d"), p.session("a"), p.session("c")}
	p.waitingSince("first", now)
	p.waitingSince("second", p.now())
	want = append(want, p.session("first"), p.session("second"))
	// A limit cuts the end of the list off.
	for _, limit := range []int{1, 3, 4, 100} {
		ids, _, err := p.store.Due(p.Context(), p.accounts(), limit, 0)
		p.err("Due", nil, err)
		p.same("Due", "sessions", want[:min(limit, len(want))], ids)
	}
	// The first is looked after, and another session becomes due.
	p.end("Commit", p.look("Begin of the first", want[0], ""))
	p.begin("Begin with Hold", session.BeginRequest{ID: p.session("third"), Event: p.event("e1", 1), Hold: true}, session.Queued)
	want = append(want, p.session("third"))
	ids, _, err := p.store.Due(p.Context(), p.accounts(), 100, 0)
	p.err("Due after the first was looked after", nil, err)
	p.same("Due after the first was looked after", "sessions", want[1:], ids)
}

// waitingSince leaves an event behind that is due a moment after t: it arrives with Hold while a turn
// runs, and is due from the moment at which that turn commits with Release.
func (p *probe) waitingSince(name string, t time.Time) {
	p.Helper()
	s := p.session(name)
	p.until("the next millisecond", t)
	turn := p.run("Begin", s, p.event("e1", 1))
	hold := session.BeginRequest{ID: s, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", hold, session.Queued)
	p.commit("Commit with Release", turn, session.CommitRequest{Release: true})
	p.pass(time.Millisecond)
}

// dueOnce asks an empty store, and then one with three sessions: one is idle, one runs a turn, and
// one is due for two reasons, a timer and an event. Due lists the last one alone, and once.
func dueOnce(p *probe) {
	ids, wait, err := p.store.Due(p.Context(), p.accounts(), 10, 0)
	p.err("Due of an empty store", nil, err)
	p.same("Due of an empty store", "sessions", 0, len(ids))
	if wait <= 0 {
		p.fail("Due of an empty store", "a wait of more than", time.Duration(0), wait)
	}
	// None of these may be listed but the last, which has a timer and an event.
	idle, busy, both := p.session("idle"), p.session("busy"), p.session("both")
	p.end("Commit", p.run("Begin", idle, p.event("e1", 1)))
	p.run("Begin", busy, p.event("e1", 1))
	p.arm(both, "e1", p.now())
	p.pass(time.Millisecond)
	r := session.BeginRequest{ID: both, Event: p.event("e2", 2), Hold: true}
	p.begin("Begin with Hold", r, session.Queued)
	p.pass(time.Millisecond)
	ids, _, err = p.store.Due(p.Context(), p.accounts(), 10, 0)
	p.err("Due", nil, err)
	p.same("Due of an idle, a running and a due session", "sessions", []string{both}, ids)
}

// dueClaims has six timers due at once. One process asks for two of them with a claim, another for three: each
// session is listed once. Then a session of the first process has its turn, and a new timer that is due: it is
// listed again at once. The others are listed again when the claims are over.
func dueClaims(p *probe) {
	var all []string
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		all = append(all, p.session(name))
		p.arm(p.session(name), "e1", p.now().Add(-time.Minute))
	}
	p.pass(time.Millisecond)
	var taken []string
	claim := func(step string, limit int, claim time.Duration, want int) (ids []string) {
		p.Helper()
		// A store may list fewer than there are, and tell to ask again at once.
		for again := true; again && len(ids) < want; {
			more, wait, err := p.store.Due(p.Context(), p.accounts(), limit-len(ids), claim)
			p.err(step, nil, err)
			ids, again = append(ids, more...), wait == 0
		}
		p.same(step, "sessions", want, len(ids))
		for _, id := range ids {
			p.same(step, "sessions that are claimed already", false, slices.Contains(taken, id))
		}
		return ids
	}
	first := claim("Due with a claim", 2, long, 2)
	taken = append(taken, first...)
	taken = append(taken, claim("Due of another process", 3, short, 3)...)
	left := claim("Due without a claim", 100, 0, 1)
	p.same("Due without a claim", "sessions", left, claim("Due once more", 100, 0, 1))
	// Whose turn was begun is as free as any other session.
	p.arm(first[0], "e2", p.now().Add(-time.Second))
	p.pass(time.Millisecond)
	p.same("Due after a turn during the claim", "the session due", true, p.due(first[0]))
	// The short claim ends, the long one does not.
	p.pass(2 * short)
	ids, _, err := p.store.Due(p.Context(), p.accounts(), 100, 0)
	p.err("Due when claims are over", nil, err)
	p.same("Due when claims are over", "sessions", len(all)-1, len(ids))
	p.same("Due when claims are over", "the session of the longer claim", false, slices.Contains(ids, first[1]))
}

// punctual is how late a caller of Due may learn that a session is due. It is what the contract allows a
// store without Wake.
const punctual = 2 * time.Second

// sleeper is a caller of Due, as a bot has one: it asks which sessions are due, sleeps for as long
// as it was told or until Wake has a value, and asks again. A store without Wake has a nil channel, which
// never has a value.
type sleeper struct {
	p     *probe
	wake  <-chan struct{}
	until time.Time
}

// ask calls Due, and notes until when to sleep.
func (s *sleeper) ask() []string {
	s.p.Helper()
	ids, wait, err := s.p.store.Due(s.p.Context(), s.p.accounts(), 1000, 0)
	s.p.err("Due", nil, err)
	s.until = s.p.now().Add(wait)
	return ids
}

// woken says whether Wake has a value, and takes it.
func (s *sleeper) woken() bool {
	select {
	case <-s.wake:
		return true
	default:
		return false
	}
}

// meets fails if the sleeper does not list the session, which is due at that time, soon after it.
func (s *sleeper) meets(step, id string, due time.Time) {
	s.p.Helper()
	for listed := false; !listed; listed = slices.Contains(s.ask(), id) {
		for !s.woken() && s.p.now().Before(s.until) {
			if now := s.p.now(); now.After(due.Add(punctual)) {
				s.p.fail(step, "the session listed before", due.Add(punctual), now)
			}
			s.p.pause(min(s.until.Sub(s.p.now()), short))
		}
	}
}

// sleeperInTime has a caller of Due that sleeps, for as long as the store told it when nothing was
// due, while calls of others make a session due earlier. It goes through all calls that can.
// For example, Due told to sleep for an hour, and then a commit sets a timer for 60 ms later. The store
// must send a value on Wake, or must not have told to sleep for more than 2 s. A store that forgets Wake
// in one of its methods fails at the call of that name.
func sleeperInTime(p *probe) {
	s := &sleeper{p: p, wake: p.store.Wake()}
	begin := func(id, event string, r session.BeginRequest) *turn {
		p.Helper()
		r.ID, r.Event = id, p.event(event, 1)
		return p.begin("Begin", r, session.Run)
	}
	hold := func(id string) {
		p.Helper()
		r := session.BeginRequest{ID: id, Event: p.event("e2", 2), Hold: true}
		p.begin("Begin with Hold", r, session.Queued)
	}
	in := func(d time.Duration) time.Time { return p.now().Add(d) }
	for _, w := range []struct {
		what string
		make func(id string) time.Time // returns when the session is due
	}{
		{"a timer", func(id string) time.Time {
			due := in(short)
			p.arm(id, "e1", due)
			return due
		}},
		{"an event that is held for others", func(id string) time.Time {
			hold(id)
			return in(0)
		}},
		{"a lease that runs out", func(id string) time.Time {
			return begin(id, "e1", session.BeginRequest{Lease: short}).Now.Add(short)
		}},
		{"a lease that is made shorter", func(id string) time.Time {
			t := begin(id, "e1", session.BeginRequest{})
			p.err("Extend", nil, p.store.Extend(p.Context(), id, t.token, short))
			return in(short)
		}},
		{"a turn that is released", func(id string) time.Time {
			p.release("Release", begin(id, "e1", session.BeginRequest{}), session.ReleaseRequest{Delay: short})
			return in(short)
		}},
		{"a commit that leaves the next event to others", func(id string) time.Time {
			t := begin(id, "e1", session.BeginRequest{})
			hold(id)
			p.commit("Commit with Release", t, session.CommitRequest{Release: true})
			return in(0)
		}},
		{"outputs that nobody delivers", func(id string) time.Time {
			p.say("Commit", id, "e1", session.CommitRequest{Outputs: outputs("a"), DeliveryLease: short})
			return in(short)
		}},
		{"outputs whose delivery lease is made shorter", func(id string) time.Time {
			p.say("Commit", id, "e1", session.CommitRequest{Outputs: outputs("a")})
			_, err := p.store.Ack(p.Context(), &session.AckRequest{ID: id, Token: p.token(), DeliveryLease: short})
			p.err("Ack", nil, err)
			return in(short)
		}},
		{"a letter that is replayed", func(id string) time.Time {
			p.setAside(id, p.event("e1", 1), "panic")
			p.err("Replay", nil, p.store.Replay(p.Context(), p.lettersOf(id)[0].ID))
			return in(0)
		}},
	} {
		id := p.session(w.what)
		p.same("Due before "+w.what, "sessions", 0, len(s.ask()))
		s.meets("Due after "+w.what, id, w.make(id))
		p.forget("Forget", id) // or it would be due in the next round
	}
}

// shortWaits is for stores without Wake: what comes meanwhile must not wait for long. It asks an empty
// store, one whose timer is 10 minutes ahead, and one in which something is due.
func shortWaits(p *probe) {
	if p.store.Wake() != nil {
		return
	}
	// brief asks Due, and fails if it tells to wait for long.
	brief := func(step string, sessions int) {
		p.Helper()
		ids, wait, err := p.store.Due(p.Context(), p.accounts(), 10, 0)
		p.err(step, nil, err)
		p.same(step, "sessions", sessions, len(ids))
		if wait > punctual {
			p.fail(step, "a wait of at most", punctual, wait)
		}
	}
	brief("Due of an empty store", 0)
	p.arm(p.session("far"), "e1", p.now().Add(long))
	brief("Due when a timer is set", 0)
	p.arm(p.session("near"), "e1", p.now())
	p.pass(time.Millisecond)
	brief("Due of a session that is due", 1)
}
