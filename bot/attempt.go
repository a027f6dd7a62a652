package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxOutputAge is the age at which an output is given up. LINE recognises the key of a push for 24 h;
// later it would take an output that it has sent for a new one.
// https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
const maxOutputAge = 23 * time.Hour

var (
	errTooOld  = errors.New("bot: given up, as no attempt succeeded for 23 h")
	errNotKept = errors.New("bot: cannot be delivered, and is not yet a dead letter")
)

// send makes one attempt at an output. It returns nil if the output is done with, and an error if there
// is to be another attempt:
//
//	accepted    nil
//	Retry       the error
//	Hold        the error; the channel sends nothing until somebody mends it (Stats.Held)
//	Ambiguous   nil: it may have arrived, and another attempt could show it twice
//	Drop        nil: it can never be delivered. The store keeps it as a dead letter first; if the store
//	            does not answer, the output waits, and the next attempt fails in the same way. Of an
//	            output that arrived in part (SendError.Refused), the letter has the rest
func (c *courier) send(id string, seq session.Seq, d *delivery) *transport.SendError {
	c.age(d)
	var (
		receipt transport.Receipt
		se      *transport.SendError
		doubt   bool // an earlier reply may have got through
	)
	switch {
	case d.unreadable:
		se = &transport.SendError{Disposition: transport.Drop, Err: errBadDelivery}
	case d.Waited > maxOutputAge:
		doubt = d.Retried && d.ReplyToken != ""
		se = &transport.SendError{Disposition: transport.Drop, Err: errTooOld}
	default:
		crash("before-send")
		receipt, se = c.call(d)
		doubt = receipt.MayRepeat
		crash("after-send")
	}
	if se != nil && se.Disposition == transport.Drop {
		if d.dropped = c.discard(id, seq, d, receipt, se); !d.dropped {
			se = &transport.SendError{Disposition: transport.Retry, After: minRetry, Err: errNotKept}
		}
	}
	if c.o.Sent != nil {
		s := Sent{Account: session.Account(id), Session: id, Receipt: receipt, Age: d.Age, Retried: d.Retried}
		if se != nil {
			s.Err = se
		}
		c.tell(s)
	}
	if se == nil || se.Disposition == transport.Drop || se.Disposition == transport.Ambiguous {
		c.lateOutputs.over(id) // if another waits behind it, that one says so
	}
	if se == nil {
		c.accounts.of(id).sent.Add(1)
		if doubt {
			c.accounts.of(id).ambiguous.Add(1)
		}
		c.accounts.of(id).held.set(false)
		return nil
	}
	if se.TokenSpent {
		d.resting, d.ReplyToken = time.Now().Add(c.channel.ReplyWindow(&d.Delivery)+time.Second), ""
	}
	switch se.Disposition {
	case transport.Drop, transport.Ambiguous:
		if se.Disposition == transport.Drop {
			c.accounts.of(id).dropped.Add(1)
		}
		if se.Refused != nil {
			c.accounts.of(id).sent.Add(1)
			c.accounts.of(id).held.set(false)
		}
		if se.Disposition == transport.Ambiguous || doubt {
			c.accounts.of(id).ambiguous.Add(1)
		}
		c.o.Logger.Error("bot: output not delivered", about(id, "disposition", se.Disposition.String(),
			"age", d.Age, "pushed", receipt.Pushed, "request", receipt.RequestID, "err", se.Err)...)
		return nil
	case transport.Hold:
		c.accounts.of(id).held.set(true)
	}
	c.accounts.of(id).retried.Add(1)
	return se
}

// age writes into a delivery how old it is now.
func (c *courier) age(d *delivery) {
	now := c.clock.now()
	d.Waited, d.Age, d.EventAge = now.Sub(d.born), now.Sub(d.accepted), now.Sub(d.happened)
}

// call calls the channel. A panic of the channel becomes an error that is tried again. If it crashed the
// process, the next process would send the same output and crash as well.
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

// sendError returns the SendError in err. Any other error, of a channel of the user's own, is tried
// again.
func sendError(err error) *transport.SendError {
	var se *transport.SendError
	if !errors.As(err, &se) {
		se = &transport.SendError{Disposition: transport.Retry, Err: err}
	}
	return se
}

