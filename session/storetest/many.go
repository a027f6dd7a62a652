package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/kaiwa-go/kaiwa/session"
)

// manyChecks has one check, in which many goroutines call one store at the same time.
func manyChecks() []check {
	return []check{
		{"many goroutines: each event exactly one committed turn, in order", manyGoroutines},
	}
}

const (
	crowdSessions = 6
	crowdEvents   = 25
)

// crowd is many callers of one store. Goroutines cannot end the check: they leave a word.
type crowd struct {
	p       *probe
	work    sync.WaitGroup
	mu      sync.Mutex
	wrong   string
	running [crowdSessions]atomic.Int32
}

// manyGoroutines posts the events of each session in order, and copies from another goroutine,
// while whoever is told to run a turn runs it. Six sessions have 25 events each, and as many copies of the
// first event, of which every other is held for others. At the end the state of each session must be
// "e00 e01 ... e24" and its revision 25: each event had one turn, and no turn was committed twice.
func manyGoroutines(p *probe) {
	c := &crowd{p: p}
	// One goroutine posts the events in order; another posts copies of the first.
	for n := range crowdSessions {
		c.work.Go(func() { c.post(n, false) })
		c.work.Go(func() { c.post(n, true) })
	}
	c.work.Wait()
	if c.wrong != "" {
		p.Fatalf("%s: %s", p.promise, c.wrong)
	}
	// Each event appended its id to the state: the state is the list of turns.
	var want []string
	for i := range crowdEvents {
		want = append(want, fmt.Sprintf("e%02d", i))
	}
	for n := range crowdSessions {
		t := p.run("Begin at the end", c.session(n), p.event("end", crowdEvents))
		got := strings.Fields(string(t.State))
		again := slices.Clone(got)
		slices.Sort(again)
		p.same("at the end", "events that were run, each once", want, again)
		p.same("at the end", "revision", uint32(crowdEvents), t.Rev)
		p.same("at the end", "events in the order they came", want, got)
	}
}

// session returns the id of the nth session.
func (c *crowd) session(n int) string { return c.p.session(fmt.Sprint("s", n)) }

// fail keeps what went wrong first.
func (c *crowd) fail(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wrong == "" {
		c.wrong = fmt.Sprintf(format, args...)
	}
}

// post offers the events of a session. The copies are all of the first event, whose place in
// the order is the first whoever brings it.
func (c *crowd) post(n int, copies bool) {
	for i := range crowdEvents {
		r := session.BeginRequest{
			ID: c.session(n), Token: c.p.token(), Lease: long, DeliveryLease: long, Redelivered: copies,
			Event: c.p.event(fmt.Sprintf("e%02d", i), i),
		}
		// Some copies would take the turn, some leave it to others.
		if copies {
			r.Event = c.p.event("e00", 0)
			r.Hold = i%2 == 0
		}
		b, err := c.p.store.Begin(c.p.Context(), &r)
		if err != nil {
			c.fail("Begin: want error none, got %v", err)
			return
		}
		// The turn is run beside the posting, as a bot does.
		if b.Status == session.Run {
			c.work.Go(func() { c.run(n, &turn{BeginResult: b, id: r.ID, token: r.Token}) })
		}
	}
}

// run runs turns until no event is handed over.
func (c *crowd) run(n int, t *turn) {
	state := t.State
	for t.Event.ID != "" {
		// No other goroutine may be between the two Adds for the same session. The second one comes before
		// Commit: as soon as Commit gives the lease up, another goroutine may begin a turn.
		if c.running[n].Add(1) != 1 {
			c.fail("Begin: want turns of a session at once 1, got 2")
		}
		state = append(append(state, t.Event.ID...), ' ')
		r := t.request(session.CommitRequest{EventID: t.Event.ID, State: state})
		c.running[n].Add(-1)
		done, err := c.p.store.Commit(c.p.Context(), r)
		if err != nil {
			c.fail("Commit: want error none, got %v", err)
			return
		}
		t.Rev, t.Event = done.Rev, done.Next
	}
}
