package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// The first attempts of a delivery follow each other quickly, while its reply token lives and
// the lane is ours. After that the wait grows with the age of the output.
var quickRetries = [...]time.Duration{100 * time.Millisecond, 400 * time.Millisecond}

const (
	minRetry = time.Second
	maxRetry = 5 * time.Minute
	// A retry key is good for 24 h; later the platform would take the push for a new one.
	// https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
	maxOutputAge = 23 * time.Hour
)

// deliver sends outputs in order, first being the Seq of the first of them. What cannot be
// sent at once is tried again in the background, so that the session's next event need not wait.
func (b *Bot) deliver(id string, first session.Seq, outs []output) {
	n, err := b.sendAll(id, first, outs, false)
	if n > 0 {
		b.acks.add(id, first+session.Seq(n-1))
	}
	if n < len(outs) && b.lanes.enter(id, true) {
		b.more(func() {
			b.retry(id, first+session.Seq(n), outs[n:], err)
			b.drain(id, nil, true)
		})
	}
}

// sendAll makes one attempt for each output until one has to wait, and returns how many are
// done with and what the one that is not met with.
func (b *Bot) sendAll(id string, first session.Seq, outs []output, retried bool) (n int, err *transport.SendError) {
	for i := range outs {
		o := &outs[i]
		o.Retried = retried
		if err := b.send(id, first+session.Seq(i), o); err != nil {
			return i, err
		}
	}
	return len(outs), nil
}

var (
	errTooOld  = errors.New("bot: given up, as no attempt succeeded for 23 h")
	errNotKept = errors.New("bot: cannot be delivered, and is not yet a dead letter")
)

// send makes one attempt, and returns an error only if there is to be another.
func (b *Bot) send(id string, seq session.Seq, o *output) *transport.SendError {
	o.Age = b.now().Sub(o.born)
	var (
		receipt transport.Receipt
		se      *transport.SendError
	)
	switch {
	case o.unreadable:
		se = &transport.SendError{Disposition: transport.Drop, Err: errBadOutput}
	case o.Age > maxOutputAge:
		se = &transport.SendError{Disposition: transport.Drop, Err: errTooOld}
	default:
		crash("before-send")
		receipt, se = b.attempt(o)
		crash("after-send")
	}
	if se != nil && se.Disposition == transport.Drop && !b.discard(id, seq, receipt, se) {
		se = &transport.SendError{Disposition: transport.Retry, After: minRetry, Err: errNotKept}
	}
	if b.o.Sent != nil {
		s := Sent{Session: id, Receipt: receipt, Age: o.Age, Retried: o.Retried}
		if se != nil {
			s.Err = se
		}
		b.tell(s)
	}
	if se == nil {
		b.stats.sent.Add(1)
		b.stats.held.set(false)
		return nil
	}
	switch se.Disposition {
	case transport.Drop, transport.Ambiguous:
		if se.Disposition == transport.Drop {
			b.stats.dropped.Add(1)
		} else {
			b.stats.ambiguous.Add(1)
		}
		b.o.Logger.Error("bot: output not delivered", "session", id, "verdict", se.Disposition.String(),
			"age", o.Age, "pushed", receipt.Pushed, "request", receipt.RequestID, "err", se.Err)
		return nil
	case transport.Hold:
		b.stats.held.set(true)
	}
	b.stats.retried.Add(1)
	return se
}

// discard keeps an output that will never be delivered as a dead letter. If that fails, it is still
// in the store, to be tried again: it would be refused again, and then be kept.
func (b *Bot) discard(id string, seq session.Seq, r transport.Receipt, se *transport.SendError) bool {
	why := "refused by the platform"
	switch {
	case errors.Is(se.Err, errTooOld):
		why = "not delivered for 23 h"
	case errors.Is(se.Err, errBadOutput):
		why = "not readable"
	}
	if r.RequestID != "" {
		why += ", request " + r.RequestID
	}
	ctx, cancel := context.WithTimeout(context.Background(), laneTerm)
	defer cancel()
	err := b.store.Discard(ctx, id, seq, why)
	if err != nil {
		b.o.Logger.Warn("bot: output not kept as a dead letter", "session", id, "why", se.Err, "err", err)
	}
	return err == nil
}

