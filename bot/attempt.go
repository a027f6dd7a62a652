package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	minRetry = time.Second
	maxRetry = 5 * time.Minute
	// A retry key is good for 24 h; later the platform would take the push for a new one.
	// https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
	maxOutputAge = 23 * time.Hour
)

var (
	errTooOld  = errors.New("bot: given up, as no attempt succeeded for 23 h")
	errNotKept = errors.New("bot: cannot be delivered, and is not yet a dead letter")
)

// send makes one attempt, and returns an error only if there is to be another.
func (c *courier) send(id string, seq session.Seq, d *delivery) *transport.SendError {
	d.Age = c.clock.now().Sub(d.born)
	var (
		receipt transport.Receipt
		se      *transport.SendError
	)
	switch {
	case d.unreadable:
		se = &transport.SendError{Disposition: transport.Drop, Err: errBadDelivery}
	case d.Age > maxOutputAge:
		se = &transport.SendError{Disposition: transport.Drop, Err: errTooOld}
	default:
		crash("before-send")
		receipt, se = c.call(d)
		crash("after-send")
	}
	if se != nil && se.Disposition == transport.Drop && !c.discard(id, seq, receipt, se) {
		se = &transport.SendError{Disposition: transport.Retry, After: minRetry, Err: errNotKept}
	}
	if c.o.Sent != nil {
		s := Sent{Session: id, Receipt: receipt, Age: d.Age, Retried: d.Retried}
		if se != nil {
			s.Err = se
		}
		c.tell(s)
	}
	if se == nil {
		c.stats.sent.Add(1)
		c.stats.held.set(false)
		return nil
	}
	switch se.Disposition {
	case transport.Drop, transport.Ambiguous:
		if se.Disposition == transport.Drop {
			c.stats.dropped.Add(1)
		} else {
			c.stats.ambiguous.Add(1)
		}
		c.o.Logger.Error("bot: output not delivered", "session", id, "disposition", se.Disposition.String(),
			"age", d.Age, "pushed", receipt.Pushed, "request", receipt.RequestID, "err", se.Err)
		return nil
	case transport.Hold:
		c.stats.held.set(true)
	}
	c.stats.retried.Add(1)
	return se
}

// call calls the channel. A panic is an error that is tried again: if sending this output crashed
// the process, the next process would crash of it as well.
func (c *courier) call(d *delivery) (receipt transport.Receipt, se *transport.SendError) {
	defer func() {
		if v := recover(); v != nil {
			se = &transport.SendError{Disposition: transport.Retry, Err: fmt.Errorf("bot: channel: panic with a %T", v)}
		}
	}()
	receipt, err := c.channel.Send(context.Background(), &d.Delivery)
	if err == nil {
		return receipt, nil
	}
	return receipt, sendError(err)
}

func sendError(err error) *transport.SendError {
	var se *transport.SendError
	if !errors.As(err, &se) {
		se = &transport.SendError{Disposition: transport.Retry, Err: err}
	}
	return se
}

// discard keeps an output that will never be delivered as a dead letter. If that fails, the output
// is still in the store and is tried again: it is refused again, and then kept.
func (c *courier) discard(id string, seq session.Seq, r transport.Receipt, se *transport.SendError) bool {
	why := "refused by the platform"
	switch {
	case errors.Is(se.Err, errTooOld):
		why = "not delivered for 23 h"
	case errors.Is(se.Err, errBadDelivery):
		why = "not readable"
	}
	if r.RequestID != "" {
		why += ", request " + r.RequestID
	}
	ctx, cancel := c.deliveryContext()
	defer cancel()
	err := c.store.Discard(ctx, id, seq, why)
	if err != nil {
		c.o.Logger.Warn("bot: output not kept as a dead letter", "session", id, "why", se.Err, "err", err)
	}
	return err == nil
}

// tell calls the user's hook.
func (c *courier) tell(s Sent) {
	defer func() {
		if v := recover(); v != nil {
			c.o.Logger.Error("bot: Options.Sent panicked", "err", fmt.Sprintf("%T", v))
		}
	}()
	c.o.Sent(s)
}

// quickRetries are the waits before the first further attempts of a delivery. These follow each
// other quickly, while the reply token lives and the delivery lease lasts. After that, the wait
// grows with the age of the output.
var quickRetries = [...]time.Duration{100 * time.Millisecond, 400 * time.Millisecond}

// retry goes on with outputs whose first attempt failed with se.
func (c *courier) retry(id string, first session.Seq, outs []delivery, se *transport.SendError) {
	start := time.Now()
	for _, wait := range quickRetries {
		if time.Since(start) > time.Second || se.Disposition != transport.Retry || se.After > wait || !c.crew.sleep(wait) {
			break
		}
		n, err := c.sendAll(id, first, outs, true)
		if n > 0 {
			c.acks.add(id, first+session.Seq(n-1))
			first, outs = first+session.Seq(n), outs[n:]
		}
		if err == nil {
			return
		}
		se = err
	}
	c.postpone(id, first-1, &outs[0], se)
}

// postpone leaves the outputs behind done in the store until it is time for another attempt, of this
// process or of another.
func (c *courier) postpone(id string, done session.Seq, d *delivery, se *transport.SendError) {
	wait := min(max(c.clock.now().Sub(d.born)/2, minRetry, se.After), maxRetry)
	c.o.Logger.Warn("bot: output waits", "session", id, "disposition", se.Disposition.String(), "wait", wait, "err", se.Err)
	ctx, cancel := c.deliveryContext()
	defer cancel()
	done = max(done, c.acks.take(id))
	c.open.look(id) // whatever else waits has to wait as well
	if _, err := c.store.Ack(ctx, id, done, wait); err != nil {
		c.acks.again(id, done)
		c.o.Logger.Warn("bot: outputs not acknowledged", "session", id, "err", err)
	}
}

// deliveryContext bounds a call of the store that only makes sense during the delivery lease.
func (c *courier) deliveryContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), c.o.deliveryLease)
}
