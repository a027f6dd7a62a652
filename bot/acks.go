package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// ackDelay is how long an acknowledgement waits for the session's next call to carry it. It is
// far below the delivery lease of 3.5 s, after which the outputs would be sent again. ackAgain is the
// wait after the store did not take an acknowledgement.
const (
	ackDelay = 100 * time.Millisecond
	ackAgain = 500 * time.Millisecond
)

// acks holds the acknowledgements of outputs that were delivered. Most are carried by the next
// event of their session, for nothing; the rest go out together.
type acks struct {
	flush func(map[string]session.Seq)

	mu    sync.Mutex
	done  map[string]session.Seq
	spare map[string]session.Seq // an empty map, to use again
	timer *time.Timer
	armed bool           // the timer is set; it stays so when what it was set for was taken
	sends sync.WaitGroup // calls of flush that are under way

	closing bool // the timer is not set any more
	shut    bool
}

// add notes that the outputs of a session up to and with done were delivered.
func (a *acks) add(id string, done session.Seq) {
	a.addIn(id, done, ackDelay)
}

// again keeps an acknowledgement that the store did not take. It is worth it: outputs whose
// delivery is forgotten are sent again, and a reply that is repeated too late becomes a push.
// There is no other time when the bot shuts down.
func (a *acks) again(id string, done session.Seq) {
	a.mu.Lock()
	closing := a.closing
	a.mu.Unlock()
	if !closing {
		a.addIn(id, done, ackAgain)
	}
}

func (a *acks) addIn(id string, done session.Seq, wait time.Duration) {
	if done == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.shut {
		return
	}
	if a.done == nil {
		a.done = make(map[string]session.Seq)
	}
	if !a.armed && !a.closing {
		a.armed = true
		if a.timer == nil {
			a.timer = time.AfterFunc(wait, a.send)
		} else {
			a.timer.Reset(wait)
		}
	}
	a.done[id] = max(a.done[id], done)
}

// take returns what waits for a session, for the caller to send along, or zero.
func (a *acks) take(id string) session.Seq {
	a.mu.Lock()
	defer a.mu.Unlock()
	done, ok := a.done[id]
	if ok {
		delete(a.done, id)
	}
	return done
}

func (a *acks) send() {
	a.mu.Lock()
	m := a.done
	a.done, a.spare, a.armed = a.spare, nil, false
	if len(m) > 0 {
		a.sends.Add(1)
		defer a.sends.Done()
	}
	a.mu.Unlock()
	if len(m) > 0 {
		a.flush(m)
	}
	clear(m)
	a.mu.Lock()
	a.spare = m
	a.mu.Unlock()
}

// close sends what is left, and what is delivered on its account, and waits for it: afterwards the
// store may be closed. What is added after it is not kept.
func (a *acks) close() {
	a.mu.Lock()
	a.closing = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	for !a.empty() {
		a.send()
	}
}

// empty waits for what is being sent, and shuts when nothing is left.
func (a *acks) empty() bool {
	a.sends.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shut = len(a.done) == 0
	return a.shut
}

// acknowledge makes the calls for many sessions at once; the store puts the calls together.
func (c *courier) acknowledge(m map[string]session.Seq) {
	ctx, cancel := c.deliveryContext()
	defer cancel()
	var (
		wg     sync.WaitGroup
		failed atomic.Int64
	)
	for id, done := range m {
		wg.Go(func() {
			rest, err := c.ack(ctx, id, done)
			if err != nil {
				failed.Add(1)
			} else if len(rest) > 0 { // others left them behind these meanwhile
				c.crew.startOrRun(func() { c.deliverStored(id, rest, false) })
			}
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		c.o.Logger.Warn("bot: outputs not acknowledged", "sessions", n)
	}
}

// behind acknowledges, and returns what waits behind.
func (c *courier) behind(id string, done session.Seq) []session.Output {
	ctx, cancel := c.deliveryContext()
	defer cancel()
	rest, err := c.ack(ctx, id, done)
	if err != nil {
		c.o.Logger.Warn("bot: outputs not acknowledged", "session", id, "err", err)
	}
	return rest
}

// ack makes one call. It returns what waits behind.
func (c *courier) ack(ctx context.Context, id string, done session.Seq) ([]session.Output, error) {
	crash("before-ack")
	rest, err := c.store.Ack(ctx, id, done, c.o.deliveryLease)
	crash("after-ack")
	if err != nil {
		c.acks.again(id, done)
		return nil, err
	}
	return rest, nil
}