// attempt calls the channel.
func (b *Bot) attempt(o *output) (receipt transport.Receipt, se *transport.SendError) {
	defer func() {
		if v := recover(); v != nil { // to die of it would be to meet it again
			se = &transport.SendError{Disposition: transport.Retry, Err: fmt.Errorf("bot: channel: panic with a %T", v)}
		}
	}()
	receipt, err := b.channel.Send(context.Background(), &o.Delivery)
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

// retry goes on with outputs whose first attempt failed with se.
func (b *Bot) retry(id string, first session.Seq, outs []output, se *transport.SendError) {
	start := time.Now()
	for _, wait := range quickRetries {
		if time.Since(start) > time.Second || se.Disposition != transport.Retry || se.After > wait || !b.sleep(wait) {
			break
		}
		n, err := b.sendAll(id, first, outs, true)
		if n > 0 {
			b.acks.add(id, first+session.Seq(n-1))
			first, outs = first+session.Seq(n), outs[n:]
		}
		if err == nil {
			return
		}
		se = err
	}
	b.postpone(id, first-1, &outs[0], se)
}

// postpone leaves the outputs in the store until it is time for another attempt, of this
// process or of another.
func (b *Bot) postpone(id string, done session.Seq, o *output, se *transport.SendError) {
	wait := min(max(b.now().Sub(o.born)/2, minRetry, se.After), maxRetry)
	b.o.Logger.Warn("bot: output waits", "session", id, "verdict", se.Disposition.String(), "wait", wait, "err", se.Err)
	ctx, cancel := context.WithTimeout(context.Background(), laneTerm)
	defer cancel()
	done = max(done, b.acks.take(id))
	b.lanes.look(id) // whatever else waits has to wait as well
	if _, err := b.store.Ack(ctx, id, done, wait); err != nil {
		b.acks.again(id, done)
		b.o.Logger.Warn("bot: outputs not acknowledged", "session", id, "err", err)
	}
}

// deliverStored delivers outputs that another turn, perhaps of a process that died, left, and
// those that come behind them meanwhile. If a delivery is under way, it will see to them.
func (b *Bot) deliverStored(id string, stored []session.Output, retried bool) {
	if b.lanes.enter(id, retried) {
		crash("in-claim")
		b.drain(id, stored, retried)
	}
}

// drain delivers stored outputs until nothing is behind them, and leaves the lane.
func (b *Bot) drain(id string, stored []session.Output, retried bool) {
	for {
		done, ok := b.sendStored(id, stored, retried)
		if !ok && b.lanes.leave(id) {
			return
		}
		retried = b.lanes.look(id)
		stored = b.behind(id, max(done, b.acks.take(id)))
	}
}

// behind acknowledges, and returns what waits behind.
func (b *Bot) behind(id string, done session.Seq) []session.Output {
	ctx, cancel := context.WithTimeout(context.Background(), b.o.lane)
	defer cancel()
	rest, err := b.ackNow(ctx, id, done)
	if err != nil {
		b.o.Logger.Warn("bot: outputs not acknowledged", "session", id, "err", err)
	}
	return rest
}

// sendStored sends outputs for half a lane, and returns how far it came. It returns false if the
// next one has to wait, or if nothing is left that waits to be acknowledged.
func (b *Bot) sendStored(id string, stored []session.Output, retried bool) (done session.Seq, ok bool) {
	start := time.Now()
	for _, s := range stored {
		if time.Since(start) > b.o.lane/2 {
			return done, true
		}
		var o output
		if err := o.parse(s.Body); err != nil {
			o = output{born: b.now(), unreadable: true}
		}
		o.Retried = retried
		if err := b.send(id, s.Seq, &o); err != nil {
			b.postpone(id, s.Seq-1, &o, err)
			return done, false
		}
		done = s.Seq
	}
	// Most often it is one, which the session's next call takes along. Not so where a process
	// died: one that dies again soon would send the same ones for ever.
	if len(stored) == 1 && !retried {
		b.acks.add(id, done)
		return done, false
	}
	return done, len(stored) > 0
}

// sleep waits, and returns false if the bot is shutting down.
func (b *Bot) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.stop:
		return false
	}
}
