package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	// ackDelay is how long an acknowledgement waits for the session's next call, which carries it for
	// nothing. It is far below the delivery lease of 3.3 s, after which another process would send the
	// outputs again.
	ackDelay = 100 * time.Millisecond
	// ackAgain is the wait after the store did not take an acknowledgement.
	ackAgain = 500 * time.Millisecond
)

// acks holds notes until the store has them. The note of a session is the number of its last output that was
// delivered: those before it were delivered too.
//
// For example: the outputs 7.1 and 7.2 of a session (those of revision 7) are sent at 0 ms, and add
// notes 7.2. If the user's next event comes at 60 ms, the runner takes the note, and Begin carries it. If
// none comes, the timer fires at 100 ms, and send acknowledges 7.2 together with the notes of all other
// sessions.
//
// Shutdown takes acks through three states:
//
//	open --------------> closing ------------------------> shut
//	      close begins            close has sent all notes
//
//	open      add keeps a note and sets the timer
//	closing   add keeps a note and does not set the timer: close sends it
//	shut      add keeps nothing, as nobody would send it
type acks struct {
	flush func(map[string]session.Seq) // courier.acknowledge

	mu    sync.Mutex
	done  map[string]session.Seq // the notes, by the session's id
	spare map[string]session.Seq // an empty map: done and spare change places at each send
	timer *time.Timer
	armed bool           // the timer is set; it stays set if its note is taken by a call
	sends sync.WaitGroup // calls of flush that run now

	closing bool // close was called
	shut    bool // close has ended
}

// add notes that the outputs of a session up to and with done were delivered.
func (a *acks) add(id string, done session.Seq) {
	a.addIn(id, done, ackDelay)
}

// again keeps an acknowledgement that the store did not take, to try it again in half a second. If it
// were lost, the outputs would be sent again after the delivery lease: the platform refuses that for a
// push, but a reply that is repeated too late becomes a push, and the user may see it twice.
// During Shutdown there is no second try.
func (a *acks) again(id string, done session.Seq) {
	a.mu.Lock()
	closing := a.closing
	a.mu.Unlock()
	if !closing {
		a.addIn(id, done, ackAgain)
	}
}

// addIn keeps a note. The timer fires after wait, unless it is set already.
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

// noted returns the note of a session, or zero.
func (a *acks) noted(id string) session.Seq {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.done[id]
}

// take returns the note of a session, or zero, and forgets it: the caller sends it to the store.
func (a *acks) take(id string) session.Seq {
	a.mu.Lock()
	defer a.mu.Unlock()
	done, ok := a.done[id]
	if ok {
		delete(a.done, id)
	}
	return done
}

// send gives all notes to flush, and waits for it. The timer calls it, and close.
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

// close sends the notes that are left, and those of outputs that the store hands out in answer, and so
// on until none is left. Afterwards the store may be closed. What is added later is not kept.
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

// empty waits for the calls of flush that run. It returns true, and shuts acks, if no note is left.
func (a *acks) empty() bool {
	a.sends.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shut = len(a.done) == 0
	return a.shut
}

// delivered notes that outputs of a session were delivered. With Options.ProcessBeforeResponse the store is
// told at once: the process may be frozen or stopped soon, and another would send the outputs again.
func (c *courier) delivered(id string, done session.Seq) {
	if c.settling.on {
		c.acknowledge(map[string]session.Seq{id: max(done, c.acks.take(id))})
		return
	}
	c.acks.add(id, done)
}

// acknowledge makes one call of the store for each session, all at once: redisstore sends calls that are
// made at the same time together. Outputs that the store hands out in answer are delivered.
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
			} else if len(rest.outs) > 0 { // others left them behind these meanwhile
				c.settling.begin(id)
				c.crew.startOrRun(func() {
					defer c.settling.end(id)
					c.deliverStored(id, rest)
				})
			}
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		c.o.Logger.Warn("bot: outputs not acknowledged", "sessions", n)
	}
}

// behind acknowledges outputs, and returns those that wait behind them. If the store does not answer, it
// returns none, and the note is kept.
func (c *courier) behind(id string, done session.Seq) handout {
	ctx, cancel := c.deliveryContext()
	defer cancel()
	rest, err := c.ack(ctx, id, done)
	if err != nil {
		c.o.Logger.Warn("bot: outputs not acknowledged", about(id, "err", err)...)
	}
	return rest
}

// ack makes one call of the store. It returns the outputs that wait behind done, and this process has the
// delivery lease for these. It returns none if another process has that lease.
func (c *courier) ack(ctx context.Context, id string, done session.Seq) (handout, error) {
	crash("before-ack")
	until := time.Now().Add(c.o.deliveryLease)
	res, err := c.store.Ack(ctx, c.ackRequest(id, done, c.o.deliveryLease))
	crash("after-ack")
	if err != nil {
		c.acks.again(id, done)
		return handout{}, err
	}
	return handout{res.Outputs, res.Retried, until}, nil
}

func (c *courier) ackRequest(id string, done session.Seq, lease time.Duration) *session.AckRequest {
	return &session.AckRequest{ID: id, Token: c.newToken(), Done: done, DeliveryLease: lease}
}
