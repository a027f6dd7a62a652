package bot

import (
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// courier sends outputs, those of one session in order, and acknowledges them to the store. A
// process may send the outputs of a session while it has the session's delivery lease, from a
// commit, from Begin or from an acknowledgement.
type courier struct {
	*env
	acks    acks
	open    deliveries
	sending atomic.Int64 // deliveries of outputs that the store handed out
}

func (c *courier) init(e *env) {
	c.env = e
	c.acks.flush = c.acknowledge
}

// deliver sends the outputs of a commit in order, first being the Seq of the first of them. What
// cannot be sent at once is tried again in the background, so that the session's next event need
// not wait.
func (c *courier) deliver(id string, first session.Seq, outs []delivery) {
	n, err := c.sendAll(id, first, outs, false)
	if n > 0 {
		c.acks.add(id, first+session.Seq(n-1))
	}
	if n < len(outs) && c.open.enter(id, true) {
		c.crew.more(func() {
			c.retry(id, first+session.Seq(n), outs[n:], err)
			c.drain(id, nil, true)
		})
	}
}

// sendAll makes one attempt for each output until one has to wait. It returns how many are done
// with, and why the next one waits.
func (c *courier) sendAll(id string, first session.Seq, outs []delivery, retried bool) (n int, err *transport.SendError) {
	for i := range outs {
		d := &outs[i]
		d.Retried = retried
		if err := c.send(id, first+session.Seq(i), d); err != nil {
			return i, err
		}
	}
	return len(outs), nil
}

// handedOut delivers, in the background, outputs that Begin handed out.
func (c *courier) handedOut(id string, stored []session.Output, retried bool) {
	c.sending.Add(1)
	c.crew.startOrRun(func() {
		defer c.sending.Add(-1)
		c.deliverStored(id, stored, retried)
	})
}

// deliverStored delivers outputs that another turn, perhaps of a process that died, left in the
// store, and those that come behind them meanwhile. If a delivery of the session is under way, that
// one sees to them.
func (c *courier) deliverStored(id string, stored []session.Output, retried bool) {
	if c.open.enter(id, retried) {
		crash("in-claim")
		c.drain(id, stored, retried)
	}
}

// drain delivers stored outputs until nothing is behind them, and ends the delivery.
func (c *courier) drain(id string, stored []session.Output, retried bool) {
	for {
		done, more := c.sendStored(id, stored, retried)
		if !more && c.open.leave(id) {
			return
		}
		retried = c.open.look(id)
		stored = c.behind(id, max(done, c.acks.take(id)))
	}
}

// sendStored sends outputs for half of a delivery lease, and returns how far it came. It returns
// false if the next one has to wait, or if nothing is left that waits to be acknowledged.
func (c *courier) sendStored(id string, stored []session.Output, retried bool) (done session.Seq, more bool) {
	start := time.Now()
	for _, s := range stored {
		if time.Since(start) > c.o.deliveryLease/2 {
			return done, true
		}
		var d delivery
		if err := d.parse(s.Body); err != nil {
			d = delivery{born: c.clock.now(), unreadable: true}
		}
		d.Retried = retried
		if err := c.send(id, s.Seq, &d); err != nil {
			c.postpone(id, s.Seq-1, &d, err)
			return done, false
		}
		done = s.Seq
	}
	// Most often it is one, which the session's next call takes along. Not so where a process
	// died: one that dies again soon would send the same ones for ever.
	if len(stored) == 1 && !retried {
		c.acks.add(id, done)
		return done, false
	}
	return done, len(stored) > 0
}