// discard makes a dead letter of an output that can never be delivered, and says whether the store took
// it. If not, the output is still in the store: it is sent again later, refused again, and kept then.
//
// The store takes it out of the outbox at once, before an acknowledgement. So the delivery, which is still
// under way, has to look what was committed behind it; and no acknowledgement of it may come later, when the
// outputs behind it are sent already.
func (c *courier) discard(
	id string, seq session.Seq, d *delivery, r transport.Receipt, se *transport.SendError,
) bool {
	why := "refused by the platform"
	if se.Err != nil {
		why += ": " + se.Err.Error()
	}
	switch {
	case errors.Is(se.Err, errTooOld):
		why = "not delivered for 23 h"
	case errors.Is(se.Err, errBadDelivery):
		why = "not readable"
	}
	if r.RequestID != "" && !strings.Contains(why, r.RequestID) {
		why += ", request " + r.RequestID
	}
	ctx, cancel := c.deliveryContext()
	defer cancel()
	var left []byte
	if se.Refused != nil {
		rest := *d
		rest.Messages = se.Refused
		left = rest.append(nil)
	}
	err := c.store.Discard(ctx, id, seq, why, left)
	if err != nil {
		c.o.Logger.Warn("bot: output not kept as a dead letter", about(id, "why", se.Err, "err", err)...)
		return false
	}
	c.open.lookAgain(id)
	return true
}

// tell calls Options.Sent. A panic there is logged by its type alone.
func (c *courier) tell(s Sent) {
	defer func() {
		if v := recover(); v != nil {
			c.o.Logger.Error("bot: Options.Sent panicked", "err", fmt.Sprintf("%T", v))
		}
	}()
	c.o.Sent(s)
}

// retry goes on with outputs whose first attempt failed with se. After the quick attempts, or if the
// channel asks for a longer wait, it leaves the outputs to postpone.
func (c *courier) retry(id string, first session.Seq, outs []delivery, until time.Time, se *transport.SendError) {
	start := time.Now()
	for _, wait := range quickRetries {
		if time.Since(start) > time.Second || se.Disposition != transport.Retry || se.After > wait || !c.crew.sleep(wait) {
			break
		}
		n, err := c.sendAll(id, first, outs, true, until)
		c.noteSent(id, first, outs[:n], n == len(outs))
		first, outs = first+session.Seq(n), outs[n:]
		if err == nil {
			return
		}
		se = err
	}
	c.postpone(id, first-1, outs, se)
}

// postpone leaves outputs in the store until it is time for another attempt, by this process or by
// another. The first of them was refused with se; done are the outputs before it.
func (c *courier) postpone(id string, done session.Seq, outs []delivery, se *transport.SendError) {
	wait := c.patience(outs, se)
	c.lateOutputs.note(id, outs[0].born, c.clock.now(), wait)
	c.o.Logger.Warn("bot: output waits", about(id, "disposition", se.Disposition.String(), "wait", wait, "err", se.Err)...)
	c.holdBack(id, done, wait)
}

// holdBack leaves the outputs behind done in the store. Ack gives their delivery lease up, and nobody gets it
// before the wait is over: no process sends the outputs before.
func (c *courier) holdBack(id string, done session.Seq, wait time.Duration) {
	ctx, cancel := c.deliveryContext()
	defer cancel()
	done = max(done, c.acks.take(id))
	c.open.look(id) // outputs that others left behind these wait as well: nobody need ask for them
	r := c.ackRequest(id, done, wait)
	r.Leave = true
	if _, err := c.store.Ack(ctx, r); err != nil {
		c.acks.again(id, done)
		c.o.Logger.Warn("bot: outputs not acknowledged", about(id, "err", err)...)
	}
}

// lastLook is how long before the end of its token's window a reply is tried for the last time: 3 s for
// the call, and 2 s for the sweep to find it.
const lastLook = 5 * time.Second

// patience returns how long outputs wait, the first of which was refused with se. The wait grows with the
// age of the first: see retryOutput.
//
// But each reply among the outputs is tried once more before its token's window ends, whatever the
// platform asks for. An earlier attempt may have got through, and after the window nobody can tell. A
// reply that is 32 s old, with a window of 50 s, waits 13 s and not 16 s.
func (c *courier) patience(outs []delivery, se *transport.SendError) time.Duration {
	first := &outs[0]
	c.age(first)
	wait := retryOutput(first.Waited, se.After)
	if rest := time.Until(first.resting); rest > 0 {
		return max(wait, rest)
	}
	for i := range outs {
		d := &outs[i]
		if d.ReplyToken == "" {
			continue
		}
		c.age(d)
		if left := c.channel.ReplyWindow(&d.Delivery) - lastLook; left >= minRetry {
			wait = min(wait, left)
		}
	}
	return wait
}

// deliveryContext returns a context for a call of the store that makes sense only during the delivery
// lease.
func (c *courier) deliveryContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), c.o.deliveryLease)
}
