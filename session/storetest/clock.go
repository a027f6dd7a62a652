package storetest

import (
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// patience is how long a check waits for something that must happen. It is long, since it only costs
// time where a store is broken.
const patience = 10 * time.Second

// now returns the time of the store's clock, which Begin tells.
func (p *probe) now() time.Time {
	p.Helper()
	// Nothing is ever due in this session, so the call changes nothing.
	r := session.BeginRequest{ID: session.Key{ChatID: "clock"}.ID(), Token: p.token()}
	b, err := p.store.Begin(p.Context(), &r)
	p.err("Begin for the time", nil, err)
	return b.Now
}

// pass returns when the store's clock has passed d. After pass(short), a lease that was given for
// short before is over.
func (p *probe) pass(d time.Duration) {
	p.Helper()
	p.until("the store's clock to pass", p.now().Add(d))
}

// until returns when the store's clock is after t. It asks the store for its time rather than counting
// the time that it waited: a server's clock may go faster or slower than this machine's.
func (p *probe) until(what string, t time.Time) {
	p.Helper()
	// A clock that does not move must not hold the test for ever.
	ahead := t.Sub(p.now())
	for waited := time.Duration(0); !p.now().After(t); waited += p.pause(t.Sub(p.now())) {
		if waited > max(0, ahead)+patience {
			p.fail("waiting", what, t, p.now())
		}
	}
}

// eventually waits until ok. It is for what the contract promises without a time, such as a session that
// is due "at once": a store may list it a moment later.
func (p *probe) eventually(step, what string, ok func() bool) {
	p.Helper()
	for waited := time.Duration(0); !ok(); waited += p.pause(0) {
		if waited > patience {
			p.fail(step, what, true, false)
		}
	}
}

// pause lets a little time pass, or about as much as is missing, and returns how much.
func (p *probe) pause(missing time.Duration) time.Duration {
	d := max(missing, 0) + 2*time.Millisecond
	if p.opts.Advance != nil {
		p.opts.Advance(d)
		return d
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.Context().Done():
		p.Fatalf("%s: the test ended while it waited", p.promise)
	}
	return d
}

// movable says whether the store's clock can be moved by hours, and logs if not. A check that needs that
// then passes without having looked at anything.
func (p *probe) movable() bool {
	if p.opts.Virtual || p.opts.Advance != nil {
		return true
	}
	p.Logf("%s: not checked, for the store's clock cannot be moved", p.promise)
	return false
}

// due says whether Due lists the session.
func (p *probe) due(id string) bool {
	p.Helper()
	ids, _, err := p.store.Due(p.Context(), []string{session.Account(id)}, 1000, 0)
	p.err("Due", nil, err)
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}
