package bot

import (
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// courier sends outputs, those of one session in order, and acknowledges them to the store. A process
// may send the outputs of a session while it has the session's delivery lease. It gets the lease in one
// of three ways, and each has its function:
//
//	Commit   with the outputs of its own turn, if no older ones wait   deliver
//	Begin    with outputs that another process left                    handedOut
//	Ack      with outputs that wait behind those acknowledged          deliverStored
//
// When is an output sent again? If the platform did not take it, as the channel's SendError says:
//
//	at once           after 0.1 s and 0.4 s, by the process that has the delivery lease (retry)
//	later             the delivery lease is given up for the wait: 1 s, or half of the output's age up
//	                  to 5 minutes. Then the sweep of any process begins it again (postpone)
//	the process died  after the delivery lease, by the sweep of any process
//
// The outputs behind it wait with it.
type courier struct {
	*env
	acks    acks
	open    deliveries
	sending atomic.Int64 // how many deliveries of outputs from Begin run now
}

func (c *courier) init(e *env) {
	c.env = e
	c.acks.flush = c.acknowledge
}

// handout is what the store handed out to be sent, with the delivery lease.
type handout struct {
	outs    []session.Output
	retried bool      // an earlier holder of the delivery lease may have sent some of them
	until   time.Time // the delivery lease does not end before
}

// deliver sends the outputs of a commit in order: first is the Seq of the first of them, and until is the
// end of the delivery lease. The turn waits for one attempt at each. Outputs that the platform does not
// take at once are tried again in the background, so that the session's next event need not wait.
//
// If a delivery of the session runs already in this process, it finds these outputs in the store, and deliver
// leaves them to it.
func (c *courier) deliver(id string, first session.Seq, outs []delivery, until time.Time) {
	if !c.open.enter(id) {
		return
	}
	// An acknowledgement may have got these outputs from the store, and its delivery sent them, before the
	// answer of the commit came.
	for noted := c.acks.noted(id); len(outs) > 0 && first <= noted; first++ {
		outs = outs[1:]
	}
	n, err := c.sendAll(id, first, outs, false, until)
	c.noteSent(id, first, outs[:n], n == len(outs))
	if n == len(outs) && c.open.leave(id) {
		return
	}
	c.settling.begin(id)
	c.crew.more(func() {
		defer c.settling.end(id)
		if n < len(outs) {
			c.retry(id, first+session.Seq(n), outs[n:], until, err)
		}
		c.drain(id, handout{})
	})
}

// sendAll makes one attempt at each output, and stops at the first that has to be tried again. It
// returns how many are done with, and why the next one waits. With three outputs of which the second
// fails, it returns 1 and the error of the second; the third is not tried.
func (c *courier) sendAll(
	id string, first session.Seq, outs []delivery, retried bool, until time.Time,
) (n int, err *transport.SendError) {
	for i := range outs {
		d := &outs[i]
		d.Retried, d.SoleUntil = retried, until
		if err := c.send(id, first+session.Seq(i), d); err != nil {
			return i, err
		}
	}
	return len(outs), nil
}

// noteSent notes that sendAll is done with these outputs. All says that there are no more.
func (c *courier) noteSent(id string, first session.Seq, outs []delivery, all bool) {
	n := len(outs)
	switch {
	case n == 0 || outs[n-1].dropped:
	case all:
		c.delivered(id, first+session.Seq(n-1))
	default:
		c.acks.add(id, first+session.Seq(n-1))
	}
}

// handedOut delivers, in the background, outputs that Begin handed out.
func (c *courier) handedOut(id string, h handout) {
	c.sending.Add(1)
	c.settling.begin(id)
	c.crew.startOrRun(func() {
		defer c.settling.end(id)
		defer c.sending.Add(-1)
		c.deliverStored(id, h)
	})
}

// deliverStored delivers outputs that another turn left in the store, perhaps of a process that died,
// and then the outputs that were committed behind them meanwhile. If a delivery of the session runs
// already in this process, deliverStored leaves the work to it.
func (c *courier) deliverStored(id string, h handout) {
	if c.open.enter(id) {
		crash("in-claim")
		h.outs = c.unsent(id, h.outs)
		c.drain(id, h)
	}
}

// unsent leaves out what this process has sent already, and not yet acknowledged. A call of the store may hand
// outputs out while a delivery of this process sends them, and answer when that delivery is over.
func (c *courier) unsent(id string, outs []session.Output) []session.Output {
	done := c.acks.noted(id)
	for len(outs) > 0 && outs[0].Seq <= done {
		outs = outs[1:]
	}
	return outs
}

// drain delivers stored outputs, asks the store for those behind them, and so on until nothing waits.
// Then the delivery of the session is over.
func (c *courier) drain(id string, h handout) {
	h = c.letOthersSpeak(id, h)
	for {
		done, more := c.sendStored(id, &h)
		if !more && c.open.leave(id) {
			return
		}
		c.open.look(id)
		h = c.behind(id, max(done, c.acks.take(id)))
	}
}

// letOthersSpeak waits after an outage of the store, before outputs are sent that another process may have
// sent. For example: process A sends a reply, and cannot acknowledge it, because the store is away for a
// minute. When the store is back, B gets the output. A acknowledges within a second or two, so B waits for
// A before it sends. B cannot ask the platform instead: after a minute, LINE no longer tells whether a
// reply token was used.
func (c *courier) letOthersSpeak(id string, h handout) handout {
	for len(h.outs) > 0 && h.retried && c.outage.recent() && c.crew.sleep(c.o.deliveryLease/4) {
		h = c.behind(id, 0)
	}
	return h
}

// sendStored sends outputs one after the other, and returns the last one that is done with. It stops
// after half of a delivery lease, 1.75 s: whoever acknowledges what is done gets a new delivery lease. It
// returns true for more if the caller should acknowledge at once and ask for what waits behind. It
// returns false if the next output has to wait, or if the acknowledgement may travel with the session's
// next call.
func (c *courier) sendStored(id string, h *handout) (done session.Seq, more bool) {
	start := time.Now()
	for i, s := range h.outs {
		if time.Since(start) > c.o.deliveryLease/2 {
			return done, true
		}
		d := c.read(s)
		if !d.unreadable && !(c.accounts.serves(d.Source.Channel) && belongs(id, &d.Source)) {
			c.holdBack(id, s.Seq-1, c.elsewhere(id)) // another account has to send it
			return done, false
		}
		d.Retried, d.SoleUntil = h.retried, h.until
		if err := c.send(id, s.Seq, &d); err != nil {
			waiting := []delivery{d}
			for _, s := range h.outs[i+1:] {
				waiting = append(waiting, c.read(s))
			}
			c.postpone(id, s.Seq-1, waiting, err)
			return done, false
		}
		if done = s.Seq; d.dropped && i == len(h.outs)-1 {
			return done, true
		}
	}
	// Most often there is one output, and the session's next call takes its acknowledgement along. But
	// if a process died, acknowledge at once: this process may die again soon, before the next call,
	// and the one after it would send the same output again, and so on.
	if len(h.outs) == 1 && !h.retried {
		c.delivered(id, done)
		return done, false
	}
	return done, len(h.outs) > 0
}

// read reads an output as it is stored.
func (c *courier) read(s session.Output) (d delivery) {
	if err := d.parse(s.Body); err != nil {
		now := c.clock.now()
		d = delivery{ages: ages{now, now, now}, unreadable: true}
	}
	return d
}
